import { BINS, FLOOR } from '../../math/bins.ts';
import { log, logsAt } from '../../math/elementary.ts';

const logs = new Float64Array(BINS);

/** Alternatives to a forecast: λ of each. Their powers of p need only square roots. */
export const LAMBDAS = [1 / 2, 1 / 4, -1, -1 / 2];

/**
 * Alternatives to a forecast p, each the same forecast but less sure of itself (λ > 0) or surer (λ < 0):
 *
 *   p_λ(b) = p(b)^(1 - λ) / Z_λ,   Z_λ = sum over b of p(b)^(1 - λ)
 *
 * λ = 1 would be the uniform distribution. The log-likelihood ratio of a step y for such an alternative is its loss beyond a constant,
 *
 *   r_λ = ln(p_λ(y) / p(y)) = λ (-ln p(y)) - ln Z_λ,
 *
 * so it is large where the losses exceed those that the forecast expects, for λ > 0, or stay below them, for λ < 0. If the steps do
 * come from p, the mean of exp(r_λ) is 1. For a soft target q with mean p, r_λ is averaged over q, and the mean of exp(r_λ) is at
 * most 1 (Jensen).
 */
export class Alternatives {
  /** r_λ of the newest step for each of `LAMBDAS`, nats. */
  readonly ratios = new Float64Array(LAMBDAS.length);
  /** Loss of the newest step within the axis, as `surprisal` without its part beyond (math/bins.ts), nats. */
  loss = 0;
  /** Loss of the newest step minus its expectation, the entropy of the forecast, nats. */
  excess = 0;

  /** Measures the step with the target distribution q (BINS) against the forecast p (BINS). */
  measure(p: Float64Array, q: Float64Array): void {
    const { ratios } = this;
    let loss = 0;
    let entropy = 0;
    let half = 0;
    let quarter = 0;
    let minusHalf = 0;
    let minusOne = 0;
    for (let b = 0; b < BINS; b++) logs[b] = p[b] + FLOOR;
    logsAt(logs, 0, BINS);
    for (let b = 0; b < BINS; b++) {
      const root = Math.sqrt(p[b]);
      const nats = -logs[b];
      loss += q[b] * nats;
      entropy += p[b] * nats;
      half += root; // p^(1/2)
      quarter += root * Math.sqrt(root); // p^(3/4)
      minusHalf += p[b] * root; // p^(3/2)
      minusOne += p[b] * p[b];
    }
    this.loss = loss;
    this.excess = loss - entropy;
    ratios[0] = 0.5 * loss - log(half);
    ratios[1] = 0.25 * loss - log(quarter);
    ratios[2] = -loss - log(minusOne);
    ratios[3] = -0.5 * loss - log(minusHalf);
  }
}
