import { Random } from '../../math/random.ts';
import type { Cell } from '../cell.ts';

/** The size of an error at each lag k = 0, 1, ..., K of its way back through time, in readings. */
export interface GradientByLag {
  /** |dL_t/ds_{t-k}|. */
  readonly gradient: Float64Array;
  /** |dh_t/ds_{t-k}|_F / sqrt(H), the product of k Jacobians: the mean factor by which an error of any direction changes; 1 at lag 0. */
  readonly gain: Float64Array;
}

/** Products of a parameter that the product of the Jacobians may cost: some 10 ms on a PC. */
const BUDGET = 4e6;
/** Fewest directions in which the product of a large network is sampled. */
const MIN_PROBES = 4;

/**
 * How far back one loss reaches, by a backward pass through `tapes` (oldest first, the newest is that of s_t) with fixed theta:
 *
 *   dL_t/ds_{t-k} = J_{t-k+1}^T ... J_t^T dL_t/ds_t,   J_t = ds_t/ds_{t-1}                         (1)
 *
 * S. Hochreiter, "Untersuchungen zu dynamischen neuronalen Netzen", diploma thesis, TU München 1991; Y. Bengio, P. Simard &
 * P. Frasconi, IEEE Transactions on Neural Networks 5 (1994): the product decays or grows exponentially with k.
 * R. Pascanu, T. Mikolov & Y. Bengio, ICML 2013, equation (5).
 *
 * The norm of the product alone, without the direction of one error, is
 *
 *   |dh_t/ds_{t-k}|_F^2 = sum over the unit vectors e_i of h of |(dh_t/ds_{t-k})^T e_i|^2           (2)
 *
 * Where H backward passes over K steps would cost too much, fewer random vectors of signs estimate it without bias (M. F. Hutchinson,
 * Communications in Statistics 18, 1989), the same ones at each call.
 *
 * `ds` (S) is dL_t/ds_t. K is the number of tapes.
 */
export function gradientByLag(cell: Cell, theta: Float64Array, tapes: readonly Float64Array[], ds: Float64Array): GradientByLag {
  const { hiddenSize: H, stateSize: S, parameterCount: P } = cell;
  const K = tapes.length;
  const gradient = new Float64Array(K + 1);
  const gain = new Float64Array(K + 1);
  const ignored = new Float64Array(P); // dL/dtheta
  addSquares(cell, theta, tapes, ds.slice(), gradient, ignored);

  const affordable = Math.max(MIN_PROBES, Math.floor(BUDGET / (Math.max(1, K) * P)));
  const random = affordable < H ? new Random(1) : null;
  const probes = random === null ? H : affordable;
  for (let i = 0; i < probes; i++) {
    const e = new Float64Array(S);
    if (random === null) e[i] = 1;                                      // (2)
    else for (let j = 0; j < H; j++) e[j] = random.uniform() < 0.5 ? -1 : 1;
    addSquares(cell, theta, tapes, e, gain, ignored);
  }
  const vectors = random === null ? H : probes * H;
  return { gradient: gradient.map(Math.sqrt), gain: gain.map((squares) => Math.sqrt(squares / vectors)) };
}

/** Adds the squared length of ds at each lag of its way back to `squares` (K + 1). Uses ds as scratch. */
function addSquares(
  cell: Cell, theta: Float64Array, tapes: readonly Float64Array[],
  ds: Float64Array, squares: Float64Array, ignored: Float64Array,
): void {
  let error: Float64Array = ds;
  let previous: Float64Array = new Float64Array(ds.length);
  for (let k = 0; k <= tapes.length; k++) {
    for (let i = 0; i < error.length; i++) squares[k] += error[i] * error[i];
    if (k === tapes.length) return;
    previous.fill(0);
    cell.backward(theta, tapes[tapes.length - 1 - k], error, previous, ignored);                     // (1)
    [error, previous] = [previous, error];
  }
}

/** The first lag at which the gradient is below this share of its size at lag 0, and stays below it; null where there is none. */
export function lagBelow(gradient: Float64Array, share: number): number | null {
  let lag: number | null = null;
  for (let k = gradient.length - 1; k > 0 && gradient[k] < share * gradient[0]; k--) lag = k;
  return lag;
}
