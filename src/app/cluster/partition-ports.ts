import type { LedgerPort, Snapshot, SnapshotPort } from '../../stream/ports/ports.ts';

/** The newest snapshot of each stream, for the checkpoint of a partition. */
export class SnapshotMap implements SnapshotPort {
  private readonly newest: Map<string, Snapshot>;

  constructor(snapshots: readonly Snapshot[]) {
    this.newest = new Map(snapshots.map((snapshot) => [snapshot.stream, snapshot]));
  }

  all(): readonly Snapshot[] {
    return [...this.newest.values()];
  }

  streams(): readonly string[] {
    return [...this.newest.keys()].sort();
  }

  load(stream: string): { readonly whole: readonly Snapshot[]; readonly damaged: number } {
    const snapshot = this.newest.get(stream);
    return { whole: snapshot === undefined ? [] : [snapshot], damaged: 0 };
  }

  save(snapshots: readonly Snapshot[]): void {
    for (const snapshot of snapshots) this.newest.set(snapshot.stream, snapshot);
  }

  replace(snapshot: Snapshot): void {
    this.save([snapshot]);
  }

  oldest(stream: string): number | null {
    return this.newest.get(stream)?.seq ?? null;
  }

  /** Checkpoints keep no older states. */
  before(): readonly Snapshot[] {
    return [];
  }

  forgetSince(): void {
    // There are none.
  }
}

const nothing = (): void => undefined;

/**
 * The ledger of a partition: the stream of NATS is its journal. The messages, ticks and commands after a checkpoint are read from there
 * again and processed like new ones, so it records nothing and replays nothing. A write is done at once, into the database in memory that
 * the next checkpoint contains; an alert is published at once, and a checkpoint waits until a server has it.
 */
export class StreamLedger implements LedgerPort {
  readonly droppedWrites = 0;
  readonly recordReadings = nothing;
  readonly recordTick = nothing;
  readonly recordDowntime = nothing;
  readonly recordTrainingRate = nothing;
  readonly recordCommand = nothing;
  readonly onOverflow = nothing;
  readonly trim = nothing;
  /** Sequence of the message that is being processed. */
  seq: number;

  constructor(seq: number) {
    this.seq = seq;
  }

  /** The consumer is ordered: it delivers each message once. */
  admit(): boolean {
    return true;
  }

  write(task: () => void, afterwards?: () => void): void {
    task();
    afterwards?.();
  }

  entries(): [] {
    return [];
  }

  originOf(): null {
    return null;
  }
}
