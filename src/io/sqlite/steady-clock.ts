import { performance } from 'node:perf_hooks';

/** So long a time must have stood before it is believed; a machine that restarts every night still gets there. */
const STABLE_MS = 12 * 3_600_000;

/**
 * A clock for what cannot be undone. A Raspberry Pi has none that runs while it is off, and takes over what a time server or a
 * hand says: one wrong answer in the year 2100, and all that is kept is too old. So a time is believed only after it has stood
 * for half a day to a day of uptime, which nobody can set. One that goes back is believed at once, as it ages nothing.
 */
export class SteadyClock {
  readonly #uptime: () => number;
  /** The least that the clock has been ahead of the uptime, in the half day that is running and in the one before. */
  #running = Infinity;
  #before = -Infinity;
  #since: number;

  /** `uptime` in ms, from anywhere, never set. */
  constructor(uptime: () => number = () => performance.now()) {
    this.#uptime = uptime;
    this.#since = uptime();
  }

  /** The time that is believed when the clock says `now`, epoch ms; `-Infinity` until one has stood for long enough. */
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
