import { Observable, type OperatorFunction } from 'rxjs';
import type { Site } from '../../config/schema/site.ts';
import type { AppError } from '../../errors.ts';
import type { DecodedMessage } from '../../stream/decode-messages.ts';
import type { Watched } from '../pipeline/recent-readings.ts';
import type { Stream } from '../pipeline/stream.ts';
import type { StreamSpec, ThreadHandlers, ThreadPlace, Threads, When } from '../pipeline/threads.ts';
import { RemoteStream } from './remote-stream.ts';
import { RemoteWatch } from './remote-watch.ts';
import { handleRound, tell } from './results.ts';
import * as r from './rows.ts';
import type { ShardCalls } from './shard-calls.ts';
import { ShardThread, type Order, type Round, type Slot } from './shard-thread.ts';

/** Rows, over all threads, that are sent together. Fewer are sent at the end of the turn. */
const BATCH_ROWS = 512;
/** Rounds that are sent ahead. Then the main thread waits for the oldest: the broker is not read meanwhile. */
const MAX_ROUNDS = 4;

export interface ShardsOptions {
  readonly threads: number;
  /** Whether networks run in SIMD. */
  readonly simd: boolean;
  /** A thread has failed: its streams are lost, and nothing may be written any more. */
  readonly onLost: (error: unknown) => void;
}

/** Throws for a stream of the main thread: it cannot get here. */
function remote(stream: Stream): RemoteStream {
  if (stream instanceof RemoteStream) return stream;
  throw new TypeError(`${stream.stream} is in no worker thread`);
}

/**
 * Worker threads that have the streams. Readings go to them in rounds of batches; the results of a round are handled when all of its
 * batches are back, in the order in which the readings went out. So everything comes about in the order of one thread.
 */
export class Shards implements Threads, Order {
  readonly #threads: readonly ShardThread[];
  readonly #rounds: Round[] = [];
  readonly #onLost: (error: unknown) => void;
  #handlers!: ThreadHandlers;
  #position = 0;
  #message = 0;
  #rows = 0;
  /** Row of the journal of the readings that are passed on; NaN: that of the handlers. */
  #seq = NaN;
  #handling = false;
  #turn: NodeJS.Immediate | null = null;
  #failure: Error | null = null;
  #closed = false;

  constructor({ threads, simd, onLost }: ShardsOptions) {
    this.#onLost = onLost;
    this.#threads = Array.from(
      { length: threads },
      () =>
        new ShardThread(simd, this, (error: AppError) => {
          this.failed(error);
        }),
    );
  }

  get count(): number {
    return this.#threads.length;
  }

  begin({ timezone, holidays, publish }: Site, handlers: ThreadHandlers, kept: ReadonlySet<Stream>): void {
    if (this.#rounds.length > 0 || this.#rows > 0) this.settle();
    this.#handlers = handlers;
    for (const thread of this.#threads) {
      thread.ask('useSite', [{ timezone, holidays, stateEveryMs: publish.stateEvery }]);
      for (const stream of thread.streams) {
        if (stream === null || kept.has(stream)) continue;
        thread.ask('remove', [stream.number], true);
        thread.streams[stream.number] = null;
        thread.load -= stream.series.length;
      }
    }
  }

  replayed(): void {
    for (const thread of this.#threads) thread.ask('begin', []);
  }

  /** The thread with the fewest series gets it: the state does not depend on the thread. */
  create(spec: StreamSpec): RemoteStream {
    const thread = this.#threads.reduce((least, each) => (each.load < least.load ? each : least));
    const made = thread.ask('create', [spec], true);
    const stream = new RemoteStream(thread, spec, made, thread.places.length);
    for (let d = 0; d < spec.series.length; d++) thread.places.push(stream);
    thread.streams[made.number] = stream;
    thread.load += spec.series.length;
    return stream;
  }

  detect(
    placeOf: (series: string, decoded: DecodedMessage) => ThreadPlace | null,
  ): OperatorFunction<DecodedMessage, never> {
    return (decoded$) =>
      new Observable((subscriber) =>
        decoded$.subscribe({
          next: (decoded) => {
            try {
              this.#take(decoded, placeOf);
            } catch (error) {
              subscriber.error(error); // internal error, a thread was lost, or the database failed while a stream was restored
            }
          },
          error: (error: unknown) => {
            subscriber.error(error);
          },
          complete: () => {
            try {
              this.settle();
            } catch (error) {
              subscriber.error(error);
              return;
            }
            subscriber.complete();
          },
        }),
      );
  }

  beat(streams: readonly Stream[], at: number): void {
    for (const stream of streams) remote(stream).beat(at);
    this.settle();
  }

  settle(): void {
    this.#send();
    while (this.#rounds.length > 0) {
      if (this.#handling) return; // the results before this one are being handled
      this.#waitForOldest();
    }
    this.#check();
  }

  refresh(): void {
    this.settle();
    const asked = this.#threads.map((thread) => ({ thread, slot: this.#post(thread, 'records', []) }));
    for (const { thread, slot } of asked) {
      const records = this.#answer(thread, slot) as ReturnType<ShardCalls['records']>;
      thread.streams.forEach((stream, number) => {
        const record = records[number];
        if (stream !== null && record !== null) stream.status.refresh(record);
      });
    }
  }

  watch(stream: Stream, d: number): Watched {
    return new RemoteWatch(remote(stream), d);
  }

  endWatch(watched: Watched): void {
    if (!this.#closed && watched instanceof RemoteWatch) watched.end();
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#turn !== null) clearImmediate(this.#turn);
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  makeRoom(): void {
    if (this.#rows >= BATCH_ROWS) this.#send();
    this.#rows++;
    this.#sendLater();
  }

  next(): number {
    return this.#position++;
  }

  seq(): number {
    return Number.isNaN(this.#seq) ? this.#handlers.seq() : this.#seq;
  }

  arrived(): void {
    if (this.#handling) return;
    this.#handling = true;
    try {
      while (this.#rounds.length > 0 && this.#rounds[0].outstanding.size === 0)
        handleRound(this.#rounds.shift()!, this.#handlers);
    } catch (error) {
      this.failed(error);
    } finally {
      this.#handling = false;
    }
  }

  call(thread: ShardThread, name: string, args: readonly unknown[]): unknown {
    return this.#answer(thread, this.#post(thread, name, args));
  }

  failed(error: unknown): void {
    if (this.#failure !== null || this.#closed) return;
    this.#failure = error instanceof Error ? error : new Error(String(error));
    this.#onLost(this.#failure);
  }

  /** Passes the readings of a message on. All streams are found before the first row, because finding one may wait for its thread. */
  #take(decoded: DecodedMessage, placeOf: (series: string, decoded: DecodedMessage) => ThreadPlace | null): void {
    const { readings, message, seq, source } = decoded;
    const places = readings.map(({ series }) => placeOf(series, decoded));
    this.#seq = message === null ? seq : Infinity;
    this.#message++;
    for (let i = 0; i < readings.length; i++) {
      const place = places[i];
      if (place === null) continue;
      const stream = remote(place.monitor);
      if (message !== null) stream.topics[place.d] = message.topic;
      const { at, value, receivedAt, saidAt = NaN } = readings[i];
      const { thread } = stream;
      const o = thread.row(r.READING, stream.firstPlace + place.d);
      const { rows } = thread;
      rows[o + r.AT] = at;
      rows[o + r.VALUE] = value;
      rows[o + r.RECEIVED_AT] = receivedAt;
      rows[o + r.SAID_AT] = saidAt;
      rows[o + r.MESSAGE] = this.#message;
      rows[o + r.SOURCE] = source;
      this.#rows++;
    }
    this.#seq = NaN;
    if (this.#rows >= BATCH_ROWS) this.#send();
    this.#sendLater();
  }

  #sendLater(): void {
    if (this.#rows > 0)
      this.#turn ??= setImmediate(() => {
        this.#turn = null;
        try {
          this.#send();
        } catch (error) {
          this.failed(error);
        }
      });
  }

  #send(): void {
    this.#check();
    this.#rows = 0;
    const round: Round = { outstanding: new Set(), parts: [] };
    for (const thread of this.#threads) thread.send(round);
    if (round.outstanding.size > 0) this.#rounds.push(round);
    while (this.#rounds.length > MAX_ROUNDS && !this.#handling) this.#waitForOldest();
  }

  /** Waits until the results of the oldest round are handled. */
  #waitForOldest(): void {
    const [round] = this.#rounds;
    while (this.#rounds[0] === round) {
      const [thread] = round.outstanding;
      thread.wait();
      this.#check();
    }
  }

  #post(thread: ShardThread, name: string, args: readonly unknown[]): Slot {
    this.#check();
    const slot: Slot = { answer: null };
    thread.post({ kind: 'call', name, args }, slot);
    return slot;
  }

  /** The answer to a call. What its streams have to tell came about now. */
  #answer(thread: ShardThread, slot: Slot): unknown {
    while (slot.answer === null) {
      thread.wait();
      this.#check();
    }
    const { value, error, notes } = slot.answer;
    const now: When = [undefined, this.#handlers.seq() !== Infinity];
    for (const note of notes) tell(thread, note, now, this.#handlers);
    if (error !== undefined) throw error as Error;
    return value;
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure;
  }
}
