/**
 * Calls `onDue` at the first of these: the end of the present turn, a deadline counted from the first request, a pause
 * without a request. Each call, and `clear`, cancels all three.
 */
export class CommitTimer {
  readonly #onDue: (waited: boolean) => void;
  #deadlineTimer: NodeJS.Timeout | null = null;
  #pauseTimer: NodeJS.Timeout | null = null;
  #pauseMs = 0;
  #immediate: NodeJS.Immediate | null = null;

  /** `waited`: a deadline or a pause ended without another request. */
  constructor(onDue: (waited: boolean) => void) {
    this.#onDue = onDue;
  }

  atEndOfTurn(): void {
    this.#immediate ??= setImmediate(() => {
      this.#fire(false);
    });
  }

  /** At the latest `ms` after the first request. */
  within(ms: number): void {
    this.#deadlineTimer ??= setTimeout(() => {
      this.#fire(true);
    }, ms);
  }

  /** `ms` after the last request; Infinity: never. */
  afterPause(ms: number): void {
    if (this.#pauseTimer !== null && ms === this.#pauseMs) {
      this.#pauseTimer.refresh();
      return;
    }
    if (this.#pauseTimer !== null) clearTimeout(this.#pauseTimer);
    this.#pauseMs = ms;
    this.#pauseTimer = null;
    if (ms < Infinity)
      this.#pauseTimer = setTimeout(() => {
        this.#fire(true);
      }, ms);
  }

  clear(): void {
    if (this.#deadlineTimer !== null) clearTimeout(this.#deadlineTimer);
    if (this.#pauseTimer !== null) clearTimeout(this.#pauseTimer);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#deadlineTimer = this.#pauseTimer = this.#immediate = null;
  }

  #fire(waited: boolean): void {
    this.clear();
    this.#onDue(waited);
  }
}
