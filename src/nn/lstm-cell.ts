import { addOuterProduct, addProduct, addTransposedProduct } from '../math/dense.ts';
import { sigmoidAt, tanhAt } from '../math/elementary.ts';
import type { Random } from '../math/random.ts';
import { denseSynapse, scatterWeights, spreadTimeConstants, type Cell, type Synapse } from './cell.ts';

/**
 * Largest memory cell. tanh 3 is 0.995, so a larger one hardly changes h_t. Without the limit and with peepholes, a cell that has
 * grown opens its own forget gate and grows by one a step without end, and all gates are saturated: after 12,000 readings 13 to 16 of
 * 16 units no longer changed, on each of 11 recordings. With the limit at most one unit does not change, and the network forecasts better
 * on all 11. The kernel has the same number.
 */
export const MAX_CELL = 3;

/**
 * Long short-term memory: a memory cell whose error neither decays nor grows while its forget gate stays open
 * (the constant error carousel), written by an input gate and read by an output gate. With peepholes the gates
 * also read the cell itself: input and forget gate the old one, the output gate the new one.
 *
 *   i_t = sigma(W_ii x_t + b_ii + W_hi h_{t-1} + b_hi + p_i * c_{t-1})     (1) input gate
 *   f_t = sigma(W_if x_t + b_if + W_hf h_{t-1} + b_hf + p_f * c_{t-1})     (2) forget gate
 *   g_t = tanh(W_ig x_t + b_ig + W_hg h_{t-1} + b_hg)                      (3) cell input
 *   c_t = f_t * c_{t-1} + i_t * g_t, clipped to [-3, 3]                    (4) memory cell
 *   o_t = sigma(W_io x_t + b_io + W_ho h_{t-1} + b_ho + p_o * c_t)         (5) output gate
 *   h_t = o_t * tanh(c_t)                                                  (6)
 *
 * S. Hochreiter & J. Schmidhuber, Neural Computation 9 (1997); forget gate: F. Gers, J. Schmidhuber & F. Cummins,
 * Neural Computation 12 (2000); peepholes: F. Gers & J. Schmidhuber, IJCNN 2000; unlike there, the
 * error also travels back through gates and peepholes: the gradient is exact. Gate order and biases as PyTorch's nn.LSTM.
 * The memory cell is clipped as in H. Sak, A. Senior & F. Beaufays, Interspeech 2014, who clip at 50: see MAX_CELL.
 * theta, row-major, gates in the order i, f, g, o: W_i (4H, X), W_h (4H, H), b_i (4H), b_h (4H), then p_i, p_f, p_o (H each).
 * State: h (H), c (H). Tape: x_t (X), h_{t-1}, c_{t-1}, i, f, g, o, c_t, tanh c_t (H each).
 */
export class LstmCell implements Cell {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly stateSize: number;
  readonly tapeSize: number;
  readonly parameterCount: number;
  readonly peepholes: boolean;
  private readonly a: Float64Array; // pre-activations forward, their gradients backward

  constructor(inputSize: number, hiddenSize: number, peepholes = false) {
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.stateSize = 2 * hiddenSize;
    this.tapeSize = inputSize + 8 * hiddenSize;
    this.peepholes = peepholes;
    this.parameterCount = 4 * hiddenSize * (inputSize + hiddenSize + 2) + (peepholes ? 3 * hiddenSize : 0);
    this.a = new Float64Array(4 * hiddenSize);
  }

  initialise(theta: Float64Array, random: Random): void {
    const { inputSize: X, hiddenSize: H } = this;
    scatterWeights(theta, 0, 4 * H * X, X, random);
    scatterWeights(theta, 4 * H * X, 4 * H * H, H, random);
    spreadTimeConstants(theta, 4 * H * (X + H) + H, H, random); // b_if
    // Peepholes start at 0, which is the plain LSTM.
  }

  forward(theta: Float64Array, x: Float64Array, previous: Float64Array, next: Float64Array, tape: Float64Array): void {
    const { inputSize: X, hiddenSize: H, peepholes, a } = this;
    const W_h = 4 * H * X, b_i = W_h + 4 * H * H, b_h = b_i + 4 * H, p = b_h + 4 * H;
    tape.set(x);
    tape.set(previous, X); // h_{t-1}, c_{t-1}
    for (let k = 0; k < 4 * H; k++) a[k] = theta[b_i + k] + theta[b_h + k];
    addProduct(theta, 0, 4 * H, X, tape, 0, a, 0);
    addProduct(theta, W_h, 4 * H, H, tape, X, a, 0);
    const gates = X + 2 * H;
    for (let j = 0; j < H; j++) {
      const cPrevious = tape[X + H + j];
      if (peepholes) {
        a[j] += theta[p + j] * cPrevious;
        a[H + j] += theta[p + H + j] * cPrevious;
      }
      sigmoidAt(a, j);
      sigmoidAt(a, H + j);
      tanhAt(a, 2 * H + j);
      const i = a[j], f = a[H + j], g = a[2 * H + j];                   // (1), (2), (3)
      const c = Math.max(-MAX_CELL, Math.min(MAX_CELL, f * cPrevious + i * g)); // (4)
      if (peepholes) a[3 * H + j] += theta[p + 2 * H + j] * c;
      sigmoidAt(a, 3 * H + j);
      const o = a[3 * H + j];                                           // (5)
      next[j] = c;
      tanhAt(next, j);
      const tanhC = next[j];
      next[j] = o * tanhC;                                              // (6)
      next[H + j] = c;
      tape[gates + j] = i;
      tape[gates + H + j] = f;
      tape[gates + 2 * H + j] = g;
      tape[gates + 3 * H + j] = o;
      tape[gates + 4 * H + j] = c;
      tape[gates + 5 * H + j] = tanhC;
    }
  }

  backward(theta: Float64Array, tape: Float64Array, ds: Float64Array, dsPrevious: Float64Array, dTheta: Float64Array): void {
    const { inputSize: X, hiddenSize: H, peepholes, a: da } = this;
    const W_h = 4 * H * X, b_i = W_h + 4 * H * H, b_h = b_i + 4 * H, p = b_h + 4 * H;
    const gates = X + 2 * H;
    for (let j = 0; j < H; j++) {
      const cPrevious = tape[X + H + j];
      const i = tape[gates + j], f = tape[gates + H + j], g = tape[gates + 2 * H + j], o = tape[gates + 3 * H + j];
      const c = tape[gates + 4 * H + j], tanhC = tape[gates + 5 * H + j];
      const dO = ds[j] * tanhC * o * (1 - o);                           // (6), (5)
      let dC = ds[H + j] + ds[j] * o * (1 - tanhC * tanhC);             // (6)
      if (peepholes) dC += dO * theta[p + 2 * H + j];                   // (5)
      if (Math.abs(c) >= MAX_CELL) dC = 0;                              // (4), clipped
      const dI = dC * g * i * (1 - i);                                  // (4), (1)
      const dF = dC * cPrevious * f * (1 - f);                          // (4), (2)
      da[j] = dI;
      da[H + j] = dF;
      da[2 * H + j] = dC * i * (1 - g * g);                             // (4), (3)
      da[3 * H + j] = dO;
      dsPrevious[H + j] += dC * f;                                      // (4), the carousel
      if (peepholes) {
        dsPrevious[H + j] += dI * theta[p + j] + dF * theta[p + H + j];
        dTheta[p + j] += dI * cPrevious;
        dTheta[p + H + j] += dF * cPrevious;
        dTheta[p + 2 * H + j] += dO * c;
      }
    }
    for (let k = 0; k < 4 * H; k++) {
      dTheta[b_i + k] += da[k];
      dTheta[b_h + k] += da[k];
    }
    addOuterProduct(dTheta, 0, 4 * H, X, da, 0, tape, 0);
    addOuterProduct(dTheta, W_h, 4 * H, H, da, 0, tape, X);
    addTransposedProduct(theta, W_h, 4 * H, H, da, 0, dsPrevious, 0);
  }

  synapse(p: number): Synapse {
    return denseSynapse(p, 4, this.inputSize, this.hiddenSize);
  }
}
