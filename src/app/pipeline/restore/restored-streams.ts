import { durationInWords } from '../../../detect/episode/reason.ts';
import { changeOf } from '../../../detect/monitor/shape.ts';
import { AppError } from '../../../errors.ts';
import type { Log } from '../../../log.ts';
import type { Snapshot, SnapshotPort } from '../../../stream/ports/ports.ts';
import { restore } from './checkpoint.ts';
import type { Stream } from '../stream.ts';

/** The streams that were restored from their snapshots, and the rows of the journal that these snapshots include. */
export class RestoredStreams {
  /** Streams without a snapshot that they could be restored from, or with one of another shape; the reader removes them from the list. */
  readonly unsaved: Stream[] = [];
  private readonly snapshots: SnapshotPort;
  private readonly log: Log;
  /** The last journal row that the snapshot of a stream includes. */
  private readonly seqs = new Map<Stream, number>();
  /** Streams that were restored before the journal was replayed; null from then on. */
  private unreported: { readonly monitor: Stream; readonly shape: string }[] | null = [];

  constructor(snapshots: SnapshotPort, log: Log) {
    this.snapshots = snapshots;
    this.log = log;
  }

  /** Whether a stream was restored from a snapshot that includes row `seq` of the journal. */
  covers(monitor: Stream, seq: number): boolean {
    return seq <= (this.seqs.get(monitor) ?? 0);
  }

  /** Restores a stream from its newest snapshot that fits, and returns it; null where there is none. */
  restore(monitor: Stream): Snapshot | null {
    const { stream } = monitor;
    const { whole, damaged } = this.snapshots.load(stream);
    if (damaged > 0) {
      const next = whole.length > 0 ? 'restored an older snapshot' : 'no older snapshot exists, a new warm-up starts';
      this.log('warn', { stream, damaged }, `snapshot checksum mismatch; ${next}`);
    }
    const refusals: AppError[] = [];
    const fitting = whole.find((snapshot) => {
      try {
        restore(monitor, snapshot);
        return true;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        refusals.push(error);
        return false;
      }
    });
    if (fitting?.shape !== monitor.shape) this.unsaved.push(monitor);
    if (fitting === undefined) {
      if (refusals.length > 0) this.log('warn', { stream, code: refusals[0].code }, refusals[0].message);
      return null;
    }
    this.seqs.set(monitor, fitting.seq);
    return fitting;
  }

  /** Logs a restored stream: at once, or with `reportAll` if the journal is not replayed yet. */
  report(monitor: Stream, { shape }: Snapshot): void {
    if (this.unreported === null) this.logRestored(monitor, shape);
    else this.unreported.push({ monitor, shape });
  }

  /** Logs the restored streams and their warm-up, after the journal was replayed; `all`: also those of which all was restored. */
  reportAll(all: boolean): void {
    for (const { monitor, shape } of this.unreported ?? [])
      if (all || shape !== monitor.shape) this.logRestored(monitor, shape);
    this.unreported = null;
  }

  /** `shape`: that of the snapshot. */
  private logRestored(monitor: Stream, shape: string): void {
    const { status } = monitor;
    const { stream, samples, warmup } = status;
    const readyInMs = Math.max(...status.series.map((_, d) => status.readyInMs(d)));
    const left = readyInMs > 0 ? { readyIn: durationInWords(readyInMs) } : {};
    this.log('info', { stream, samples, warmup, ...left }, restoredText(shape, monitor.shape));
  }
}

function restoredText(shape: string, present: string): string {
  if (shape === present) return 'learned state restored';
  const change = changeOf(shape, present);
  const lost =
    change === null
      ? 'series were added to this group or removed'
      : `everything learned about each series is kept; ${change}`;
  return `learned state restored in part: ${lost}`;
}
