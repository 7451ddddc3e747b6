import type { Memory } from '../math/memory.ts';
import { Adam } from './adam.ts';
import { buildCell } from './build-cell.ts';
import { buildLearner, learnerOf } from './build-learner.ts';
import { buildReadOut, type Core, type CoreOptions } from './core.ts';
import type { Learner } from './learner.ts';
import type { ReadOut } from './read-out.ts';

/** The readable reference core; it also runs on machines without SIMD. */
export class Float64Core implements Core {
  readonly parameterCount: number;
  readonly output: Float64Array;
  private readonly readOut: ReadOut;
  private readonly learner: Learner;
  private readonly adam: Adam;
  private readonly kept: Float64Array[] = []; // everything that a snapshot contains
  private readonly theta: Float64Array;
  private readonly readOutTheta: Float64Array;
  private readonly gradient: Float64Array;
  private readonly cellGradient: Float64Array;
  private readonly readOutGradient: Float64Array;
  private readonly input: Float64Array; // the input of the read-out: h, or h and x
  private readonly dInput: Float64Array;
  private readonly ds: Float64Array;
  private readonly options: CoreOptions;

  constructor(memory: Pick<Memory, 'take'>, options: CoreOptions) {
    const { cell: kind, inputSize, hiddenSize, peepholes, learner, horizon, trainEvery: every } = options;
    const cell = buildCell(kind, inputSize, hiddenSize, peepholes);
    const readOut = buildReadOut(options);
    const kept: Pick<Memory, 'take'> = {
      take: (name, length) => {
        const array = memory.take(name, length);
        this.kept.push(array);
        return array;
      },
    };
    const count = cell.parameterCount;
    this.options = options;
    this.parameterCount = count + readOut.parameterCount;
    this.theta = kept.take('theta', this.parameterCount);
    this.readOutTheta = this.theta.subarray(count);
    this.gradient = kept.take('gradient', this.parameterCount);
    this.cellGradient = this.gradient.subarray(0, count);
    this.readOutGradient = this.gradient.subarray(count);
    this.adam = new Adam(kept, this.parameterCount, options);
    this.learner = buildLearner(learnerOf(kind, learner), kept, cell, this.theta.subarray(0, count), { horizon, every });
    this.readOut = readOut;
    this.output = kept.take('output', readOut.outputSize);
    this.input = kept.take('input', readOut.inputSize);
    this.dInput = new Float64Array(readOut.inputSize);
    this.ds = new Float64Array(cell.stateSize);
  }

  advance(x: Float64Array): void {
    const { learner, input, readOut } = this;
    const { hiddenSize: H, direct } = this.options;
    learner.advance(x);
    for (let j = 0; j < H; j++) input[j] = learner.state[j];
    if (direct) input.set(x, H);
    readOut.forward(this.readOutTheta, input, this.output);
  }

  get norm(): number {
    return this.adam.norm;
  }

  learn(error: Float64Array): boolean {
    const { ds, dInput } = this;
    dInput.fill(0);
    this.readOut.backward(this.readOutTheta, this.input, error, dInput, this.readOutGradient);
    ds.fill(0);
    for (let j = 0; j < this.options.hiddenSize; j++) ds[j] = dInput[j];
    if (!this.learner.credit(ds, this.cellGradient)) return false;
    this.adam.update(this.theta, this.gradient);
    return true;
  }

  read(theta: Float64Array): void {
    theta.set(this.theta);
  }

  write(theta: Float64Array): void {
    this.theta.set(theta);
  }

  restart(theta: Float64Array): void {
    for (const array of this.kept) array.fill(0);
    this.adam.restart();
    this.theta.set(theta);
    if (this.options.bins > 1) this.output.fill(1 / this.options.bins);
  }

  cellState(s: Float64Array): void {
    s.set(this.learner.state);
  }

  writeCellState(s: Float64Array): void {
    this.learner.state.set(s);
  }

  recall(j: number, x: Float64Array, s: Float64Array): boolean {
    const { cell, inputSize: X, hiddenSize: H } = this.options;
    const tape = this.learner.tapeOf(j);
    if (tape === null) return false;
    const unread = cell === 'elementwise' ? H : 0; // a tape begins with x_t and the part of s_{t-1} that the step reads
    x.set(tape.subarray(0, X));
    s.fill(0, 0, unread);
    s.set(tape.subarray(X, X + s.length - unread), unread);
    return true;
  }

  mean(m: Float64Array): void {
    m.set(this.adam.m);
  }

  sound(): boolean {
    return this.kept.every((array) => array.every(Number.isFinite));
  }

  lags(norms: Float64Array): number {
    norms.set(this.learner.lags);
    return this.learner.lags.length;
  }
}
