import type { Memory } from '../math/memory.ts';
import { Random } from '../math/random.ts';
import { carryTheta, unitsOf } from './carry.ts';
import { initialTheta, type Core, type CoreOptions } from './core.ts';
import { LastGood } from './last-good.ts';

export interface NetworkOptions extends CoreOptions {
  readonly seed: number;
  /** Every 1024 updates the parameters move this share of the distance back to their initial values, 0 to 1. */
  readonly regeneration: number;
}

/** Updates between two maintenance passes. */
const UPKEEP_EVERY = 1024;
/** Inputs are capped to this magnitude. Its square times a weight is still far below the maximum of Float32. */
export const MAX_ABS_INPUT = 1e6;
/** Maximum root mean square of theta; ten times the initial one. */
const MAX_RMS = 4;

/** Counted events of a network; the indexes of `Network.counts`. */
export const EVENTS = ['updates', 'refusedInputs', 'cappedInputs', 'refusedErrors', 'refusedGradients', 'cappedWeights', 'rollBacks'] as const;
export type NetworkEvent = (typeof EVENTS)[number];

/**
 * A recurrent network that trains online for years: a core (core.ts), and protection against numerical failure.
 *
 * - An input or an error with a number that is not finite is rejected, and large inputs are capped, so that no single message can
 *   damage the state or a weight permanently.
 * - A gradient is clipped, and skipped if its norm is not finite (adam.ts).
 * - Maintenance after every 1024 updates: parameters with a root mean square above 4 are scaled down to 4. Then the parameters
 *   move a little towards their initial values, so that saturated units can learn again: S. Kumar, H. Marklund & B. Van Roy,
 *   "Maintaining plasticity in continual learning via regenerative regularization", 2023, as decay outside of Adam. Then a copy
 *   is stored as the last good parameters.
 * - If the forecast, the state or a parameter is not finite nevertheless, the network restarts with the last good parameters.
 */
export class Network {
  /** The present forecast (blocks * bins): distributions, or plain numbers where bins is 1. */
  readonly output: Float64Array;
  /** The arithmetic of its core. */
  readonly core: Core;
  readonly options: NetworkOptions;
  private readonly lastGood: LastGood;
  private readonly counts: Float64Array;
  private readonly open: Float64Array; // 1 while `learn` may still use the present forecast
  private readonly capped: Float64Array; // the input, where it had to be capped

  constructor(memory: Pick<Memory, 'take' | 'pack'>, options: NetworkOptions, core: Core) {
    const theta = initialTheta(options, new Random(options.seed));
    this.options = options;
    this.core = core;
    this.output = core.output;
    this.capped = new Float64Array(options.inputSize);
    this.counts = memory.take('events', EVENTS.length);
    this.open = memory.take('open', 1);
    this.lastGood = new LastGood(memory, core.parameterCount);
    this.lastGood.keep(theta);
    core.restart(theta);
  }

  /** How often something has happened since the network was made. */
  count(event: NetworkEvent): number {
    return this.counts[EVENTS.indexOf(event)];
  }

  /**
   * Advances the state by x (X) and makes the next forecast. An x with a number that is not finite is counted, and changes
   * nothing. Throws a RangeError when x has another length.
   */
  advance(x: Float64Array): void {
    if (x.length !== this.capped.length)
      throw new RangeError(`network: an input of ${x.length} numbers, not ${this.capped.length}`);
    this.open[0] = 0;
    if (within(x, MAX_ABS_INPUT)) this.core.advance(x);
    else if (within(x, Number.MAX_VALUE)) this.core.advance(this.cap(x));
    else {
      this.note('refusedInputs');
      return;
    }
    if (within(this.output, Number.MAX_VALUE)) this.open[0] = 1;
    else this.rollBack();
  }

  /**
   * Trains on the error of the present forecast, dL/da at the read-out's sums (blocks * bins): y - target for the cross-entropy
   * of a softmax, and for half the squared error of plain numbers. Each forecast is used once; an error with a number that is
   * not finite is counted and skipped. True when the parameters were updated. Throws a RangeError when the error has another
   * length.
   */
  learn(error: Float64Array): boolean {
    if (error.length !== this.output.length)
      throw new RangeError(`network: an error of ${error.length} numbers, not ${this.output.length}`);
    if (this.open[0] === 0) return false;
    this.open[0] = 0;
    if (!within(error, Number.MAX_VALUE)) {
      this.note('refusedErrors');
      return false;
    }
    if (!this.core.learn(error)) return false;
    if (!Number.isFinite(this.core.norm)) {
      this.note('refusedGradients');
      return false;
    }
    this.note('updates');
    if (this.count('updates') % UPKEEP_EVERY === 0) this.lookAfter();
    return true;
  }

  /**
   * Fills |dL/ds_{t-j}| of the last backward pass, j = 0, 1, ..., K - 1, and returns their number, 0 without a tape. An error that
   * decays within a few lags trains no long memory; an error that grows is limited by the clip.
   */
  lags(norms: Float64Array): number {
    return this.core.lags(norms);
  }

  /** Sets theta as the present and the last good parameters. Throws a RangeError when theta has another length. */
  adopt(theta: Float64Array): void {
    if (theta.length !== this.core.parameterCount)
      throw new RangeError(`network: ${theta.length} parameters, not ${this.core.parameterCount}`);
    this.core.write(theta);
    this.lastGood.keep(theta);
  }

  /**
   * Continues from a network with other inputs, blocks, units, cell or training: `inputs[j]` is the index of input j there,
   * `blocks[d]` that of block d, -1 for a new input or block. Weights and state of the units that both have (carry.ts), and the
   * present forecast, are copied; the tape and the optimiser's moments are reset, and this one forecast is not used for training.
   */
  takeOver(past: Network, inputs: readonly number[], blocks: readonly number[]): void {
    const { core, options, output } = this;
    const { bins } = options;
    const theta = initialTheta(options, new Random(options.seed));
    const old = new Float64Array(past.core.parameterCount);
    past.core.read(old);
    const units = unitsOf(past.options, old, options);
    carryTheta(past.options, old, options, theta, { inputs, blocks, units });
    const { hiddenSize: H } = options, { hiddenSize: oldH } = past.options;
    const [state, oldState] = [options, past.options].map((each) => new Float64Array(statesOf(each) * each.hiddenSize));
    past.core.cellState(oldState);
    for (let p = 0; p < statesOf(options); p++)
      for (let i = 0; i < H; i++) if (units[i] >= 0) state[p * H + i] = oldState[p * oldH + units[i]];
    core.restart(theta);
    core.writeCellState(state);
    blocks.forEach((b, d) => {
      if (b >= 0) output.set(past.output.subarray(b * bins, (b + 1) * bins), d * bins);
    });
    this.lastGood.keep(theta);
    this.open[0] = 0;
  }

  private cap(x: Float64Array): Float64Array {
    this.note('cappedInputs');
    for (let j = 0; j < x.length; j++) this.capped[j] = Math.max(-MAX_ABS_INPUT, Math.min(MAX_ABS_INPUT, x[j]));
    return this.capped;
  }

  private lookAfter(): void {
    const { core, options } = this;
    if (!core.sound()) {
      this.rollBack();
      return;
    }
    const theta = new Float64Array(core.parameterCount);
    core.read(theta);
    let squares = 0;
    for (let p = 0; p < theta.length; p++) squares += theta[p] * theta[p];
    const width = Math.sqrt(squares / theta.length);
    const scale = width > MAX_RMS ? MAX_RMS / width : 1;
    if (scale < 1) this.note('cappedWeights');
    const back = options.regeneration;
    const initial = back > 0 ? initialTheta(options, new Random(options.seed)) : theta;
    for (let p = 0; p < theta.length; p++) theta[p] = scale * theta[p] + back * (initial[p] - scale * theta[p]);
    if (scale < 1 || back > 0) core.write(theta);
    this.lastGood.keep(theta);
  }

  private rollBack(): void {
    const theta = new Float64Array(this.core.parameterCount);
    this.lastGood.recall(theta);
    this.core.restart(theta);
    this.note('rollBacks');
  }

  private note(event: NetworkEvent): void {
    this.counts[EVENTS.indexOf(event)]++;
  }
}

/** Vectors of H in the state of a cell: h, and c where there is one. */
const statesOf = ({ cell }: CoreOptions): number => (cell === 'lstm' || cell === 'elementwise' ? 2 : 1);

/** Whether all numbers of x have at most this magnitude; false for NaN. */
function within(x: Float64Array, size: number): boolean {
  for (let k = 0; k < x.length; k++) if (!(Math.abs(x[k]) <= size)) return false;
  return true;
}
