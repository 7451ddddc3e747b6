import { log2 } from './elementary.ts';
import type { Memory } from './memory.ts';

/** Weight of the newest gap in the usual one is max(1/n, 1/SPAN). */
const SPAN = 50;
/** After this many gaps a long pause can be recognised: from then on it counts as ten usual gaps at most. */
const USUAL_AFTER = 50;
export const MAX_GAP_RATIO = 10;
/** Gaps of 2047 usual intervals and more give the same value. */
const MAX_LATENESS = 10;

/**
 * The gap before a reading as an input for a network, independent of the unit of time:
 *
 *   g = log2((1 + gap / usual) / 2)
 *
 * is 0 in the usual time, -1 at once, 1 after three usual intervals, and 10 at most. The usual gap is a running mean.
 */
export class TimeGap {
  private readonly s: Float64Array; // readings so far, time of the last one, usual gap

  constructor(memory: Pick<Memory, 'take'>, name = 'gap') {
    this.s = memory.take(name, 3);
  }

  /** Readings so far. */
  get readings(): number {
    return this.s[0];
  }

  /** Time of the last reading, epoch ms; 0 before the first. */
  get lastAt(): number {
    return this.s[1];
  }

  /** Whether there was a gap. */
  get known(): boolean {
    return this.s[0] >= 2;
  }

  /** The usual gap, ms; 0 before there was one. */
  get usualMs(): number {
    return this.s[2];
  }

  /** g of the time since the last reading at `at`, epoch ms; 0 while there is no usual gap yet. Changes nothing. */
  lateness(at: number): number {
    const { s } = this;
    if (!this.known || s[2] === 0) return 0;
    return Math.min(MAX_LATENESS, log2((1 + Math.max(0, at - s[1]) / s[2]) / 2));
  }

  /** Time from the last reading to `at`, ms: 0 while there is none, ten usual gaps at most. */
  sinceMs(at: number): number {
    const { s } = this;
    return this.known ? Math.max(0, Math.min(at - s[1], MAX_GAP_RATIO * s[2])) : 0;
  }

  /** Counts a reading at `at`. */
  update(at: number): void {
    const { s } = this;
    if (s[0] > 0) {
      const gap = Math.max(0, at - s[1]);
      const d = s[0] <= USUAL_AFTER ? gap : Math.min(gap, MAX_GAP_RATIO * s[2]);
      s[2] += Math.max(1 / SPAN, 1 / s[0]) * (d - s[2]);
    }
    s[0]++;
    s[1] = at;
  }

  /** Does not count the time from the last reading to `at` as a gap, because the service was down. */
  restartAt(at: number): void {
    this.s[1] = at;
  }
}
