const ROWS = 20_000;
const MAX_LAG = 400;
const MIN_PERIOD = 3;
/** The result when no period is found, or one of more than 300 rows. */
const USUAL = 125;

/**
 * Length of the pattern that a series repeats, in rows: the lag of the highest local maximum of its autocorrelation
 *
 *   r_k = Σ_t (x_t - mean) (x_{t+k} - mean) / Σ_t (x_t - mean)²,  k = 3 … 400
 *
 * over the first 20,000 rows; TSB-AD uses it as the width of its windows (Q. Liu, J. Paparrizos, NeurIPS 2024).
 * All values of `x` must be finite.
 */
export function periodOf(x: Float64Array): number {
  const rows = Math.min(ROWS, x.length);
  const mean = x.subarray(0, rows).reduce((sum, value) => sum + value, 0) / rows;
  const centred = x.slice(0, rows).map((value) => value - mean);
  const lags = Math.min(MAX_LAG + 1, rows);
  const r = Float64Array.from({ length: lags }, (_, k) => {
    let sum = 0;
    for (let t = 0; t + k < rows; t++) sum += centred[t] * centred[t + k];
    return sum;
  });
  let best = -1;
  for (let k = MIN_PERIOD + 1; k + 1 < lags; k++) {
    const peak = r[k] > r[k - 1] && r[k] > r[k + 1];
    if (peak && (best < 0 || r[k] > r[best])) best = k;
  }
  return r[0] > 0 && best >= 2 * MIN_PERIOD && best <= 300 + MIN_PERIOD ? best : USUAL;
}
