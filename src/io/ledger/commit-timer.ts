/**
 * Calls when it is time: at the end of the present turn, after a while from the first request on, or after a pause in which no
 * request came, whichever is first. Each call, and `clear`, ends all waiting.
 */
export class CommitTimer {
  readonly #onDue: (waited: boolean) => void;
  #deadlineTimer: NodeJS.Timeout | null = null;
  #pauseTimer: NodeJS.Timeout | null = null;
  #pauseMs = 0;
  #immediate: NodeJS.Immediate | null = null;

  /** `ring` is told whether it waited, in vain, for more. */
  constructor(onDue: (waited: boolean) => void) {
    this.#onDue = onDue;
  }

  atEndOfTurn(): void {
    this.#immediate ??= setImmediate(() => {
      this.#fire(false);
    });
  }

  /** Not later than in `ms` from the first time this is asked for. */
  within(ms: number): void {
    this.#deadlineTimer ??= setTimeout(() => {
      this.#fire(true);
    }, ms);
  }

  /** When this is not asked for again for so long; Infinity is never. */
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
