import type { Habit } from '../../detect/episode/habit.ts';
import type { OperatingMode } from '../../detect/episode/operating-mode.ts';
import type { StreamMonitor } from '../../detect/stream-monitor.ts';
import type { NetworkOptions } from '../../nn/network.ts';
import type { LearningBody } from '../dashboard/contract/learning.ts';
import { learningNow, RecordedLearning, type StreamLearning } from '../dashboard/learning/stream-learning.ts';
import { LearningWatches } from '../dashboard/learning/watches.ts';
import type { WatchedHere, RecentColumn } from '../pipeline/recent-readings.ts';
import type { Stream } from '../pipeline/stream.ts';
import type { StreamSpec } from '../pipeline/threads.ts';
import type { Shard, ShardSite } from './shard.ts';
import { recordOf, type StatusRecord } from './status-record.ts';

/** What a new stream is like. */
export interface Made {
  readonly number: number;
  readonly shape: string;
  readonly byteLength: number;
  /** Null where it has none. */
  readonly network: Pick<NetworkOptions, 'cell' | 'hiddenSize' | 'learner'> | null;
}

/** What somebody watches, now. */
export interface WatchedRecord {
  readonly count: number;
  readonly columns: Readonly<Record<RecentColumn, Float64Array>>;
  readonly parts: readonly number[];
}

/** What the main thread may ask a thread; it waits for the answer. Arguments and answers are plain data. */
export class ShardCalls {
  private readonly shard: Pick<Shard, 'members' | 'recent' | 'create' | 'begin' | 'useSite'>;
  private readonly watches = new Map<number, WatchedHere>();
  private readonly learnings = new Map<number, StreamLearning>();
  private readonly learningWatches = new LearningWatches();
  private watchNumber = 0; // of the last watch, of either sort

  constructor(shard: ShardCalls['shard']) {
    this.shard = shard;
  }

  useSite(site: ShardSite): void {
    this.shard.useSite(site);
  }

  begin(): void {
    this.shard.begin();
  }

  create(spec: StreamSpec): Made {
    const number = this.shard.members.length;
    const { shape, memory, detector } = this.shard.create(spec);
    const options = detector.forecaster?.network.options;
    const network =
      options === undefined ? null : { cell: options.cell, hiddenSize: options.hiddenSize, learner: options.learner };
    return { number, shape, byteLength: memory.byteLength, network };
  }

  remove(number: number): void {
    this.shard.members[number] = null;
  }

  record(number: number): StatusRecord {
    return recordOf(this.of(number));
  }

  /** Of all streams, by number; null for one that is no more. */
  records(): readonly (StatusRecord | null)[] {
    return this.shard.members.map((member) => (member === null ? null : recordOf(member.monitor)));
  }

  bytes(number: number): Uint8Array {
    return this.of(number).memory.toBytes();
  }

  restore(number: number, bytes: Uint8Array): void {
    this.of(number).restore(bytes);
  }

  takeOver(number: number, shape: string, bytes: Uint8Array): boolean {
    return this.of(number).takeOver(shape, bytes);
  }

  /** An action of the operator, by its name. */
  operate<K extends keyof Stream['operator']>(
    number: number,
    action: K,
    args: Parameters<Stream['operator'][K]>,
  ): ReturnType<Stream['operator'][K]> {
    const { operator } = this.of(number);
    const act = operator[action].bind(operator) as (...all: typeof args) => ReturnType<Stream['operator'][K]>;
    return act(...args);
  }

  habits(number: number): readonly Habit[] {
    return this.of(number).status.habits;
  }

  modes(number: number): readonly OperatingMode[] {
    return this.of(number).status.modes;
  }

  /** From now on the last readings of a series are kept. Returns the number of the watch. */
  watch(number: number, d: number): number {
    this.watches.set(++this.watchNumber, this.shard.recent.watch(this.of(number), d));
    return this.watchNumber;
  }

  watched(watch: number): WatchedRecord {
    const { count, columns, parts } = this.watches.get(watch)!;
    return { count, columns, parts: Array.from(parts) };
  }

  endWatch(watch: number): void {
    const watched = this.watches.get(watch);
    if (watched !== undefined) this.shard.recent.end(watched);
    this.watches.delete(watch);
  }

  /** How a stream learns, without a recording. `now`: epoch ms. */
  learning(number: number, now: number): LearningBody {
    return learningNow(this.of(number), now);
  }

  /** From now on it is recorded how a stream learns. Returns the number of the watch. */
  watchLearning(number: number): number {
    this.learnings.set(++this.watchNumber, new RecordedLearning(this.learningWatches, this.of(number)));
    return this.watchNumber;
  }

  wholeLearning(watch: number, now: number): LearningBody {
    return this.learnings.get(watch)!.whole(now);
  }

  changedLearning(watch: number, now: number): LearningBody | null {
    return this.learnings.get(watch)!.change(now);
  }

  endLearning(watch: number): void {
    this.learnings.get(watch)?.close();
    this.learnings.delete(watch);
  }

  private of(number: number): StreamMonitor {
    const member = this.shard.members[number];
    if (member === null) throw new Error('the stream has stopped after an internal error');
    return member.monitor;
  }
}
