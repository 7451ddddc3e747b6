import { addOuterProduct, addProduct, addTransposedProduct } from '../math/dense.ts';
import { expAt } from '../math/elementary.ts';
import type { Random } from '../math/random.ts';

/**
 * Linear read-out into D categorical forecasts of B bins each, or, where B is 1, into D plain numbers.
 *
 *   a = V [h; f] + b                                    (1)
 *   p_d = softmax(a_d)   for each block d, B > 1        (2)
 *
 * f are direct connections from the input, so that the recurrent part only has to learn what a linear map cannot.
 * theta, row-major: V (D B, H + F), b (D B).
 */
export class ReadOut {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly blocks: number;
  readonly bins: number;
  readonly parameterCount: number;
  private readonly hiddenSize: number;

  /** `hiddenSize` H and `directSize` F are the lengths of the two parts of the input. */
  constructor(hiddenSize: number, directSize: number, blocks: number, bins: number) {
    this.hiddenSize = hiddenSize;
    this.inputSize = hiddenSize + directSize;
    this.blocks = blocks;
    this.bins = bins;
    this.outputSize = blocks * bins;
    this.parameterCount = this.outputSize * (this.inputSize + 1);
  }

  /** Writes small weights from h into a zeroed theta; none from f, no bias: the first forecast is nearly uniform. */
  initialise(theta: Float64Array, random: Random): void {
    const { inputSize, hiddenSize: H } = this;
    for (let row = 0; row < this.blocks * this.bins; row++)
      for (let j = 0; j < H; j++) theta[row * inputSize + j] = (random.normal() * 0.1) / Math.sqrt(H);
  }

  /** Reads input (H + F), fills p (D B): D distributions that each sum to 1, or D numbers. */
  forward(theta: Float64Array, input: Float64Array, p: Float64Array): void {
    const { inputSize, blocks, bins } = this;
    const rows = blocks * bins, b = rows * inputSize;
    for (let k = 0; k < rows; k++) p[k] = theta[b + k];
    addProduct(theta, 0, rows, inputSize, input, 0, p, 0);              // (1)
    if (bins === 1) return;
    for (let d = 0; d < blocks; d++) softmax(p, d * bins, bins);        // (2)
  }

  /** From da = dL/da (D B), adds dL/dinput to dInput (H + F) and dL/dtheta to dTheta. */
  backward(theta: Float64Array, input: Float64Array, da: Float64Array, dInput: Float64Array, dTheta: Float64Array): void {
    const { inputSize } = this;
    const rows = this.blocks * this.bins, b = rows * inputSize;
    for (let k = 0; k < rows; k++) dTheta[b + k] += da[k];
    addOuterProduct(dTheta, 0, rows, inputSize, da, 0, input, 0);
    addTransposedProduct(theta, 0, rows, inputSize, da, 0, dInput, 0);
  }
}

/** Turns `count` logits from `at` into probabilities, in place. */
export function softmax(a: Float64Array, at: number, count: number): void {
  let max = -Infinity, sum = 0;
  for (let k = at; k < at + count; k++) if (a[k] > max) max = a[k];
  for (let k = at; k < at + count; k++) {
    a[k] -= max;
    expAt(a, k);
    sum += a[k];
  }
  for (let k = at; k < at + count; k++) a[k] /= sum;
}
