import { section, type Memory } from '../math/memory.ts';
import { Random } from '../math/random.ts';
import { Adam } from '../nn/adam.ts';
import { buildCell, type CellKind } from '../nn/build-cell.ts';
import type { Learner } from '../nn/learner.ts';
import { SoftmaxHead } from '../nn/softmax-head.ts';
import { Tbptt } from '../nn/tbptt.ts';
import { BINS } from './bins.ts';

export interface ForecasterOptions {
  readonly cell: CellKind;
  readonly peepholes: boolean;
  readonly hiddenSize: number;
  /** Steps of truncated back-propagation. */
  readonly horizon: number;
  /** Readings per update of the weights. */
  readonly trainEvery: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** Longest gradient followed in full. */
const CLIP = 1;

/**
 * The recurrent forecaster: one network that has heard all that its series said, and says what they will do next.
 *
 * After each reading the state moves on and a forecast is made: for each of D series a categorical distribution over
 * its next step. The next reading is judged by it, and only then teaches the network.
 */
export class Forecaster {
  /** h_t, the echo of all that was said so far (H). */
  readonly hidden: Float64Array;
  /** The forecast, D blocks of BINS probabilities. Uniform until the first reading. */
  readonly p: Float64Array;
  private readonly head: SoftmaxHead;
  private readonly learner: Learner;
  private readonly adam: Adam;
  private readonly theta: Float64Array;
  private readonly headTheta: Float64Array;
  private readonly gradient: Float64Array;
  private readonly cellGradient: Float64Array;
  private readonly headGradient: Float64Array;
  private readonly input: Float64Array; // what the head read for the present forecast: [h; x]
  private readonly da: Float64Array;
  private readonly dInput: Float64Array;
  private readonly ds: Float64Array;
  private readonly hiddenSize: number;

  /** `inputSize`: length of the vectors given to `advance`; `series`: D. */
  constructor(memory: Memory, inputSize: number, series: number, options: ForecasterOptions) {
    const { hiddenSize } = options;
    const cell = buildCell(options.cell, inputSize, hiddenSize, options.peepholes);
    const head = new SoftmaxHead(hiddenSize, inputSize, series, BINS);
    const network = section(memory, 'network');
    const cellCount = cell.parameterCount;

    this.theta = network.take('theta', cellCount + head.parameterCount);
    this.headTheta = this.theta.subarray(cellCount);
    this.gradient = network.take('gradient', this.theta.length);
    this.cellGradient = this.gradient.subarray(0, cellCount);
    this.headGradient = this.gradient.subarray(cellCount);
    this.adam = new Adam(network, this.theta.length, { learningRate: options.learningRate, clip: CLIP });
    const cellTheta = this.theta.subarray(0, cellCount);
    this.learner = new Tbptt(network, cell, cellTheta, { horizon: options.horizon, every: options.trainEvery });
    this.hidden = this.learner.state.subarray(0, hiddenSize);
    this.head = head;
    this.hiddenSize = hiddenSize;
    this.p = network.take('forecast', series * BINS).fill(1 / BINS);
    this.input = network.take('input', head.inputSize);
    this.da = new Float64Array(series * BINS);
    this.dInput = new Float64Array(head.inputSize);
    this.ds = new Float64Array(cell.stateSize);

    const random = new Random(options.seed);
    cell.initialise(cellTheta, random);
    head.initialise(this.headTheta, random);
  }

  /**
   * Learns from what came: q holds D target distributions, `heard[d]` is 0 where series d was missing.
   * Returns the gradient norm of the update, 0 when none was due.
   */
  learn(q: Float64Array, heard: Uint8Array): number {
    const { da, p, ds, dInput, hiddenSize } = this;
    for (let k = 0; k < da.length; k++) da[k] = heard[(k / BINS) | 0] ? p[k] - q[k] : 0;
    dInput.fill(0);
    this.head.backward(this.headTheta, this.input, da, dInput, this.headGradient);
    ds.fill(0);
    for (let j = 0; j < hiddenSize; j++) ds[j] = dInput[j];
    return this.learner.credit(ds, this.cellGradient) ? this.adam.update(this.theta, this.gradient) : 0;
  }

  /** Moves the state on by the input x and forecasts what comes next. */
  advance(x: Float64Array): void {
    this.learner.advance(x);
    this.input.set(this.hidden);
    this.input.set(x, this.hiddenSize);
    this.head.forward(this.headTheta, this.input, this.p);
  }
}
