import type { AppError } from '../../errors.ts';
import { Line } from './line.ts';
import type { Answer, Ask, Done } from './notes.ts';
import type { RemoteStream, Thread } from './remote-stream.ts';
import * as r from './rows.ts';
import type { ShardCalls } from './shard-calls.ts';

/** Batches that were sent at the same time, one to each thread that had rows. */
export interface Round {
  readonly outstanding: Set<ShardThread>;
  readonly parts: { readonly thread: ShardThread; readonly done: Done }[];
}

/** A call that waits for its answer. */
export interface Slot {
  answer: Answer | null;
}

/** What a thread needs of the others. */
export interface Order {
  /** Called before a row is added that is no reading: room for it is made. */
  makeRoom(): void;
  /** The place of the next row among those of all threads, and the row of the journal it comes from. */
  next(): number;
  seq(): number;
  /** Everything that was passed to any thread is done. */
  settle(): void;
  /** A part of a round has come. */
  arrived(): void;
  call(thread: ShardThread, name: string, args: readonly unknown[]): unknown;
  failed(error: unknown): void;
}

/** Buffers that wait to be used again. */
const SPARES = 4;

/** One thread with its streams: the rows that wait for it, and the answers that are expected. */
export class ShardThread implements Thread {
  version = 0;
  /** Number of series of its streams. */
  load = 0;
  /** By number; null where one was removed. */
  readonly streams: (RemoteStream | null)[] = [];
  /** The stream of each place. */
  readonly places: RemoteStream[] = [];
  readonly waiting = new r.Rows(r.WIDTH, 512);
  isOpen = true;
  private readonly line: Line;
  private readonly order: Order;
  private readonly expected: (Round | Slot)[] = [];
  private readonly spareRows: Float64Array<ArrayBuffer>[] = [];
  private readonly spareHistory: Float64Array<ArrayBuffer>[] = [];

  constructor(simd: boolean, order: Order, onLost: (error: AppError) => void) {
    this.order = order;
    this.line = new Line(
      simd,
      (answer) => {
        this.take(answer);
      },
      onLost,
    );
  }

  get rows(): Float64Array {
    return this.waiting.data;
  }

  row(kind: number, index: number): number {
    const { order, waiting } = this;
    if (kind !== r.READING) order.makeRoom();
    this.version++;
    const o = waiting.add();
    const { data } = waiting;
    data[o + r.KIND] = kind;
    data[o + r.INDEX] = index;
    data[o + r.POSITION] = order.next();
    data[o + r.SEQ] = order.seq();
    return o;
  }

  ask<K extends keyof ShardCalls>(
    name: K,
    args: Parameters<ShardCalls[K]>,
    changes = false,
  ): ReturnType<ShardCalls[K]> {
    this.order.settle();
    if (changes) this.version++;
    return this.order.call(this, name, args) as ReturnType<ShardCalls[K]>;
  }

  /** Sends the rows that wait. */
  send(round: Round): void {
    const { count } = this.waiting;
    if (count === 0) return;
    round.outstanding.add(this);
    const rows = this.waiting.give(this.spareRows.pop());
    this.post({ kind: 'batch', rows, count, spare: this.spareHistory.pop() }, round);
  }

  post(ask: Ask, expected: Round | Slot): void {
    this.expected.push(expected);
    const buffers =
      ask.kind === 'batch' ? [ask.rows.buffer, ...(ask.spare === undefined ? [] : [ask.spare.buffer])] : [];
    this.line.post(ask, buffers);
  }

  /** Takes the next answer. */
  wait(): void {
    this.line.wait();
  }

  /** The buffers of a part whose results were handled. */
  reuse({ rows, history }: Done): void {
    if (this.spareRows.length < SPARES) this.spareRows.push(rows);
    if (this.spareHistory.length < SPARES) this.spareHistory.push(history);
  }

  close(): Promise<void> {
    this.isOpen = false;
    return this.line.close();
  }

  private take(answer: Done | Answer): void {
    const expected = this.expected.shift()!;
    if ('answer' in expected) expected.answer = answer as Answer;
    else if (answer.kind === 'answer') this.order.failed(answer.error);
    else {
      expected.parts.push({ thread: this, done: answer });
      expected.outstanding.delete(this);
      this.order.arrived();
    }
  }
}
