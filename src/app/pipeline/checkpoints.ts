import type { StreamMonitor } from '../../detect/stream-monitor.ts';
import type { LedgerPort, SnapshotPort } from '../../stream/ports.ts';
import { snapshotOf } from './checkpoint.ts';

/** In so many readings all are saved: to repeat them at a start takes 5 to 10 s here. */
const MAX_READINGS = 200_000;
/** Streams that one transaction saves, of some 70 KB each. */
const MAX_AT_ONCE = 8;

/**
 * Saves each stream in turn, all of them once in a while and in so many readings, and lets go of what no snapshot needs of the
 * journal. Spread out, as to write all at once would hold the service up.
 */
export class Checkpoints {
  private readonly monitors: readonly StreamMonitor[];
  private readonly unsaved: StreamMonitor[];
  private readonly snapshots: SnapshotPort;
  private readonly ledger: LedgerPort;
  private readonly everyMs: number;
  /** Streams whose turn has come, in parts. */
  private due = 0;
  private next = 0;
  /** Those that the next transaction saves. */
  private readonly turn = new Set<StreamMonitor>();
  private readings = 0;
  private heartbeatAt = NaN;

  /** `monitors`: all that are to be saved; `unsaved`: those of which nothing is saved yet. Both as they come and go. */
  constructor(
    { monitors, unsaved }: { readonly monitors: readonly StreamMonitor[]; readonly unsaved: StreamMonitor[] },
    { snapshots, ledger }: { readonly snapshots: SnapshotPort; readonly ledger: LedgerPort },
    everyMs: number,
  ) {
    this.monitors = monitors;
    this.unsaved = unsaved;
    this.snapshots = snapshots;
    this.ledger = ledger;
    this.everyMs = everyMs;
    ledger.onOverflow(() => {
      this.save(monitors);
    });
  }

  /** Takes note of a reading. */
  count(): void {
    this.readings++;
  }

  /** Time goes by, in that of arrival; call it every few seconds. */
  heartbeat(now: number): void {
    const elapsed = Math.max(0, now - this.heartbeatAt) || 0;
    this.heartbeatAt = now;
    const share = Math.max(elapsed / this.everyMs, this.readings / MAX_READINGS);
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

  /** Saves all, at the end. */
  saveAll(): void {
    if (Number.isNaN(this.heartbeatAt)) return; // nothing was heard
    this.ledger.write(() => {
      this.save(this.monitors);
    });
  }

  private write(): void {
    this.ledger.write(
      () => {
        this.save(this.monitors.filter((monitor) => this.turn.has(monitor)));
        this.trim();
      },
      () => {
        this.turn.clear();
      },
    );
  }

  private save(turn: readonly StreamMonitor[]): void {
    const { seq } = this.ledger;
    this.snapshots.save(turn.map((monitor) => snapshotOf(monitor, this.heartbeatAt, seq)));
  }

  /** A stream that was left out keeps nothing back: it will start from its last snapshot and what the journal still has. */
  private trim(): void {
    let oldest = Infinity;
    for (const { stream } of this.monitors) oldest = Math.min(oldest, this.snapshots.oldest(stream) ?? 0);
    if (oldest > 0 && oldest < Infinity) this.ledger.trim(oldest);
  }
}
