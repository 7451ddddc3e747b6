/** Where the watchdog looks. All of it is live. */
export interface ProgressSources {
  /** Readings, and ticks of the clock, that have passed through the whole pipeline since the start. */
  readonly passed: () => number;
  /** How long after its time the transaction is that is due, ms; at most 0 while none is late. One that fails is not late: it is repeated. */
  readonly commitLateMs: () => number;
}

/** A transaction waits for the present turn of the event loop at most. */
const MAX_COMMIT_LATE_MS = 15_000;

/**
 * Whether the pipeline works: a reading or a tick has passed through it since the last time, and all due writes have been made. A timer
 * that runs beside a pipeline that stands still is no progress.
 */
export class Progress {
  private readonly sources: ProgressSources;
  private before = -1;

  constructor(sources: ProgressSources) {
    this.sources = sources;
  }

  /** Whether there was progress since the last call that said so. */
  made(): boolean {
    const { passed, commitLateMs } = this.sources;
    const now = passed();
    if (now === this.before || commitLateMs() > MAX_COMMIT_LATE_MS) return false;
    this.before = now;
    return true;
  }
}
