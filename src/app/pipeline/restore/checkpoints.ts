import type { Site } from '../../../config/schema/site.ts';
import type { AnomalyLogPort, LedgerPort, SnapshotPort } from '../../../stream/ports/ports.ts';
import { snapshotOf } from './checkpoint.ts';
import type { History } from '../history.ts';
import type { Stream } from '../stream.ts';
import type { Streams } from '../streams.ts';

/**
 * All streams are saved at least once in this many readings: a start after a power failure processes them again, in 5 to 10 s, or
 * in 10 to 20 s where the site prefers fewer writes. With more than about a thousand streams MAX_AT_ONCE makes a round longer.
 */
const MAX_READINGS = { normal: 200_000, gentle: 400_000 };
/** Streams that are saved at a heartbeat, in one transaction, about 70 KB each. */
const MAX_AT_ONCE = 8;

interface CheckpointPorts {
  readonly snapshots: SnapshotPort;
  readonly anomalyLog: Pick<AnomalyLogPort, 'recordHabitsOf' | 'recordModesOf'>;
  readonly ledger: LedgerPort;
}

/**
 * Saves the streams in turn, each one once in `everyMs` or `maxReadings` readings: with a stream its history, and the rows of its habits
 * and operating modes. Trims the journal rows that no snapshot needs. The writes are spread over time, because saving all streams at once
 * would block the service.
 */
export class Checkpoints {
  private readonly monitors: readonly Stream[];
  private readonly unsaved: Stream[];
  private readonly snapshots: SnapshotPort;
  private readonly anomalyLog: Pick<AnomalyLogPort, 'recordHabitsOf' | 'recordModesOf'>;
  private readonly ledger: LedgerPort;
  private readonly history: Pick<History, 'save' | 'saved'>;
  private readonly everyMs: number;
  private readonly maxReadings: number;
  /** Number of streams that are due, with a fraction. */
  private due = 0;
  private next = 0;
  /** The streams that the next transaction saves. */
  private readonly turn = new Set<Stream>();
  private readings = 0;
  private heartbeatAt = NaN;
  private startedAt = NaN;
  /** When each stream was last saved, epoch ms, time of arrival. */
  private readonly savedAt = new WeakMap<Stream, number>();

  /**
   * `monitors`: all streams to save; `restored.unsaved`: those without a snapshot. The caller changes both lists later. `before`: the
   * checkpoints of the pipeline before, whose order continues.
   */
  constructor(
    { monitors, restored }: Pick<Streams, 'monitors' | 'restored'>,
    { snapshots, anomalyLog, ledger }: CheckpointPorts,
    { snapshots: { every }, storage }: Pick<Site, 'snapshots' | 'storage'>,
    history: Pick<History, 'save' | 'saved'>,
    before?: Checkpoints,
  ) {
    this.monitors = monitors;
    this.unsaved = restored.unsaved;
    this.snapshots = snapshots;
    this.anomalyLog = anomalyLog;
    this.ledger = ledger;
    this.everyMs = every;
    this.maxReadings = MAX_READINGS[storage];
    this.history = history;
    if (before !== undefined) this.goOn(before);
    ledger.onOverflow(() => {
      this.save(monitors);
    });
  }

  private goOn(before: Checkpoints): void {
    const last = before.monitors.at(before.next)?.stream;
    this.next = Math.max(
      0,
      this.monitors.findIndex(({ stream }) => stream === last),
    );
    this.due = before.due;
    this.heartbeatAt = before.heartbeatAt;
    this.startedAt = before.startedAt;
    // A stream that was built anew was saved at the end of the one before.
    for (const monitor of this.monitors)
      this.savedAt.set(
        monitor,
        before.savedAt.get(monitor) ?? (before.monitors.includes(monitor) ? before.startedAt : before.heartbeatAt),
      );
  }

  /** Counts readings. */
  count(readings = 1): void {
    this.readings += readings;
  }

  /** Saves the streams that are due at `now` (time of arrival, epoch ms). To be called every few seconds. */
  heartbeat(now: number): void {
    const elapsed = Math.max(0, now - this.heartbeatAt) || 0;
    this.heartbeatAt = now;
    if (Number.isNaN(this.startedAt)) this.startedAt = now;
    const share = Math.max(elapsed / this.everyMs, this.readings / this.maxReadings);
    this.readings = 0;
    this.due = Math.min(MAX_AT_ONCE, this.due + share * this.monitors.length);
    const waiting = this.turn.size;
    for (const monitor of this.unsaved.splice(0, MAX_AT_ONCE)) this.turn.add(monitor);
    for (; this.due >= 1; this.due--) {
      this.next = (this.next + 1) % this.monitors.length;
      this.turn.add(this.monitors[this.next]);
    }
    if (waiting === 0 && this.turn.size > 0) this.write();
  }

  /** Saves all streams, or these, as of `at`; without it as of the last heartbeat, and not if there was none: then nothing was received. */
  saveAll(at = this.heartbeatAt, monitors = this.monitors): void {
    if (Number.isNaN(at)) return;
    this.ledger.write(
      () => {
        this.save(monitors, at);
      },
      () => {
        this.history.saved(monitors);
      },
    );
  }

  /**
   * Age of the oldest state on the disk among those of all streams, in time of arrival, ms; a stream that this run has not saved yet
   * counts from the start. Null before the first reading.
   */
  get oldestAgeMs(): number | null {
    let oldest = Infinity;
    for (const monitor of this.monitors) oldest = Math.min(oldest, this.savedAt.get(monitor) ?? this.startedAt);
    return Number.isFinite(oldest) ? this.heartbeatAt - oldest : null;
  }

  private write(): void {
    this.ledger.write(
      () => {
        this.save(this.monitors.filter((monitor) => this.turn.has(monitor)));
        this.trim();
      },
      () => {
        this.history.saved(this.turn);
        for (const monitor of this.turn) this.savedAt.set(monitor, this.heartbeatAt);
        this.turn.clear();
      },
    );
  }

  private save(turn: readonly Stream[], at = this.heartbeatAt): void {
    const { seq } = this.ledger;
    this.snapshots.save(turn.map((monitor) => snapshotOf(monitor, at, seq)));
    this.history.save(turn, seq);
    for (const { stream, status } of turn) {
      this.anomalyLog.recordHabitsOf(stream, status.habits);
      this.anomalyLog.recordModesOf(stream, status.modes);
    }
  }

  /** A stream that stopped after an error does not hold the journal: it starts from its last snapshot and the rows that are left. */
  private trim(): void {
    let oldest = Infinity;
    for (const { stream } of this.monitors) oldest = Math.min(oldest, this.snapshots.oldest(stream) ?? 0);
    if (oldest > 0 && oldest < Infinity) this.ledger.trim(oldest);
  }
}
