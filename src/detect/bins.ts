/** Bins of every categorical forecast: 32 to 48 did best of 12 to 64 on NAB's development files. */
export const BINS = 32;
/** Bin centres run from -4 to 4; the outermost bins stand for everything beyond. */
const EDGE = 4;
const WIDTH = (2 * EDGE) / (BINS - 1);
/** Variance of the soft target, in bins: a value between two bins counts for both. */
const SPREAD = 0.49;

const position = (y: number): number => Math.max(0, Math.min(BINS - 1, (y + EDGE) / WIDTH));

/** Fills q (BINS from `at`) with a distribution around y: q_b ~ exp(-(b - position(y))^2 / (2 SPREAD)), summing to 1. */
export function softTarget(y: number, q: Float64Array, at: number): void {
  const p = position(y);
  let sum = 0;
  for (let b = 0; b < BINS; b++) {
    const d = b - p;
    // Beyond six bins the weight is under 1e-15.
    sum += q[at + b] = d > -6 && d < 6 ? Math.exp((-d * d) / (2 * SPREAD)) : 0;
  }
  for (let b = 0; b < BINS; b++) q[at + b] /= sum;
}

/**
 * Cross-entropy of the target q of y under the forecast p, in nats. Beyond the axis the density is taken to fall
 * by e per unit, so that a spike of 1000 deviations surprises more than one of 30.
 */
export function surprisal(p: Float64Array, q: Float64Array, at: number, y: number): number {
  let sum = Math.max(0, Math.abs(y) - EDGE);
  for (let k = at; k < at + BINS; k++) if (q[k] > 0) sum -= q[k] * Math.log(p[k] + 1e-7);
  return sum;
}

/** The y below which a share of the forecast p lies, linear within a bin. */
export function quantile(p: Float64Array, at: number, share: number): number {
  let below = 0;
  for (let b = 0; b < BINS; b++) {
    const here = p[at + b];
    if (below + here >= share) return -EDGE + (b - 0.5 + (share - below) / here) * WIDTH;
    below += here;
  }
  return EDGE + WIDTH / 2;
}
