import { exp, logsAt } from './elementary.ts';

/** Bins of every categorical forecast: 32 to 48 did best of 12 to 64 on NAB's development files. */
export const BINS = 32;
/** Bin centres run from -4 to 4; the outermost bins also count everything beyond. */
const EDGE = 4;
/** Distance of two bin centres. */
export const BIN_WIDTH = (2 * EDGE) / (BINS - 1);
/** Variance of the soft target, in bins: a value between two bins counts for both. */
export const SPREAD = 0.49;

const position = (y: number): number => Math.max(0, Math.min(BINS - 1, (y + EDGE) / BIN_WIDTH));

/** The centre of bin b, or a place between two. */
export const binAt = (b: number): number => -EDGE + b * BIN_WIDTH;

/** The weight of a bin six away is under 1e-15: bins further away get 0. */
const REACH = 6;
/** exp(-j^2 / (2 SPREAD)), j = 0 ... REACH. */
const BELL = Float64Array.from({ length: REACH + 1 }, (_, j) => exp((-j * j) / (2 * SPREAD)));

/**
 * Fills q (BINS from `at`) with a distribution around y: q_b ~ exp(-(b - position(y))^2 / (2 SPREAD)), summing to 1.
 * With f from the nearest bin, exp(-(j - f)^2 / c) = exp(-f^2 / c) exp(-j^2 / c) exp(2 f / c)^j: one exponential for all bins,
 * as the first factor is divided out.
 */
export function softTarget(y: number, q: Float64Array, at: number): void {
  const p = position(y);
  const nearest = Math.round(p);
  const ratio = exp((p - nearest) / SPREAD);
  q.fill(0, at, at + BINS);
  let sum = (q[at + nearest] = 1);
  for (let j = 1, up = ratio, down = 1 / ratio; j <= REACH; j++, up *= ratio, down /= ratio) {
    if (nearest + j < BINS) sum += q[at + nearest + j] = BELL[j] * up;
    if (nearest - j >= 0) sum += q[at + nearest - j] = BELL[j] * down;
  }
  for (let b = Math.max(0, nearest - REACH); b <= Math.min(BINS - 1, nearest + REACH); b++) q[at + b] /= sum;
}

/** Added to a probability, so that its loss is finite: at most 16 nats. */
export const FLOOR = 1e-7;
const logs = new Float64Array(BINS);

/**
 * Cross-entropy of the target q (BINS from `at`) of y under the forecast p (BINS from `pAt`), in nats. Beyond the axis the density is taken
 * to fall by e per unit, so that a spike of 1000 deviations surprises more than one of 30.
 */
export function surprisal(p: Float64Array, q: Float64Array, at: number, y: number, pAt = at): number {
  let from = 0;
  while (from < BINS && q[at + from] === 0) from++;
  let to = BINS;
  while (to > from && q[at + to - 1] === 0) to--;
  for (let b = from; b < to; b++) logs[b] = p[pAt + b] + FLOOR;
  logsAt(logs, from, to);
  let sum = 0;
  for (let b = from; b < to; b++) sum -= q[at + b] * logs[b];
  return sum + beyondAxis(y);
}

/** The part of the surprisal of y that lies beyond the axis, nats. */
export const beyondAxis = (y: number): number => Math.max(0, Math.abs(y) - EDGE);

/** The y below which a share of the forecast p lies, linear within a bin. */
export function quantile(p: Float64Array, at: number, share: number): number {
  let below = 0;
  for (let b = 0; b < BINS; b++) {
    const here = p[at + b];
    if (below + here >= share) return -EDGE + (b - 0.5 + (share - below) / here) * BIN_WIDTH;
    below += here;
  }
  return EDGE + BIN_WIDTH / 2;
}
