import { log, pow } from '../math/elementary.ts';
import type { Random } from '../math/random.ts';

/**
 * A recurrent cell: s_t = F(theta, x_t, s_{t-1}), and its backward pass.
 *
 * The hidden state h_t, which is the cell's output, is the first `hiddenSize` numbers of the state s_t. Further blocks
 * of H may follow, such as the LSTM's c_t: the numbers i, H + i, ... of the state belong to unit i.
 * A cell stores nothing: parameters, states and tapes are arguments that it reads or fills, and it allocates nothing.
 * It is independent of the training: a learner calls only `forward` and `backward`.
 */
export interface Cell {
  /** X, the length of x_t. */
  readonly inputSize: number;
  /** H, the length of h_t. */
  readonly hiddenSize: number;
  /** S, the length of s_t; a multiple of H. */
  readonly stateSize: number;
  /** Numbers that `forward` must leave behind for `backward`. */
  readonly tapeSize: number;
  /** Length of theta. */
  readonly parameterCount: number;

  /** Writes starting values into theta, which comes zeroed; a value that is not written starts at 0. */
  initialise(theta: Float64Array, random: Random): void;

  /** Reads x (X) and the previous state (S); fills the next state (S) and the tape. `previous` and `next` may be one array. */
  forward(theta: Float64Array, x: Float64Array, previous: Float64Array, next: Float64Array, tape: Float64Array): void;

  /**
   * Vector-Jacobian product of the step that wrote the tape: adds (ds_t/ds_{t-1})^T ds to dsPrevious (S)
   * and (ds_t/dtheta)^T ds to dTheta. `ds` (S), another array than dsPrevious, is used as scratch.
   * The activations are read from the tape and not computed again from theta, which may have changed since.
   */
  backward(theta: Float64Array, tape: Float64Array, ds: Float64Array, dsPrevious: Float64Array, dTheta: Float64Array): void;

  /** Which two units theta[p] joins. */
  synapse(p: number): Synapse;
}

/** The two units that a parameter connects. */
export interface Synapse {
  /** The unit it acts on: within one step theta[p] moves no other unit's state. */
  readonly to: number;
  /** The unit whose last state it multiplies; equal to `to` for input weights, biases and peepholes. */
  readonly from: number;
}

/** The synapse of theta[p] in theta = W_i (gates H, X), W_h (gates H, H), vectors of H: row k acts on unit k mod H. */
export function denseSynapse(p: number, gates: number, X: number, H: number): Synapse {
  const W_h = gates * H * X, vectors = W_h + gates * H * H;
  const to = (p < W_h ? Math.floor(p / X) : p < vectors ? Math.floor((p - W_h) / H) : p - vectors) % H;
  return { to, from: p >= W_h && p < vectors ? (p - W_h) % H : to };
}

/** Fills `count` weights from `offset` with N(0, 1) * 0.7 / sqrt(fanIn): activations start neither silent nor saturated. */
export function scatterWeights(theta: Float64Array, offset: number, count: number, fanIn: number, random: Random): void {
  for (let i = 0; i < count; i++) theta[offset + i] = (random.normal() * 0.7) / Math.sqrt(fanIn);
}

/** Longest time constant, in steps, that a forget or update gate starts with. */
const MAX_TIME_CONSTANT = 64;

/**
 * Biases that give unit i a time constant T_i: a gate of sigma(log(T - 1)) forgets 1/T of the memory a step.
 * T is log-uniform in [2, 64], so that fast and slow units both exist from the start
 * (C. Tallec & Y. Ollivier, "Can recurrent neural networks warp time?", ICLR 2018, draws T uniform instead, and gives
 * the LSTM's input gate the opposite bias).
 */
export function spreadTimeConstants(theta: Float64Array, offset: number, count: number, random: Random): void {
  for (let i = 0; i < count; i++) {
    const T = 2 * pow(MAX_TIME_CONSTANT / 2, random.uniform());
    theta[offset + i] = log(T - 1);
  }
}
