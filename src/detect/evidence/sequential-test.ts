import { exp, log } from '../../math/elementary.ts';
import type { Pieces } from '../../math/memory.ts';
import { CONSTANTS } from '../constants.ts';
import { LAMBDAS, type Alternatives } from '../forecast/alternatives.ts';

const { RECENT_SPAN: SHORT, SURE_AFTER: LONG } = CONSTANTS;
/** The alternatives that are tested: the index of λ, and over how many readings. */
const TESTS = [
  { lambda: 0, span: SHORT },
  { lambda: 1, span: LONG },
  { lambda: 2, span: SHORT },
  { lambda: 3, span: LONG },
];
const MEAN = TESTS.length;
const READINGS = MEAN + 1;

/**
 * A sequential test of a forecast: are the losses of the last readings larger, or smaller, than the forecast expects?
 *
 * For each alternative to the forecast (forecast/alternatives.ts) the log-likelihood ratios of the last k readings are added up, older
 * ones fading,
 *
 *   S_t = (1 - 1/k) S_{t-1} + r_t - max(0, λ m),
 *
 * where m is the mean excess of the losses in the past: a forecast that is always worse than it expects is not unusual. If the
 * steps come from the forecast, E exp(S_t) <= E exp((1 - 1/k) S_{t-1}) <= (E exp(S_{t-1}))^(1 - 1/k) <= 1, so the mean over the
 * alternatives, M_t, has an expectation of 1 at most, and by Markov's inequality
 *
 *   P(log10 M_t >= x) <= 10^-x   at every reading:
 *
 * log10 M_t is a rarity with a stated false-alarm rate, for any forecast and any series. Such test martingales are in V. Vovk, R. Wang,
 * "E-values: calibration, combination and applications", Annals of Statistics 49 (2021); the fading is ours. A sum
 * above the largest ln M that is read is cut. The bound still holds. Without the cut a large sum takes hours to fade when the forecasts
 * are good again.
 *
 * Memory: S of each alternative, m, readings.
 */
export class SequentialTest {
  private readonly s: Float64Array;
  private readonly next = new Float64Array(TESTS.length);
  private readonly largest: number;
  private leading = 0;

  /** `most`: the largest ln M that is read, nats. */
  constructor(memory: Pieces, name: string, most: number) {
    this.s = memory.take(name, READINGS + 1);
    this.largest = most + log(TESTS.length);
  }

  /** Readings over which the leading alternative is tested; negative where the losses are too small. */
  get span(): number {
    const { lambda, span } = TESTS[this.leading];
    return Math.sign(LAMBDAS[lambda]) * span;
  }

  /** ln M with the newest step. Changes no memory. */
  measure({ ratios }: Alternatives): number {
    const { s, next } = this;
    for (let k = 0; k < TESTS.length; k++) {
      const { lambda, span } = TESTS[k];
      next[k] = (1 - 1 / span) * s[k] + ratios[lambda] - Math.max(0, LAMBDAS[lambda] * s[MEAN]);
    }
    return this.logMean(next);
  }

  /** ln M of the steps so far. */
  soFar(): number {
    return this.logMean(this.s);
  }

  /** Adds the newest step. If it `teaches`, the mean excess over `memory` readings is updated. */
  advance({ excess }: Alternatives, teaches: boolean, memory: number): void {
    const { s, next } = this;
    for (let k = 0; k < TESTS.length; k++) s[k] = Math.min(next[k], this.largest);
    if (teaches) s[MEAN] += Math.max(1 / memory, 1 / ++s[READINGS]) * (excess - s[MEAN]);
  }

  private logMean(S: Float64Array): number {
    let most = -Infinity;
    for (let k = 0; k < TESTS.length; k++) {
      if (S[k] <= most) continue;
      most = S[k];
      this.leading = k;
    }
    let sum = 0;
    for (let k = 0; k < TESTS.length; k++) sum += exp(S[k] - most);
    return most + log(sum / TESTS.length);
  }
}
