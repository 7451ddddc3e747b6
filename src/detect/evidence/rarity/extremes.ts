import { log10 } from '../../../math/elementary.ts';
import type { Pieces } from '../../../math/memory.ts';
import { CONSTANTS } from '../../constants.ts';
import { excessRarity } from './tail.ts';

const {
  TAIL: MIN_RATE,
  RECORD_TREND: TREND_FACTOR,
  MIN_SPAN,
  FULL_RECORD_STEPS: FULL_AT_STEPS,
  RECURS: PRIOR_COUNT,
  EXCESS_PRIOR: PRIOR_EXCESS,
  SURE_AFTER: COUNTED_AFTER,
} = CONSTANTS;
/** Guard: a larger rarity makes no difference. */
const MAX_RARITY = 30;

/**
 * Rarity of a reading outside of all past values. r is the distance outside [min, max] over max - min, and
 *
 *   evidence = -c log10(rate) + m log10(1 + r / (m mean r)),   mean r = (3 * 0.1 + sum of past r) / m,   m = 3 + number of past r
 *
 * which is the tail model of `Tail` with a rate of at least 0.02; c = 1 for a distance of two usual steps or more, and less in
 * proportion.
 *
 * Memory (6): readings, min, max, sum of r, number of r, share of records in the last week, and at least 2,000 readings.
 */
export class Extremes {
  private readonly s: Float64Array;

  constructor(memory: Pieces) {
    this.s = memory.take('extremes', 6);
  }

  get min(): number {
    return this.s[1];
  }

  get max(): number {
    return this.s[2];
  }

  /** Rarity of the reading x: 0 inside the range, up to 30 outside. `step`: a usual step, in the unit of x. Changes nothing. */
  rarity(x: number, step: number): number {
    const { s } = this;
    const r = this.excess(x);
    if (r === 0) return 0;
    const distance = x > s[2] ? x - s[2] : s[1] - x;
    const c = step > 0 ? Math.min(1, distance / (FULL_AT_STEPS * step)) : 1;
    const rate = Math.min(1, Math.max(MIN_RATE, TREND_FACTOR * s[5]));
    const m = PRIOR_COUNT + s[4];
    const mean = (PRIOR_COUNT * PRIOR_EXCESS + s[3]) / m;
    return Math.min(MAX_RARITY, -c * log10(rate) + excessRarity(r / mean, m));
  }

  /** Adds the reading x to the range and, if it is a record, to the mean excess. `span`: readings of a week. */
  add(x: number, span = MIN_SPAN): void {
    const { s } = this;
    if (s[0]++ === 0) {
      s[1] = s[2] = x;
      return;
    }
    const r = this.excess(x);
    if (s[0] > COUNTED_AFTER) s[5] += ((r > 0 ? 1 : 0) - s[5]) / Math.max(MIN_SPAN, Math.min(s[0], span));
    // Relative to a range of width 0 an excess would be infinite.
    if (r > 0 && s[2] > s[1] && s[0] > COUNTED_AFTER) {
      s[3] += r;
      s[4]++;
    }
    s[1] = Math.min(s[1], x);
    s[2] = Math.max(s[2], x);
  }

  private excess(x: number): number {
    const { s } = this;
    if (s[0] === 0 || (x >= s[1] && x <= s[2])) return 0;
    const beyond = x > s[2] ? x - s[2] : s[1] - x;
    return Math.min(1e6, beyond / (s[2] - s[1] + 1e-9));
  }
}
