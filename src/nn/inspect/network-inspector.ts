import { lengthOf } from '../../math/dense.ts';
import { square } from '../../math/elementary.ts';
import { buildCell } from '../build-cell.ts';
import { buildReadOut } from '../core.ts';
import type { Cell } from '../cell.ts';
import { MAX_ABS_INPUT, type Network } from '../network.ts';
import type { ReadOut } from '../read-out.ts';
import { HIDDEN, placeOnTape, type Activation } from './activations.ts';
import { gradientByLag, type GradientByLag } from './gradient-by-lag.ts';
import { parameterNorms, type TensorNorms } from './parameter-norms.ts';
import { recurrentRadius } from './recurrent-radius.ts';

/**
 * Inspects a running network while a page shows it. It only reads: parameters, state and forecasts are the same bits with and without it.
 *
 * A core does not store the gates of past steps. So the inspector computes each step a second time: before the network advances, it reads theta and
 * s_{t-1} and runs the plain Float64 cell on them. On the Float64 core this gives the same bits as the network, on the SIMD core the
 * same except for the rounding of Float32. It keeps the last `length` steps; the first ones come from the tape of the core, if it has one,
 * with the present theta.
 */
export class NetworkInspector {
  /** Steps recorded since the start; the last `length` of them are kept. */
  count = 0;
  readonly network: Network;
  readonly length: number;
  private readonly cell: Cell;
  private readonly readOut: ReadOut;
  private readonly theta: Float64Array;
  private readonly before: Float64Array; // theta one step ago
  private readonly update: Float64Array; // the last change of theta that was not 0
  private readonly x: Float64Array;
  private readonly s: Float64Array;
  // Rings of `length` steps: s_{t-1} (S), s_t (S) and the tape.
  private readonly starts: Float64Array[] = [];
  private readonly ends: Float64Array[] = [];
  private readonly tapes: Float64Array[] = [];
  private readonly norms: Float64Array;
  private readonly updates: Float64Array;
  private updatesSeen: number;
  private updated = false;

  constructor(network: Network, length: number) {
    const { cell: kind, inputSize, hiddenSize, peepholes } = network.options;
    const cell = (this.cell = buildCell(kind, inputSize, hiddenSize, peepholes));
    this.network = network;
    this.length = length;
    this.readOut = buildReadOut(network.options);
    this.theta = new Float64Array(network.core.parameterCount);
    this.before = new Float64Array(this.theta.length);
    this.update = new Float64Array(this.theta.length);
    this.x = new Float64Array(inputSize);
    this.s = new Float64Array(cell.stateSize);
    for (let i = 0; i < length; i++) {
      this.starts.push(new Float64Array(cell.stateSize));
      this.ends.push(new Float64Array(cell.stateSize));
      this.tapes.push(new Float64Array(cell.tapeSize));
    }
    this.norms = new Float64Array(length);
    this.updates = new Float64Array(length);
    this.updatesSeen = network.count('updates');
    network.core.read(this.theta);
    this.recall();
  }

  /** To be called before each `advance` of the network, after it has learned, with the input x (X) of that step. */
  record(x: Float64Array): void {
    const { network, theta, before, update } = this;
    before.set(theta);
    network.core.read(theta);
    let changed = 0;
    for (let p = 0; p < theta.length; p++) changed += square(theta[p] - before[p]);
    if (changed > 0) {
      for (let p = 0; p < theta.length; p++) update[p] = theta[p] - before[p];
      this.updated = true;
    }
    const learned = network.count('updates') > this.updatesSeen;
    this.updatesSeen = network.count('updates');
    for (let j = 0; j < x.length; j++) this.x[j] = Math.max(-MAX_ABS_INPUT, Math.min(MAX_ABS_INPUT, x[j])); // as the network does
    network.core.cellState(this.s);
    this.step(learned ? network.core.norm : NaN, learned ? Math.sqrt(changed) : NaN);
  }

  /** Steps that are kept. */
  get kept(): number {
    return Math.min(this.count, this.length);
  }

  /** Fills `values` (kept H), unit by unit, with an activation of the kept steps, the oldest first. */
  activation(activation: Activation, values: Float64Array): void {
    const { kept, cell } = this;
    const { cell: kind } = this.network.options;
    const { inputSize: X, hiddenSize: H } = cell;
    const at = activation === HIDDEN ? 0 : placeOnTape(kind, activation, X, H);
    for (let t = 0; t < kept; t++) {
      const numbers = activation === HIDDEN ? this.ends[this.slot(t)] : this.tapes[this.slot(t)];
      for (let i = 0; i < H; i++) values[i * kept + t] = numbers[at + i];
    }
  }

  /** Norm of the gradient before clipping in the kept step t, 0 the oldest; NaN where the network did not learn. */
  normAt(t: number): number {
    return this.norms[this.slot(t)];
  }

  /** Length of the change of theta in the kept step t, 0 the oldest; NaN where the network did not learn. */
  updateAt(t: number): number {
    return this.updates[this.slot(t)];
  }

  /**
   * How far back the loss of the forecast made in the kept step `last` reaches, for its target distributions q (blocks * bins);
   * `present` (blocks) is 0 for a block without a loss. The kept steps up to `last` are computed again with the present parameters, so
   * that the result is the derivative of one function. Null where a number is not finite.
   */
  gradientByLag(last: number, q: Float64Array, present: Uint8Array): GradientByLag | null {
    const { cell, readOut, theta, network } = this;
    const { hiddenSize: H, bins } = network.options;
    network.core.read(theta);
    const state = this.starts[this.slot(0)].slice();
    const tapes: Float64Array[] = [];
    for (let t = 0; t <= last; t++) {
      const tape = new Float64Array(cell.tapeSize);
      cell.forward(theta, this.tapes[this.slot(t)].slice(0, cell.inputSize), state, state, tape);
      tapes.push(tape);
    }
    const head = theta.subarray(cell.parameterCount);
    const input = new Float64Array(readOut.inputSize);
    input.set(state.subarray(0, H));
    if (readOut.inputSize > H) input.set(tapes[last].subarray(0, cell.inputSize), H);
    const error = new Float64Array(readOut.outputSize);
    readOut.forward(head, input, error);
    for (let k = 0; k < error.length; k++) error[k] = present[Math.floor(k / bins)] ? error[k] - q[k] : 0;
    const dInput = new Float64Array(readOut.inputSize);
    readOut.backward(head, input, error, dInput, new Float64Array(readOut.parameterCount));
    const ds = new Float64Array(cell.stateSize);
    ds.set(dInput.subarray(0, H));
    const found = gradientByLag(cell, theta, tapes, ds);
    return [...found.gradient, ...found.gain].every(Number.isFinite) ? found : null;
  }

  /** Norms of the present parameters, tensor by tensor. */
  parameterNorms(): readonly TensorNorms[] {
    const { network, theta, update } = this;
    const mean = new Float64Array(theta.length);
    network.core.read(theta);
    network.core.mean(mean);
    return parameterNorms(network.options, theta, this.updated ? update : null, mean);
  }

  /** Spectral radius of the recurrent weights (recurrent-radius.ts). */
  recurrentRadius(): number | null {
    this.network.core.read(this.theta);
    return recurrentRadius(this.network.options, this.theta);
  }

  /** Norm of all parameters. */
  get norm(): number {
    this.network.core.read(this.theta);
    return lengthOf(this.theta, 0, this.theta.length);
  }

  /** The steps on the tape of the core, the oldest first. */
  private recall(): void {
    const { core } = this.network;
    let steps = 0;
    while (steps < this.length && core.recall(steps, this.x, this.s)) steps++;
    for (let j = steps - 1; j >= 0; j--) {
      core.recall(j, this.x, this.s);
      this.step(NaN, NaN);
    }
  }

  /** Computes the step from `s` with the input `x` and keeps it. */
  private step(norm: number, update: number): void {
    const slot = this.count++ % this.length;
    this.starts[slot].set(this.s);
    this.cell.forward(this.theta, this.x, this.s, this.ends[slot], this.tapes[slot]);
    this.norms[slot] = norm;
    this.updates[slot] = update;
  }

  /** The place of the kept step t, 0 the oldest, in the rings. */
  private slot(t: number): number {
    return (this.count - this.kept + t) % this.length;
  }
}
