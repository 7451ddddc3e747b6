import type { Random } from '../math/random.ts';
import { buildCell, type CellKind } from './build-cell.ts';
import type { LearnerKind } from './build-learner.ts';
import { ReadOut } from './read-out.ts';

/** Cell, sizes and training options of a recurrent network. */
export interface CoreOptions {
  readonly cell: CellKind;
  /** Concerns the LSTM only. */
  readonly peepholes: boolean;
  readonly learner: LearnerKind;
  /** X, the length of x_t. */
  readonly inputSize: number;
  /** H, the length of h_t. */
  readonly hiddenSize: number;
  /** The read-out: `blocks` distributions over `bins` each; with one bin a block is a plain number instead. */
  readonly blocks: number;
  readonly bins: number;
  /** Whether the read-out sees the input beside the hidden state. */
  readonly direct: boolean;
  /** K, steps of truncated back-propagation. */
  readonly horizon: number;
  /** M, steps per update of the parameters, at most K. Concerns TBPTT only, like K. */
  readonly trainEvery: number;
  readonly learningRate: number;
  /** Maximum Euclidean norm of a gradient; a longer one is scaled down to it. */
  readonly clip: number;
}

/**
 * Cell, read-out, learner and optimiser as one unit of arithmetic. There are two: plain Float64 (float64-core.ts), which
 * follows the papers and is the reference in tests, and Float32 in SIMD (simd-core.ts).
 *
 *   s_t = F(theta, x_t, s_{t-1}),   y_t = softmax or identity of V [h_t; x_t] + b
 *
 * theta in this interface: the cell's parameters in PyTorch's order, V (Y, H + X or H), b (Y).
 */
export interface Core {
  readonly parameterCount: number;
  /** y_t (Y = blocks * bins). Before the first step uniform, or 0 where a block is a plain number. */
  readonly output: Float64Array;

  /** Advances the state by x (X) and fills `output`. */
  advance(x: Float64Array): void;
  /** Trains on dL/da_t (Y) at the read-out's sums; at most one call per step. True when the parameters were updated. */
  learn(error: Float64Array): boolean;
  /** The norm of the last update's gradient before clipping; if it is not finite, that update was skipped. */
  readonly norm: number;

  /** Fills theta. */
  read(theta: Float64Array): void;
  /** Replaces theta; state and moments are kept. */
  write(theta: Float64Array): void;
  /** Replaces theta and resets state, tape, moments and forecast. */
  restart(theta: Float64Array): void;
  /** Fills s (S of cell.ts) with the state in the order of the cell: h, then c where there is one. */
  cellState(s: Float64Array): void;
  /** Replaces the state by s (S of cell.ts), in that order, from a core of either kind. */
  writeCellState(s: Float64Array): void;
  /**
   * Fills x (X) and s (S of cell.ts) with the input of the step made j steps ago, 0 the newest, and with the state before it in the
   * order of the cell. False where the tape does not have that step: at the start, and for a learner without a tape.
   */
  recall(j: number, x: Float64Array, s: Float64Array): boolean;
  /** Fills Adam's running mean of the gradient, (1 - beta1) sum over j of beta1^j g_{t-j}, in the order of theta. */
  mean(m: Float64Array): void;
  /** False when a number of the state, the parameters or the moments is not finite. */
  sound(): boolean;
  /** Fills |dL/ds_{t-j}| of the last backward pass, j = 0, 1, ..., and returns their number: 0 without a tape. */
  lags(norms: Float64Array): number;
}

/** The read-out that goes with a core. */
export const buildReadOut = ({ hiddenSize, inputSize, direct, blocks, bins }: CoreOptions): ReadOut =>
  new ReadOut(hiddenSize, direct ? inputSize : 0, blocks, bins);

/** The initial parameters of a network: the same for the same seed, for both cores. */
export function initialTheta(options: CoreOptions, random: Random): Float64Array {
  const cell = buildCell(options.cell, options.inputSize, options.hiddenSize, options.peepholes);
  const readOut = buildReadOut(options);
  const theta = new Float64Array(cell.parameterCount + readOut.parameterCount);
  cell.initialise(theta.subarray(0, cell.parameterCount), random);
  readOut.initialise(theta.subarray(cell.parameterCount), random);
  return theta;
}
