/**
 * Calls when it is time: at the end of the present turn, after a while from the first request on, or after a pause in which no
 * request came, whichever is first. Each call, and `clear`, ends all waiting.
 */
export class AlarmClock {
  readonly #ring: (waited: boolean) => void;
  #latest: NodeJS.Timeout | null = null;
  #pause: NodeJS.Timeout | null = null;
  #pauseMs = 0;
  #now: NodeJS.Immediate | null = null;

  /** `ring` is told whether it waited, in vain, for more. */
  constructor(ring: (waited: boolean) => void) {
    this.#ring = ring;
  }

  soon(): void {
    this.#now ??= setImmediate(() => {
      this.#call(false);
    });
  }

  /** Not later than in `ms` from the first time this is asked for. */
  within(ms: number): void {
    this.#latest ??= setTimeout(() => {
      this.#call(true);
    }, ms);
  }

  /** When this is not asked for again for so long; Infinity is never. */
  afterPause(ms: number): void {
    if (this.#pause !== null && ms === this.#pauseMs) {
      this.#pause.refresh();
      return;
    }
    if (this.#pause !== null) clearTimeout(this.#pause);
    this.#pauseMs = ms;
    this.#pause = null;
    if (ms < Infinity)
      this.#pause = setTimeout(() => {
        this.#call(true);
      }, ms);
  }

  clear(): void {
    if (this.#latest !== null) clearTimeout(this.#latest);
    if (this.#pause !== null) clearTimeout(this.#pause);
    if (this.#now !== null) clearImmediate(this.#now);
    this.#latest = this.#pause = this.#now = null;
  }

  #call(waited: boolean): void {
    this.clear();
    this.#ring(waited);
  }
}
