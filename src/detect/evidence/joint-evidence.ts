import { perSeries, type Pieces } from '../../math/memory.ts';
import { CONSTANTS } from '../constants.ts';

const { MIN_SPAN } = CONSTANTS;
/** Evidence above an alarm counts as one alarm in the usual square. */
const MAX_SQUARE = 1;

const COUNT = 0;
const SQUARE = 1;
const EACH = 2;

/**
 * Evidence of all series of a group together: an event in which many of twelve metrics deviate is rarer than one in which a single
 * metric does. With evidence e_d and its usual square m_d,
 *
 *   joint = max(max e_d, sqrt(sum of max(0, e_d^2 - m_d)))
 *
 * As the sum of squares of independent deviations (R. A. Fisher, "Statistical Methods for Research Workers", 1932, section 20), of
 * which only the part beyond the usual counts. The leading series has the joint evidence. A group of one has its own.
 *
 * Memory: count and usual square of each series (2 D).
 */
export class JointEvidence {
  /** Index of the series with the most evidence. */
  leading = 0;
  private readonly s: Float64Array;

  constructor(memory: Pieces, series: number) {
    this.s = memory.take('joint_evidence', EACH * series, perSeries());
  }

  /** The joint evidence of `e` (D), in which a missing series has 0. Changes only `leading`. */
  of(e: Float64Array): number {
    const { s } = this;
    let sum = 0;
    this.leading = 0;
    for (let d = 0; d < e.length; d++) {
      sum += Math.max(0, e[d] * e[d] - s[EACH * d + SQUARE]);
      if (e[d] > e[this.leading]) this.leading = d;
    }
    return Math.max(e[this.leading], Math.sqrt(sum));
  }

  /** Adds the evidence of the series that are present to the usual squares, means over `span` readings: those of a week. */
  learn(e: Float64Array, present: Uint8Array, span = MIN_SPAN): void {
    const { s } = this;
    for (let d = 0, k = 0; d < e.length; d++, k += EACH) {
      if (!present[d]) continue;
      const a = Math.max(1 / span, 1 / ++s[k + COUNT]);
      s[k + SQUARE] += a * (Math.min(e[d] * e[d], MAX_SQUARE) - s[k + SQUARE]);
    }
  }
}
