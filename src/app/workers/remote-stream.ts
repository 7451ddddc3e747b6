import type { SeriesInfo } from '../../detect/reading.ts';
import type { Stream, StreamView } from '../pipeline/stream.ts';
import type { Made, ShardCalls } from './shard-calls.ts';
import * as r from './rows.ts';
import type { StatusRecord } from './status-record.ts';

/** A thread, as its streams use it. */
export interface Thread {
  /** Another number after each reading or change that any stream of the thread gets. */
  readonly version: number;
  /** False once it is closed: it answers no more. */
  readonly isOpen: boolean;
  /** Adds a row; returns where it begins in `rows`. */
  row(kind: number, index: number): number;
  readonly rows: Float64Array;
  /** Asks the thread, when everything before is done, and waits for the answer. `changes`: copies of its streams are out of date then. */
  ask<K extends Exclude<keyof ShardCalls, never>>(
    name: K,
    args: Parameters<ShardCalls[K]>,
    changes?: boolean,
  ): ReturnType<ShardCalls[K]>;
}

type Operator = Stream['operator'];

/** A stream whose monitor is in a worker thread. */
export class RemoteStream implements Stream {
  readonly stream: string;
  readonly series: readonly SeriesInfo[];
  readonly shape: string;
  readonly status: RemoteStatus;
  readonly operator: Operator;
  readonly memory: Stream['memory'];
  readonly network: Made['network'];
  readonly thread: Thread;
  /** In its thread: its own, and the places of its series. */
  readonly number: number;
  readonly firstPlace: number;
  /** Where each series was last heard. */
  readonly topics: string[] = [];
  private readonly read = new Set<number>();

  constructor(
    thread: Thread,
    { stream, series }: { readonly stream: string; readonly series: readonly SeriesInfo[] },
    made: Made,
    firstPlace: number,
  ) {
    const { number, shape, byteLength, network } = made;
    this.thread = thread;
    this.stream = stream;
    this.series = series;
    this.shape = shape;
    this.network = network;
    this.number = number;
    this.firstPlace = firstPlace;
    this.status = new RemoteStatus(thread, number, { stream, series });
    this.operator = operatorOf(thread, number);
    this.memory = { byteLength, toBytes: () => thread.ask('bytes', [number]) };
  }

  /** Once it has had one, it is known. */
  reads(d: number): boolean {
    if (!this.read.has(d) && this.status.readings(d) > 0) this.read.add(d);
    return this.read.has(d);
  }

  tick(now: number): void {
    this.change(r.TICK, now);
  }

  /** A tick with all that the heartbeat does with a stream. */
  beat(now: number): void {
    this.change(r.BEAT, now);
  }

  learnEvery(every: number): void {
    this.change(r.LEARN_EVERY, every);
  }

  markDowntime(now: number, awayMs = Infinity): void {
    this.change(r.DOWNTIME, now, awayMs);
  }

  restore(bytes: Uint8Array): void {
    this.thread.ask('restore', [this.number, bytes], true);
  }

  takeOver(shape: string, bytes: Uint8Array): boolean {
    return this.thread.ask('takeOver', [this.number, shape, bytes], true);
  }

  private change(kind: number, at: number, value = NaN): void {
    const { thread } = this;
    const o = thread.row(kind, this.number);
    thread.rows[o + r.AT] = at;
    thread.rows[o + r.VALUE] = value;
  }
}

/** Each action is carried out in the thread, before it returns. */
const operatorOf = (thread: Thread, number: number): Operator => {
  const act = <K extends keyof Operator>(action: K, ...args: Parameters<Operator[K]>): ReturnType<Operator[K]> =>
    thread.ask('operate', [number, action, args], true) as ReturnType<Operator[K]>;
  return {
    freeze: () => {
      act('freeze');
    },
    resume: () => {
      act('resume');
    },
    setSensitivity: (sensitivity) => {
      act('setSensitivity', sensitivity);
    },
    setMaintenance: (d, on, now) => {
      act('setMaintenance', d, on, now);
    },
    setAvailability: (d, online, now) => {
      act('setAvailability', d, online, now);
    },
    reset: (now, d) => {
      act('reset', now, d);
    },
    forget: (past, now) => {
      act('forget', past, now);
    },
    adopt: (learned, left, now) => {
      act('adopt', learned, left, now);
    },
    acceptAsNormal: (now) => {
      act('acceptAsNormal', now);
    },
    acceptDrift: (now) => {
      act('acceptDrift', now);
    },
    mark: (d, event, said) => act('mark', d, event, said),
  };
};

/** The state of a remote stream: read from its thread when somebody asks, and again after it has changed. */
export class RemoteStatus implements StreamView {
  readonly stream: string;
  readonly series: readonly SeriesInfo[];
  private readonly thread: Thread;
  private readonly number: number;
  private record: StatusRecord | null = null;
  private version = -1;
  private given: StatusRecord | null = null;

  constructor(
    thread: Thread,
    number: number,
    { stream, series }: { readonly stream: string; readonly series: readonly SeriesInfo[] },
  ) {
    this.thread = thread;
    this.number = number;
    this.stream = stream;
    this.series = series;
  }

  /** While `use` runs, the state is this one: that of the reading whose result is handled. */
  as(record: StatusRecord, use: () => void): void {
    this.given = record;
    try {
      use();
    } finally {
      this.given = null;
    }
  }

  /** The state now, read together with that of other streams. */
  refresh(record: StatusRecord): void {
    this.record = record;
    this.version = this.thread.version;
  }

  get samples(): number {
    return this.now.samples;
  }

  get warmup(): number {
    return this.now.warmup;
  }

  get coolDownUntil(): number {
    return this.now.coolDownUntil;
  }

  get score(): number {
    return this.now.score;
  }

  get leading(): number {
    return this.now.leading;
  }

  get alarmed(): boolean {
    return this.now.alarmed;
  }

  get anomalous(): boolean {
    return this.now.anomalous;
  }

  get suspect(): number {
    return this.now.suspect;
  }

  get drifting(): number {
    return this.now.drifting;
  }

  get frozen(): boolean {
    return this.now.frozen;
  }

  get sensitivity(): number {
    return this.now.sensitivity;
  }

  get siteSensitivity(): number {
    return this.now.siteSensitivity;
  }

  get sensitivitySet(): number | null {
    return this.now.sensitivitySet;
  }

  get habits(): StreamView['habits'] {
    return this.thread.ask('habits', [this.number]);
  }

  get modes(): StreamView['modes'] {
    return this.thread.ask('modes', [this.number]);
  }

  habitsOf(d: number): StreamView['habits'] {
    const { slug } = this.series[d];
    return this.habits.filter(({ series }) => series === slug);
  }

  readings(d: number): number {
    return this.now.series[d].readings;
  }

  warmupOf(d: number): number {
    return this.now.series[d].warmup;
  }

  readyInMs(d: number): number {
    return this.now.series[d].readyInMs;
  }

  unseenBy(d: number): ReturnType<StreamView['unseenBy']> {
    return this.now.series[d].unseen;
  }

  heldUntil(d: number): number {
    return this.now.series[d].heldUntil;
  }

  sameEventUntil(d: number): number {
    return this.now.series[d].sameEventUntil;
  }

  scoreOf(d: number): number {
    return this.now.series[d].score;
  }

  faultOf(d: number): ReturnType<StreamView['faultOf']> {
    return this.now.series[d].fault;
  }

  faultScoreOf(d: number): number {
    return this.now.series[d].faultScore;
  }

  inMaintenance(d: number): boolean {
    return this.now.series[d].inMaintenance;
  }

  isLost(d: number): boolean {
    return this.now.series[d].lost;
  }

  modeOf(d: number): string | null {
    return this.now.series[d].mode;
  }

  forecastOf(d: number): ReturnType<StreamView['forecastOf']> {
    return this.now.series[d];
  }

  private get now(): StatusRecord {
    if (this.given !== null) return this.given;
    const { thread } = this;
    if (this.record === null || this.version !== thread.version) {
      // In this order: what waits for the thread may change the version.
      this.record = thread.ask('record', [this.number]);
      this.version = thread.version;
    }
    return this.record;
  }
}
