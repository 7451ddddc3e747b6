import { addOuterProduct, addProduct, addTransposedProduct } from '../math/dense.ts';
import { tanhAt } from '../math/elementary.ts';
import type { Random } from '../math/random.ts';
import { denseSynapse, scatterWeights, type Cell, type Synapse } from './cell.ts';

/**
 * Elman network: a tanh layer that reads the input and its own last output.
 *
 *   a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh     (1)
 *   h_t = tanh(a_t)                                 (2)
 *
 * J. L. Elman, "Finding structure in time", Cognitive Science 14 (1990). Tanh and two biases as in PyTorch's nn.RNN.
 * theta, row-major, in order: W_ih (H, X), W_hh (H, H), b_ih (H), b_hh (H).
 * State: h (H). Tape: x_t (X), h_{t-1} (H), h_t (H).
 */
export class RnnCell implements Cell {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly stateSize: number;
  readonly tapeSize: number;
  readonly parameterCount: number;

  constructor(inputSize: number, hiddenSize: number) {
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.stateSize = hiddenSize;
    this.tapeSize = inputSize + 2 * hiddenSize;
    this.parameterCount = hiddenSize * (inputSize + hiddenSize + 2);
  }

  initialise(theta: Float64Array, random: Random): void {
    const { inputSize: X, hiddenSize: H } = this;
    scatterWeights(theta, 0, H * X, X, random);
    scatterWeights(theta, H * X, H * H, H, random);
  }

  forward(theta: Float64Array, x: Float64Array, previous: Float64Array, next: Float64Array, tape: Float64Array): void {
    const { inputSize: X, hiddenSize: H } = this;
    const W_hh = H * X, b_ih = W_hh + H * H, b_hh = b_ih + H;
    tape.set(x);
    tape.set(previous, X);
    const h = X + H;
    for (let i = 0; i < H; i++) tape[h + i] = theta[b_ih + i] + theta[b_hh + i];
    addProduct(theta, 0, H, X, tape, 0, tape, h);                       // (1)
    addProduct(theta, W_hh, H, H, tape, X, tape, h);
    for (let i = 0; i < H; i++) {
      tanhAt(tape, h + i);
      next[i] = tape[h + i];                                            // (2)
    }
  }

  backward(theta: Float64Array, tape: Float64Array, ds: Float64Array, dsPrevious: Float64Array, dTheta: Float64Array): void {
    const { inputSize: X, hiddenSize: H } = this;
    const W_hh = H * X, b_ih = W_hh + H * H, b_hh = b_ih + H;
    for (let i = 0; i < H; i++) {
      const h = tape[X + H + i];
      ds[i] *= 1 - h * h;                                               // (2)
      dTheta[b_ih + i] += ds[i];
      dTheta[b_hh + i] += ds[i];
    }
    addOuterProduct(dTheta, 0, H, X, ds, 0, tape, 0);                   // (1)
    addOuterProduct(dTheta, W_hh, H, H, ds, 0, tape, X);
    addTransposedProduct(theta, W_hh, H, H, ds, 0, dsPrevious, 0);
  }

  synapse(p: number): Synapse {
    return denseSynapse(p, 1, this.inputSize, this.hiddenSize);
  }
}
