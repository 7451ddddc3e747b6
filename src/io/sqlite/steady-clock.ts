import { performance } from 'node:perf_hooks';

/** A time is trusted after it was stable for this long; a machine that restarts every night reaches it. */
const STABLE_MS = 12 * 3_600_000;

/**
 * A clock for deletions, which cannot be undone. A Raspberry Pi has no battery clock and accepts any time from a time
 * server or a user: with one wrong answer in the year 2100, every row would be too old. So a later time is trusted only
 * after it was stable for 12 to 24 hours of uptime, which cannot be set. An earlier time is trusted at once, because it
 * makes no row older.
 */
export class SteadyClock {
  readonly #uptime: () => number;
  /** Smallest difference of clock and uptime, in the present and in the previous 12 hours. */
  #running = Infinity;
  #before = -Infinity;
  #since: number;

  /** `uptime`: monotonic ms from any origin. */
  constructor(uptime: () => number = () => performance.now()) {
    this.#uptime = uptime;
    this.#since = uptime();
  }

  /** The trusted time for the clock reading `now`, epoch ms; `-Infinity` until a time was stable for long enough. */
  believe(now: number): number {
    const uptime = this.#uptime();
    if (uptime - this.#since >= STABLE_MS) {
      this.#before = this.#running;
      this.#running = Infinity;
      this.#since = uptime;
    }
    this.#running = Math.min(this.#running, now - uptime);
    return uptime + Math.min(this.#running, this.#before);
  }
}
