import { addOuterProduct, addProduct, addTransposedProduct } from '../math/dense.ts';
import { sigmoidAt, tanhAt } from '../math/elementary.ts';
import type { Random } from '../math/random.ts';
import { denseSynapse, scatterWeights, spreadTimeConstants, type Cell, type Synapse } from './cell.ts';

/**
 * Gated recurrent unit: an update gate keeps the old state, a reset gate removes it from the candidate.
 *
 *   r_t = sigma(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)            (1) reset gate
 *   z_t = sigma(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)            (2) update gate
 *   m_t = W_hn h_{t-1} + b_hn                                     (3)
 *   n_t = tanh(W_in x_t + b_in + r_t * m_t)                       (4) candidate
 *   h_t = (1 - z_t) * n_t + z_t * h_{t-1}                         (5)
 *
 * K. Cho et al., "Learning phrase representations using RNN encoder-decoder", EMNLP 2014, in the form of
 * PyTorch's nn.GRU: the reset gate acts after the recurrent product (3), and z keeps the old state.
 * theta, row-major, gates in the order r, z, n: W_i (3H, X), W_h (3H, H), b_i (3H), b_h (3H).
 * State: h (H). Tape: x_t (X), h_{t-1} (H), r, z, n, m (H each).
 */
export class GruCell implements Cell {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly stateSize: number;
  readonly tapeSize: number;
  readonly parameterCount: number;
  private readonly a: Float64Array; // from the input: pre-activations forward, their gradients backward
  private readonly b: Float64Array; // the same from the hidden state

  constructor(inputSize: number, hiddenSize: number) {
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.stateSize = hiddenSize;
    this.tapeSize = inputSize + 5 * hiddenSize;
    this.parameterCount = 3 * hiddenSize * (inputSize + hiddenSize + 2);
    this.a = new Float64Array(3 * hiddenSize);
    this.b = new Float64Array(3 * hiddenSize);
  }

  initialise(theta: Float64Array, random: Random): void {
    const { inputSize: X, hiddenSize: H } = this;
    scatterWeights(theta, 0, 3 * H * X, X, random);
    scatterWeights(theta, 3 * H * X, 3 * H * H, H, random);
    spreadTimeConstants(theta, 3 * H * (X + H) + H, H, random); // b_iz
  }

  forward(theta: Float64Array, x: Float64Array, previous: Float64Array, next: Float64Array, tape: Float64Array): void {
    const { inputSize: X, hiddenSize: H, a, b } = this;
    const W_h = 3 * H * X, b_i = W_h + 3 * H * H, b_h = b_i + 3 * H;
    tape.set(x);
    tape.set(previous, X);
    for (let k = 0; k < 3 * H; k++) {
      a[k] = theta[b_i + k];
      b[k] = theta[b_h + k];
    }
    addProduct(theta, 0, 3 * H, X, tape, 0, a, 0);
    addProduct(theta, W_h, 3 * H, H, tape, X, b, 0);
    for (let i = 0; i < H; i++) {
      const hPrevious = tape[X + i];
      a[i] += b[i];
      sigmoidAt(a, i);
      const r = a[i];                                                   // (1)
      a[H + i] += b[H + i];
      sigmoidAt(a, H + i);
      const z = a[H + i];                                               // (2)
      const m = b[2 * H + i];                                           // (3)
      a[2 * H + i] += r * m;
      tanhAt(a, 2 * H + i);
      const n = a[2 * H + i];                                           // (4)
      next[i] = (1 - z) * n + z * hPrevious;                            // (5)
      tape[X + H + i] = r;
      tape[X + 2 * H + i] = z;
      tape[X + 3 * H + i] = n;
      tape[X + 4 * H + i] = m;
    }
  }

  backward(theta: Float64Array, tape: Float64Array, ds: Float64Array, dsPrevious: Float64Array, dTheta: Float64Array): void {
    const { inputSize: X, hiddenSize: H, a: da, b: db } = this;
    const W_h = 3 * H * X, b_i = W_h + 3 * H * H, b_h = b_i + 3 * H;
    for (let i = 0; i < H; i++) {
      const hPrevious = tape[X + i];
      const r = tape[X + H + i], z = tape[X + 2 * H + i], n = tape[X + 3 * H + i], m = tape[X + 4 * H + i];
      const dz = ds[i] * (hPrevious - n) * z * (1 - z);                 // (5), (2)
      const dn = ds[i] * (1 - z) * (1 - n * n);                         // (5), (4)
      const dr = dn * m * r * (1 - r);                                  // (4), (1)
      dsPrevious[i] += ds[i] * z;                                       // (5)
      da[i] = db[i] = dr;
      da[H + i] = db[H + i] = dz;
      da[2 * H + i] = dn;
      db[2 * H + i] = dn * r;                                           // (4), (3)
    }
    for (let k = 0; k < 3 * H; k++) {
      dTheta[b_i + k] += da[k];
      dTheta[b_h + k] += db[k];
    }
    addOuterProduct(dTheta, 0, 3 * H, X, da, 0, tape, 0);
    addOuterProduct(dTheta, W_h, 3 * H, H, db, 0, tape, X);
    addTransposedProduct(theta, W_h, 3 * H, H, db, 0, dsPrevious, 0);
  }

  synapse(p: number): Synapse {
    return denseSynapse(p, 3, this.inputSize, this.hiddenSize);
  }
}
