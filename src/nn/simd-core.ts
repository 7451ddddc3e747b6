import type { Memory } from '../math/memory.ts';
import type { CellKind } from './build-cell.ts';
import { learnerOf, type LearnerKind } from './build-learner.ts';
import type { Core, CoreOptions } from './core.ts';
import type { Block, Kernel, Shape } from './kernel.ts';
import { GATES } from './weights.ts';

/** Numbers of src/kernel/stream.ts. */
const CELLS: Record<CellKind, number> = { rnn: 0, gru: 1, lstm: 2, elementwise: 4 };
const LSTM_WITH_PEEPHOLES = 3;
const LEARNERS: Record<LearnerKind, number> = { tbptt: 0, snap1: 1, rtrl: 2 };
/** Numbers of H that a step keeps on the tape beside h_{t-1} and x_t. */
const RECORDED: Record<CellKind, number> = { rnn: 1, gru: 4, lstm: 7, elementwise: 5 };
/** Place of the norm in the clock of src/kernel/stream.ts. */
const NORM_IN_CLOCK = 5;

/** Frees the block of a network that was garbage-collected. */
const live = new FinalizationRegistry<{ kernel: Kernel; block: Block }>(({ kernel, block }) => {
  kernel.release(block);
});

const pad = (n: number): number => (n + 3) & ~3;

/** The fast core: a block of the kernel's memory (src/kernel), and the conversion between its layout and that of core.ts. */
export class SimdCore implements Core {
  readonly parameterCount: number;
  readonly output: Float64Array;
  private readonly kernel: Kernel;
  private readonly shape: Shape;
  private readonly options: CoreOptions;
  private readonly block: Block;
  private readonly places: Uint32Array; // of theta[p], in numbers from the start of the kernel's theta
  // Offsets of its pieces, in numbers.
  private readonly x: number;
  private readonly y: number;
  private readonly error: number;
  private readonly theta: number;
  private readonly normAt: number;
  private readonly norms: number;

  /** Throws a RangeError for bins that are neither 1 nor a multiple of 4. */
  constructor(memory: Pick<Memory, 'take' | 'join'>, options: CoreOptions, kernel: Kernel) {
    const { blocks, bins } = options;
    if (bins !== 1 && bins % 4 !== 0) throw new RangeError(`simd core: ${bins} bins are not a multiple of 4`);
    this.kernel = kernel;
    this.options = options;
    this.shape = shapeOf(options);
    this.block = kernel.create(this.shape, options.learningRate, options.clip);
    live.register(this, { kernel, block: this.block });
    const { exports } = kernel;
    this.x = exports.input(this.block) / 4;
    this.y = exports.output(this.block) / 4;
    this.error = exports.error(this.block) / 4;
    this.theta = exports.theta(this.block) / 4;
    this.normAt = exports.norm(this.block) / 4;
    this.norms = exports.lags(this.block) / 4;
    this.places = placesFor(this.shape, options);
    this.parameterCount = this.places.length;
    this.output = memory.take('output', blocks * bins);
    memory.join('block', () => kernel.bytes(this.block));
    this.copyOutput();
  }

  advance(x: Float64Array): void {
    const { numbers, exports } = this.kernel;
    for (let j = 0, at = this.x; j < x.length; j++) numbers[at + j] = x[j];
    exports.advance(this.block);
    this.copyOutput();
  }

  get norm(): number {
    return this.kernel.numbers[this.normAt];
  }

  learn(error: Float64Array): boolean {
    const { numbers, exports } = this.kernel;
    for (let k = 0, at = this.error; k < error.length; k++) numbers[at + k] = error[k];
    return exports.learn(this.block) === 1;
  }

  read(theta: Float64Array): void {
    const { numbers } = this.kernel;
    for (let p = 0; p < theta.length; p++) theta[p] = numbers[this.theta + this.places[p]];
  }

  write(theta: Float64Array): void {
    const { numbers } = this.kernel;
    for (let p = 0; p < theta.length; p++) numbers[this.theta + this.places[p]] = theta[p];
  }

  restart(theta: Float64Array): void {
    const { learningRate, clip } = this.options;
    this.kernel.clear(this.block, this.shape, learningRate, clip);
    this.write(theta);
    this.copyOutput();
  }

  /** c where there is one, and h: they stand right before x. */
  private get stateSize(): number {
    const { cell, hiddenSize } = this.options;
    return (cell === 'lstm' || cell === 'elementwise' ? 2 : 1) * pad(hiddenSize);
  }

  cellState(s: Float64Array): void {
    this.readParts(s, this.x - pad(this.options.hiddenSize), this.x - this.stateSize);
  }

  writeCellState(s: Float64Array): void {
    const { hiddenSize: H } = this.options;
    const { numbers } = this.kernel;
    for (let i = 0; i < H; i++) numbers[this.x - pad(H) + i] = s[i];
    for (let i = 0; i < s.length - H; i++) numbers[this.x - this.stateSize + i] = s[H + i];
  }

  recall(j: number, x: Float64Array, s: Float64Array): boolean {
    const { horizon, inputSize, hiddenSize, learner, cell } = this.options;
    const { numbers } = this.kernel;
    const [slot, filled] = new Int32Array(numbers.buffer, 4 * (this.normAt - NORM_IN_CLOCK), 2);
    if (learner !== 'tbptt' || j >= filled) return false;
    const H4 = pad(hiddenSize), X4 = pad(inputSize);
    const width = H4 + X4 + RECORDED[cell] * H4;
    // A record of the tape (src/kernel/cell.ts): h_{t-1}, x_t, then c_{t-1} where there is one. The tape follows the lags.
    const record = this.norms + pad(horizon) + ((slot - 1 - j + 2 * horizon) % horizon) * width;
    for (let i = 0; i < inputSize; i++) x[i] = numbers[record + H4 + i];
    this.readParts(s, record, record + H4 + X4);
    return true;
  }

  /** Fills s with h from one place and c, where the cell has one, from another. */
  private readParts(s: Float64Array, h: number, c: number): void {
    const { hiddenSize: H } = this.options;
    const { numbers } = this.kernel;
    for (let i = 0; i < H; i++) s[i] = numbers[h + i];
    for (let i = 0; i < s.length - H; i++) s[H + i] = numbers[c + i];
  }

  mean(m: Float64Array): void {
    const { numbers, exports } = this.kernel;
    const at = exports.mean(this.block) / 4;
    for (let p = 0; p < m.length; p++) m[p] = 0.1 * numbers[at + this.places[p]]; // there without its factor 1 - beta1
  }

  sound(): boolean {
    return this.kernel.exports.sound(this.block) === 1;
  }

  lags(norms: Float64Array): number {
    if (this.options.learner !== 'tbptt') return 0;
    const { horizon } = this.options;
    for (let j = 0; j < horizon; j++) norms[j] = this.kernel.numbers[this.norms + j];
    return horizon;
  }

  private copyOutput(): void {
    const { output, y } = this;
    const { numbers } = this.kernel;
    for (let k = 0; k < output.length; k++) output[k] = numbers[y + k];
  }
}

function shapeOf(options: CoreOptions): Shape {
  const { cell, peepholes, learner, inputSize, hiddenSize, blocks, bins, direct, horizon, trainEvery } = options;
  const kind = cell === 'lstm' && peepholes ? LSTM_WITH_PEEPHOLES : CELLS[cell];
  return [
    kind, LEARNERS[learnerOf(cell, learner)], inputSize, hiddenSize, blocks, bins, direct ? 1 : 0, horizon, trainEvery,
  ];
}

/** Networks of one shape share their places; a site has few shapes. */
const placesOfShape = new Map<string, Uint32Array>();

function placesFor(shape: Shape, options: CoreOptions): Uint32Array {
  const key = shape.join(' ');
  const places = placesOfShape.get(key) ?? placesOf(options);
  placesOfShape.set(key, places);
  return places;
}

/** For each number of theta in the order of core.ts, its place in that of src/kernel/stream.ts: input-major, sizes padded to 4. */
function placesOf({ cell, peepholes, inputSize: X, hiddenSize: H, direct, blocks, bins }: CoreOptions): Uint32Array {
  const gates = GATES[cell], lateral = cell !== 'elementwise', Y = blocks * bins;
  const H4 = pad(H), X4 = pad(X), Y4 = pad(Y), N4 = gates * H4;
  const W_h = 0, W_x = W_h + (lateral ? H4 * N4 : 0), b_h = W_x + X4 * N4, b_x = b_h + (lateral ? N4 : 0);
  const peep = b_x + N4, V = peep + (!lateral || (cell === 'lstm' && peepholes) ? 3 * H4 : 0);
  const c = V + (direct ? H4 + X4 : H4) * Y4;
  const places: number[] = [];
  const column = (k: number): number => Math.floor(k / H) * H4 + (k % H); // of gate row k
  const matrix = (at: number, columns: number): void => {
    for (let k = 0; k < gates * H; k++) for (let j = 0; j < columns; j++) places.push(at + j * N4 + column(k));
  };
  const vector = (at: number, length: number): void => {
    for (let k = 0; k < length; k++) places.push(at + column(k));
  };
  matrix(W_x, X);
  if (lateral) {
    matrix(W_h, H);
    vector(b_x, gates * H);
    vector(b_h, gates * H);
    if (V > peep) vector(peep, 3 * H);
  } else {
    vector(peep, 3 * H);
    vector(b_x, gates * H);
  }
  for (let r = 0; r < Y; r++) {
    for (let f = 0; f < H; f++) places.push(V + f * Y4 + r);
    if (direct) for (let f = 0; f < X; f++) places.push(V + (H4 + f) * Y4 + r);
  }
  for (let r = 0; r < Y; r++) places.push(c + r);
  return Uint32Array.from(places);
}
