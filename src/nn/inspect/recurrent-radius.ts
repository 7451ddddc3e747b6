import { spectralRadius } from '../../math/spectral-radius.ts';
import type { CoreOptions } from '../core.ts';
import { GATES } from '../weights.ts';

/** The block of H rows of W_hh that leads from h_{t-1} to the tanh of the cell: the only one of `rnn`, n of `gru`, g of `lstm`. */
const CANDIDATE = { rnn: 0, gru: 2, lstm: 2 } as const;

/**
 * The spectral radius of W_hh. For `rnn` it decides what the gradient can do: where tanh' is 1 an error grows only with a radius
 * above 1 and decays below (R. Pascanu, T. Mikolov & Y. Bengio, ICML 2013). For a gated cell it is that of the block of the
 * candidate, and the gates decide how much it counts. Null for `elementwise`, which has no matrix.
 */
export function recurrentRadius({ cell, inputSize: X, hiddenSize: H }: CoreOptions, theta: Float64Array): number | null {
  if (cell === 'elementwise') return null;
  const W_hh = GATES[cell] * H * X + CANDIDATE[cell] * H * H;
  return spectralRadius(theta.subarray(W_hh, W_hh + H * H), H);
}
