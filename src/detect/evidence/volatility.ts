import { log } from '../../math/elementary.ts';
import type { Pieces } from '../../math/memory.ts';
import { Moments } from '../../math/moments.ts';
import { BINS, softTarget } from '../../math/bins.ts';
import { CONSTANTS } from '../constants.ts';

const { SLOW_SPAN: SHORT_SPAN, RECENT_SPAN: PRIOR, HALVE_AT, RIDGE, WINSOR } = CONSTANTS;
/** A larger step counts as this many deviations: its square could overflow, or dominate the mean for days. */
const MAX_ABS_Z = 1e6;

/**
 * Does the series vary more, or less, than in its history?
 *
 *   l = log(EW48(d^2) + 0.001),   d = step in standard deviations of all steps
 *
 * and the quantity is the surprisal of l, standardised, under a running histogram of its own history. So both a burst of noise
 * and a series that hardly varies any more are rare.
 *
 * Memory: mean square, readings, total of the histogram (3); histogram (BINS); moments of steps and of l.
 */
export class Volatility {
  private readonly steps: Moments;
  private readonly logs: Moments;
  private readonly s: Float64Array;
  private readonly histogram: Float64Array;
  private readonly q = new Float64Array(BINS);
  private energy = 0;
  private log = 0;

  constructor(memory: Pieces) {
    this.steps = new Moments(memory, 'volatility.steps', HALVE_AT, WINSOR);
    this.logs = new Moments(memory, 'volatility.logs', HALVE_AT, WINSOR);
    this.s = memory.take('volatility', 3);
    this.histogram = memory.take('volatility.histogram', BINS);
  }

  /** Surprisal, nats, of the volatility after a step of dx. Changes no memory. */
  surprisal(dx: number): number {
    const { s, q, histogram } = this;
    const d = Math.max(-MAX_ABS_Z, Math.min(MAX_ABS_Z, this.steps.z(dx)));
    this.energy = s[0] + Math.max(1 / SHORT_SPAN, 1 / (s[1] + 1)) * (d * d - s[0]);
    this.log = log(this.energy + RIDGE);
    softTarget(this.logs.z(this.log), q, 0);
    let seen = 0;
    for (let b = 0; b < BINS; b++) seen += q[b] * histogram[b];
    // Before the first reading the counts are a recent past that is spread over all bins: a new one is rare, not impossible.
    return -log((seen + PRIOR / BINS) / (s[2] + PRIOR));
  }

  /** Adds the step dx, the one of the last `surprisal`, to the mean square and, if `normal`, to the history. `span`: readings of a week. */
  learn(dx: number, normal: boolean, span = HALVE_AT): void {
    const { s, q, histogram } = this;
    s[0] = this.energy;
    s[1]++;
    if (!normal) return;
    this.steps.span = this.logs.span = Math.max(HALVE_AT, span);
    this.steps.add(dx);
    this.logs.add(this.log);
    for (let b = 0; b < BINS; b++) histogram[b] += q[b];
    if (++s[2] <= this.steps.span) return;
    for (let b = 0; b < BINS; b++) histogram[b] *= 0.5;
    s[2] *= 0.5;
  }

  /** Typical size of recent steps over that of all steps: above 1 the series varies more than usual. */
  get stepRatio(): number {
    return Math.sqrt(this.energy);
  }
}
