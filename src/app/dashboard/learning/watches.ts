import { LearningWatch } from '../../../detect/monitor/learning-watch.ts';
import type { StreamMonitor } from '../../../detect/stream-monitor.ts';

/** Readings that a recording keeps. */
export const READINGS = 100;
/** Streams that are recorded at the same time. A recording of a large network takes half a megabyte. */
export const MAX_WATCHES = 4;
/** A page that is loaded anew finds its recording. */
const KEEP_MS = 30_000;

interface Kept {
  readonly monitor: StreamMonitor;
  readonly watch: LearningWatch;
  users: number;
  /** Ends it, when there is no user any more. */
  timer: NodeJS.Timeout | null;
}

/** The recordings of the streams that somebody watches. */
export class LearningWatches {
  private readonly kept = new Map<string, Kept>();
  private readonly keepMs: number;

  constructor(keepMs = KEEP_MS) {
    this.keepMs = keepMs;
  }

  /**
   * Begins to record, or joins those who do; a recording that nobody watches any more makes room. Null where all are watched. Each call
   * that returns one needs a `release`.
   */
  begin(monitor: StreamMonitor): LearningWatch | null {
    const { stream } = monitor;
    const known = this.kept.get(stream);
    if (known?.monitor === monitor) {
      if (known.timer !== null) clearTimeout(known.timer);
      known.timer = null;
      known.users++;
      return known.watch;
    }
    if (known !== undefined) this.stop(known); // the stream was made anew, by a new site file
    if (this.kept.size >= MAX_WATCHES) {
      const idle = [...this.kept.values()].find(({ users }) => users === 0);
      if (idle === undefined) return null;
      this.stop(idle);
    }
    const watch = new LearningWatch(monitor.detector, READINGS);
    watch.start();
    this.kept.set(stream, { monitor, watch, users: 1, timer: null });
    return watch;
  }

  /** One that `begin` returned is not needed any more. */
  release(watch: LearningWatch): void {
    const kept = [...this.kept.values()].find((one) => one.watch === watch);
    if (kept === undefined || --kept.users > 0) return;
    kept.timer = setTimeout(() => {
      this.stop(kept);
    }, this.keepMs);
    kept.timer.unref();
  }

  private stop(kept: Kept): void {
    if (kept.timer !== null) clearTimeout(kept.timer);
    kept.watch.stop();
    this.kept.delete(kept.monitor.stream);
  }
}
