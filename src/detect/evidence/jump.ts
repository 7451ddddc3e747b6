import { log1p } from '../../math/elementary.ts';
import type { Pieces } from '../../math/memory.ts';
import { CONSTANTS } from '../constants.ts';

const { SURE_AFTER: SHORT_SPAN, MIN_SPAN, MIN_SHARE, WINSOR } = CONSTANTS;
/** Bins of the histogram for a factor of e in the step: its resolution, since the model of the tail has no scale. */
const JUMP_SCALE = 1.5;
/** Steps needed before sizes are computed. */
const USUAL_AFTER = SHORT_SPAN / 2;
/** Largest ratio of a step to its scale: the difference of two finite numbers can be Infinity. */
const MAX_ABS_Z = 1e12;

/**
 * Size of a step relative to recent steps.
 *
 *   size = 1.5 ln(1 + |dx| / s),   s^2 = max(EW100(dx^2), 0.25 EW(dx^2))
 *
 * The logarithm turns a tail that falls as a power of the step into one that falls exponentially, as `Tail` assumes.
 * Unlike the network's surprisal it has no last bin: a spike of 1,000 deviations scores higher than one of 30.
 *
 * Memory (3): number of steps, recent mean square, long-run mean square.
 */
export class Jump {
  private readonly s: Float64Array;

  constructor(memory: Pieces) {
    this.s = memory.take('jump', 3);
  }

  /** Size of the step dx, which is in the unit of the series; 0 while there are too few steps. Changes nothing. */
  size(dx: number): number {
    const [n, recent, long] = this.s;
    const scale = Math.sqrt(Math.max(recent, MIN_SHARE * long));
    return n > USUAL_AFTER && scale > 0 ? JUMP_SCALE * log1p(Math.min(MAX_ABS_Z, Math.abs(dx) / scale)) : 0;
  }

  /** Adds the step dx to the recent mean square and, if `normal`, to the long-run one, over `span` readings. */
  learn(dx: number, normal: boolean, span = MIN_SPAN): void {
    const { s } = this;
    const n = ++s[0];
    s[1] += Math.max(1 / n, 1 / SHORT_SPAN) * (square(dx, n, s[1]) - s[1]);
    if (normal) s[2] += Math.max(1 / n, 1 / span) * (square(dx, n, s[2]) - s[2]);
  }
}

const square = (dx: number, n: number, mean: number): number =>
  n <= USUAL_AFTER || mean === 0 ? Math.min(dx * dx, 1e300) : Math.min(dx * dx, WINSOR * WINSOR * mean);
