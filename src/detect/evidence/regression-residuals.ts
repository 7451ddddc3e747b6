import { perSeries, type Carry, type Pieces } from '../../math/memory.ts';
import { CONSTANTS } from '../constants.ts';

const { MIN_SPAN, RIDGE, SURE_AFTER } = CONSTANTS;
/** Gauss-Seidel passes over the missing values: one is exact for one missing series, three are close enough for more. */
const SWEEPS = 3;

/** A new series starts with the variance of a standardised level, and with covariances of 0. */
const perPair: Carry = (covariance, past, before) => {
  const D = before.length;
  const pastD = Math.sqrt(past.length);
  for (let i = 0; i < D; i++) {
    if (before[i] < 0) covariance[i * D + i] = 1;
    for (let j = 0; j <= i; j++) {
      const [low, high] = [Math.min(before[i], before[j]), Math.max(before[i], before[j])];
      if (low >= 0) covariance[i * D + j] = past[high * pastD + low]; // only the lower triangle is stored
    }
  }
};

/**
 * Residual of each series of a group, regressed on the others. The regression-adjusted variables of D. M. Hawkins ("Multivariate
 * quality control based on regression-adjusted variables", Technometrics 33, 1991): with P the inverse of the covariance,
 *
 *   z_i = (P (y - mean))_i / sqrt(P_ii)
 *
 * is the residual of series i regressed on all the others, in its own standard deviations. If the flow of a pump no longer
 * follows its current, both values and their steps are ordinary, and z is large.
 *
 * Memory: count (1), mean (D), covariance (D, D). Cost: a Cholesky factorisation and D substitutions, about 2 D^3 operations a
 * sample.
 */
export class RegressionResiduals {
  /** z of the last `measure` (D). */
  readonly z: Float64Array;
  /** Value of y_i that the other series suggest, of the last `measure` (D). */
  readonly fitted: Float64Array;
  private readonly size: number;
  private readonly count: Float64Array;
  private readonly mean: Float64Array;
  private readonly covariance: Float64Array;
  private readonly L: Float64Array; // lower triangle of the Cholesky factor
  private readonly inverse: Float64Array; // P, (D, D), as far as it has been solved for
  private readonly solved: Uint8Array; // (D)
  private readonly trusted: Uint8Array;
  private readonly others: Float64Array;

  constructor(memory: Pieces, size: number) {
    this.size = size;
    this.z = new Float64Array(size);
    this.fitted = new Float64Array(size);
    this.count = memory.take('Residuals.count', 1);
    this.mean = memory.take('Residuals.mean', size, perSeries());
    this.covariance = memory.take('Residuals.covariance', size * size, perPair);
    this.L = new Float64Array(size * size);
    this.inverse = new Float64Array(size * size);
    this.solved = new Uint8Array(size);
    this.trusted = new Uint8Array(size);
    this.others = new Float64Array(size);
  }

  /**
   * Fills `z` and `fitted` for the vector y (D); before 50 samples z is 0 and `fitted` is y. Where `present` (D) is 0, y_i must be
   * finite, and the value that the other series suggest is written over it. Its z is then 0. The z of the others is at most that
   * of a group without series i, because all series remain in the regression.
   *
   * Where `held` (D) is 1 the value is itself in question: for all series that are not held it counts as missing, so that one sensor that
   * left its group does not make the others anomalous, nor their large residuals usual. A held series is measured against all.
   */
  measure(y: Float64Array, present: Uint8Array, held: Uint8Array | null = null): void {
    const { size: D, z, fitted, trusted, others } = this;
    z.fill(0);
    fitted.set(y);
    if (this.count[0] < SURE_AFTER / 2) return;
    this.factorise();
    this.impute(y, present);
    let doubted = 0;
    for (let i = 0; i < D; i++) {
      trusted[i] = present[i] && !held?.[i] ? 1 : 0;
      if (present[i] !== trusted[i]) doubted++;
    }
    others.set(y);
    if (doubted > 0) this.impute(others, trusted);
    for (let i = 0; i < D; i++) this.regress(i, trusted[i] ? others : y);
  }

  /** Writes the value that the other series suggest over each y_i that is not `known`. */
  private impute(y: Float64Array, known: Uint8Array): void {
    const { size: D, inverse } = this;
    for (let sweep = 0; sweep < SWEEPS; sweep++)
      for (let i = 0; i < D; i++) if (known[i] === 0) y[i] -= this.project(i, y) / inverse[i * D + i];
  }

  private regress(i: number, y: Float64Array): void {
    const projection = this.project(i, y);
    const precision = this.inverse[i * this.size + i];
    this.z[i] = projection / Math.sqrt(precision);
    this.fitted[i] = y[i] - projection / precision;
  }

  /** Starts learning mean and covariance again: the next sample has the weight of the first. */
  restart(): void {
    this.count[0] = 0;
  }

  /** Adds the vector y (D) to mean and covariance, of the last week and at least MIN_SPAN samples. `span`: readings of a week. */
  learn(y: Float64Array, span = MIN_SPAN): void {
    const { size: D, mean, covariance } = this;
    const a = Math.max(1 / ++this.count[0], 1 / Math.max(MIN_SPAN, span));
    for (let i = 0; i < D; i++)
      for (let j = 0; j <= i; j++) {
        const product = (y[i] - mean[i]) * (y[j] - mean[j]);
        covariance[i * D + j] = (1 - a) * (covariance[i * D + j] + a * product);
      }
    for (let i = 0; i < D; i++) mean[i] += a * (y[i] - mean[i]);
  }

  /** (P (y - mean))_i. */
  private project(i: number, y: Float64Array): number {
    const { size: D, mean, inverse, solved } = this;
    if (solved[i] === 0) this.solve(i);
    let projection = 0;
    for (let r = 0; r < D; r++) projection += inverse[i * D + r] * (y[r] - mean[r]);
    return projection;
  }

  /** Writes row i of P = (L L^T)^-1, which is symmetric, by forward and back substitution. */
  private solve(i: number): void {
    const { size: D, L, inverse, solved } = this;
    const own = i * D;
    for (let r = 0; r < D; r++) {
      let sum = r === i ? 1 : 0;
      for (let k = 0; k < r; k++) sum -= L[r * D + k] * inverse[own + k];
      inverse[own + r] = sum / L[r * D + r];
    }
    for (let r = D - 1; r >= 0; r--) {
      let sum = inverse[own + r];
      for (let k = r + 1; k < D; k++) sum -= L[k * D + r] * inverse[own + k];
      inverse[own + r] = sum / L[r * D + r];
    }
    solved[i] = 1;
  }

  private factorise(): void {
    const { size: D, covariance, L } = this;
    this.solved.fill(0);
    for (let i = 0; i < D; i++)
      for (let j = 0; j <= i; j++) {
        let sum = covariance[i * D + j] + (i === j ? RIDGE : 0);
        for (let k = 0; k < j; k++) sum -= L[i * D + k] * L[j * D + k];
        // Where two series are equal, rounding can make a pivot 0 or less: then the square of the ridge replaces it.
        L[i * D + j] = i === j ? Math.sqrt(Math.max(sum, RIDGE * RIDGE)) : sum / L[j * D + j];
      }
  }
}
