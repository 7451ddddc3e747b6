import { addOuterProduct, addProduct } from '../math/dense.ts';
import { sigmoidAt, tanhAt } from '../math/elementary.ts';
import type { Random } from '../math/random.ts';
import { scatterWeights, spreadTimeConstants, type Cell, type Synapse } from './cell.ts';

/**
 * Element-wise LSTM: the recurrent weights are vectors, not matrices, so the state of a unit depends on no other unit, and
 * exact real-time recurrent learning costs no more than a forward step (snap1.ts).
 *
 *   f_t = sigma(F x_t + w_f * c_{t-1} + b_f)            (1) forget gate
 *   z_t = tanh(Z x_t + w_z * c_{t-1} + b_z)             (2) cell input
 *   c_t = f_t * c_{t-1} + (1 - f_t) * z_t               (3) memory cell
 *   o_t = sigma(O x_t + w_o * c_t + b_o)                (4) output gate
 *   h_t = o_t * c_t                                     (5)
 *
 * K. Irie, A. Gopalakrishnan & J. Schmidhuber, "Exploring the promise and limits of real-time recurrent learning",
 * arXiv 2023, ICLR 2024, the eLSTM. There the output gate sees the c_t of all units through a matrix; here each unit's
 * own c_t, with a vector like the others, so that h_t too depends on one unit. Only the read-out combines units: this cell
 * cannot pass values from unit to unit, as a queue of past inputs requires.
 * theta, row-major, gates in the order f, z, o: W (3H, X) = [F; Z; O], w (3H), b (3H).
 * State: h (H), c (H); the next step does not read h. Tape: x_t (X), c_{t-1}, f, z, o, c_t (H each).
 */
export class ElementwiseCell implements Cell {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly stateSize: number;
  readonly tapeSize: number;
  readonly parameterCount: number;
  private readonly a: Float64Array; // pre-activations forward, their gradients backward

  constructor(inputSize: number, hiddenSize: number) {
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.stateSize = 2 * hiddenSize;
    this.tapeSize = inputSize + 5 * hiddenSize;
    this.parameterCount = 3 * hiddenSize * (inputSize + 2);
    this.a = new Float64Array(3 * hiddenSize);
  }

  initialise(theta: Float64Array, random: Random): void {
    const { inputSize: X, hiddenSize: H } = this;
    scatterWeights(theta, 0, 3 * H * X, X, random);
    scatterWeights(theta, 3 * H * X, 3 * H, 1, random);
    spreadTimeConstants(theta, 3 * H * (X + 1), H, random); // b_f
  }

  forward(theta: Float64Array, x: Float64Array, previous: Float64Array, next: Float64Array, tape: Float64Array): void {
    const { inputSize: X, hiddenSize: H, a } = this;
    const w = 3 * H * X, b = w + 3 * H;
    tape.set(x);
    for (let k = 0; k < 3 * H; k++) a[k] = theta[b + k];
    addProduct(theta, 0, 3 * H, X, tape, 0, a, 0);
    for (let j = 0; j < H; j++) {
      const cPrevious = previous[H + j];
      a[j] += theta[w + j] * cPrevious;
      sigmoidAt(a, j);
      a[H + j] += theta[w + H + j] * cPrevious;
      tanhAt(a, H + j);
      const f = a[j], z = a[H + j];                                            // (1), (2)
      const c = f * cPrevious + (1 - f) * z;                                   // (3)
      a[2 * H + j] += theta[w + 2 * H + j] * c;
      sigmoidAt(a, 2 * H + j);
      const o = a[2 * H + j];                                                  // (4)
      next[j] = o * c;                                                         // (5)
      next[H + j] = c;
      tape[X + j] = cPrevious;
      tape[X + H + j] = f;
      tape[X + 2 * H + j] = z;
      tape[X + 3 * H + j] = o;
      tape[X + 4 * H + j] = c;
    }
  }

  backward(theta: Float64Array, tape: Float64Array, ds: Float64Array, dsPrevious: Float64Array, dTheta: Float64Array): void {
    const { inputSize: X, hiddenSize: H, a: da } = this;
    const w = 3 * H * X, b = w + 3 * H;
    for (let j = 0; j < H; j++) {
      const cPrevious = tape[X + j], f = tape[X + H + j], z = tape[X + 2 * H + j];
      const o = tape[X + 3 * H + j], c = tape[X + 4 * H + j];
      const dO = ds[j] * c * o * (1 - o);                                      // (5), (4)
      const dC = ds[H + j] + ds[j] * o + dO * theta[w + 2 * H + j];            // (5), (4)
      const dF = dC * (cPrevious - z) * f * (1 - f);                           // (3), (1)
      const dZ = dC * (1 - f) * (1 - z * z);                                   // (3), (2)
      dsPrevious[H + j] += dC * f + dF * theta[w + j] + dZ * theta[w + H + j]; // (3), (1), (2)
      dTheta[w + j] += dF * cPrevious;
      dTheta[w + H + j] += dZ * cPrevious;
      dTheta[w + 2 * H + j] += dO * c;
      da[j] = dF;
      da[H + j] = dZ;
      da[2 * H + j] = dO;
    }
    for (let k = 0; k < 3 * H; k++) dTheta[b + k] += da[k];
    addOuterProduct(dTheta, 0, 3 * H, X, da, 0, tape, 0);
  }

  synapse(p: number): Synapse {
    const { inputSize: X, hiddenSize: H } = this;
    const to = (p < 3 * H * X ? Math.floor(p / X) : p) % H;
    return { to, from: to };
  }
}
