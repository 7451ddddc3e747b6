import type { Memory } from '../../math/memory.ts';

/** Readings that the liveliness of late looks back on, and of old. */
const SHORT_SPAN = 100;
const LONG_SPAN = 2000;
/** After a calm, a step is measured by no less than this share of the variance of old: a river that thaws is no spike. */
const MIN_VARIANCE_RATIO = 0.25;
/** A wilder step widens the scale no more than one of so many deviations. */
const WINSOR = 6;
/** So many deviations wide, wider is no wider: the way from one end of the numbers to the other is endless. */
const MAX_ABS_Z = 1e12;
/** Fewer steps than this say nothing of what is usual. */
const USUAL_AFTER = 50;

/**
 * How large is a step for the liveliness of late?
 *
 *   size = 1.5 ln(1 + |dx| / s),   s^2 = max(EW100(dx^2), 0.25 EW2000(dx^2))
 *
 * The logarithm makes a tail that falls like a power of the step one that falls exponentially, as `Tail` takes it to.
 * Unlike the network's surprisal it does not end at the edge of the bins: it tells a spike of a thousand from one of thirty.
 */
export class Jump {
  private readonly s: Float64Array; // steps, mean square of late and of old

  constructor(memory: Pick<Memory, 'take'>) {
    this.s = memory.take('jump', 3);
  }

  /** Changes nothing. */
  size(dx: number): number {
    const [n, late, old] = this.s;
    const scale = Math.sqrt(Math.max(late, MIN_VARIANCE_RATIO * old));
    return n > USUAL_AFTER && scale > 0 ? 1.5 * Math.log1p(Math.min(MAX_ABS_Z, Math.abs(dx) / scale)) : 0;
  }

  /** `normal`: whether it may say what is usual in the long run. */
  learn(dx: number, normal: boolean): void {
    const { s } = this;
    const n = ++s[0];
    s[1] += Math.max(1 / n, 1 / SHORT_SPAN) * (square(dx, n, s[1]) - s[1]);
    if (normal) s[2] += Math.max(1 / n, 1 / LONG_SPAN) * (square(dx, n, s[2]) - s[2]);
  }
}

const square = (dx: number, n: number, mean: number): number =>
  n <= USUAL_AFTER || mean === 0 ? Math.min(dx * dx, 1e300) : Math.min(dx * dx, WINSOR * WINSOR * mean);
