import { LearningWatch } from '../../../detect/monitor/learning-watch.ts';
import type { StreamMonitor } from '../../../detect/stream-monitor.ts';
import type { LearningBody } from '../contract/learning.ts';
import { analyse, learningBody, type Analysis } from './body.ts';
import { LearningWatches, READINGS } from './watches.ts';

/** How one stream learns, while somebody watches it. `now`: epoch ms. */
export interface StreamLearning {
  whole(now: number): LearningBody;
  /** Null where nothing has changed since the last call. */
  change(now: number): LearningBody | null;
  close(): void;
}

/**
 * The gradient by lag costs the most: some milliseconds on a PC, more on a Pi. It is computed once a second at most, and takes this
 * share of the time at most.
 */
const ANALYSE_MS = 1_000;
const ANALYSE_SHARE = 1 / 20;

/** Of a stream that nobody watches: the last readings that its learner has kept. */
export function learningNow(monitor: StreamMonitor, now: number): LearningBody {
  const { observer } = monitor.detector;
  const recorded = observer instanceof LearningWatch;
  const watch = recorded ? observer : new LearningWatch(monitor.detector, READINGS);
  return learningBody(monitor, watch, analyse(watch), { now, recorded });
}

/** Of a stream in this thread, which is recorded meanwhile. */
export class RecordedLearning implements StreamLearning {
  private readonly watches: LearningWatches;
  private readonly monitor: StreamMonitor;
  private readonly watch: LearningWatch;
  private readonly recorded: boolean;
  private analysis: Analysis | null = null;
  private analyseFrom = -Infinity;
  private analysedCount = -1;
  private sentCount = -1;

  /** Where four streams are watched already, this one shows what the tape of the network has. */
  constructor(watches: LearningWatches, monitor: StreamMonitor) {
    this.watches = watches;
    this.monitor = monitor;
    const watch = watches.begin(monitor);
    this.recorded = watch !== null;
    this.watch = watch ?? new LearningWatch(monitor.detector, READINGS);
  }

  whole(now: number): LearningBody {
    const { monitor, watch, recorded } = this;
    if (this.analysisIsDue()) {
      const began = performance.now();
      this.analysedCount = watch.count;
      this.analysis = analyse(watch);
      const ended = performance.now();
      this.analyseFrom = ended + Math.max(ANALYSE_MS, (ended - began) / ANALYSE_SHARE);
    }
    return learningBody(monitor, watch, this.analysis, { now, recorded });
  }

  change(now: number): LearningBody | null {
    const { count } = this.watch;
    if (count === this.sentCount && !this.analysisIsDue()) return null;
    this.sentCount = count;
    return this.whole(now);
  }

  close(): void {
    if (this.recorded) this.watches.release(this.watch);
  }

  private analysisIsDue(): boolean {
    return this.watch.count !== this.analysedCount && performance.now() >= this.analyseFrom;
  }
}
