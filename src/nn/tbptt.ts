import { storeLength } from '../math/dense.ts';
import type { Memory } from '../math/memory.ts';
import type { Cell } from './cell.ts';
import type { Learner } from './learner.ts';

export interface TbpttOptions {
  /** K: steps the error travels back. */
  readonly horizon: number;
  /** M: steps between two backward passes; at most K. */
  readonly every: number;
}

/**
 * Truncated back-propagation through time, BPTT(K; M): every M steps the errors of the last M losses travel back
 * together over the last K steps.
 *
 * R. J. Williams & J. Peng, "An efficient gradient-based algorithm for on-line training of recurrent network
 * trajectories", Neural Computation 2 (1990), algorithm BPTT(h; h') with h = K, h' = M.
 * So the loss of j steps ago travels back over K - j steps. A step without `credit` has no loss; an error that has waited K
 * steps for a backward pass, because no `credit` followed, is dropped with its tape.
 * As there, a step keeps its activations, although the parameters change afterwards.
 * Memory: state S, K tapes, K injected errors of S.
 */
export class Tbptt implements Learner {
  readonly state: Float64Array;
  readonly lags: Float64Array;
  private readonly cell: Cell;
  private readonly theta: Float64Array;
  private readonly horizon: number;
  private readonly every: number;
  private readonly tapes: Float64Array[] = [];
  private readonly errors: Float64Array[] = []; // dL/ds of each kept step, zero once delivered
  private readonly clock: Float64Array; // steps made, steps since the last backward pass
  private ds: Float64Array;
  private dsPrevious: Float64Array;

  constructor(memory: Pick<Memory, 'take'>, cell: Cell, theta: Float64Array, options: TbpttOptions) {
    const { horizon, every } = options;
    if (!Number.isInteger(every) || !Number.isInteger(horizon) || every < 1 || horizon < every)
      throw new RangeError(`tbptt: needs whole numbers 1 <= every <= horizon, got ${every}, ${horizon}`);
    this.cell = cell;
    this.theta = theta;
    this.horizon = horizon;
    this.every = every;
    this.state = memory.take('state', cell.stateSize);
    this.lags = memory.take('lags', horizon);
    const tapes = memory.take('tapes', horizon * cell.tapeSize);
    const errors = memory.take('errors', horizon * cell.stateSize);
    for (let k = 0; k < horizon; k++) {
      this.tapes.push(tapes.subarray(k * cell.tapeSize, (k + 1) * cell.tapeSize));
      this.errors.push(errors.subarray(k * cell.stateSize, (k + 1) * cell.stateSize));
    }
    this.clock = memory.take('clock', 2);
    this.ds = new Float64Array(cell.stateSize);
    this.dsPrevious = new Float64Array(cell.stateSize);
  }

  advance(x: Float64Array): void {
    const slot = this.clock[0] % this.horizon;
    this.cell.forward(this.theta, x, this.state, this.state, this.tapes[slot]);
    this.errors[slot].fill(0);
    this.clock[0]++;
    this.clock[1]++;
  }

  credit(ds: Float64Array, dTheta: Float64Array): boolean {
    const steps = this.clock[0];
    if (steps === 0) return false;
    const newest = this.errors[(steps - 1) % this.horizon];
    for (let i = 0; i < newest.length; i++) newest[i] += ds[i];
    if (this.clock[1] < this.every) return false;
    this.clock[1] = 0;

    this.ds.fill(0);
    for (let back = 1; back <= Math.min(steps, this.horizon); back++) {
      const slot = (steps - back) % this.horizon;
      const error = this.errors[slot];
      for (let i = 0; i < error.length; i++) this.ds[i] += error[i];
      error.fill(0);
      storeLength(this.ds, this.lags, back - 1);
      this.dsPrevious.fill(0);
      this.cell.backward(this.theta, this.tapes[slot], this.ds, this.dsPrevious, dTheta);
      [this.ds, this.dsPrevious] = [this.dsPrevious, this.ds];
    }
    return true;
  }

  tapeOf(j: number): Float64Array | null {
    const steps = this.clock[0];
    return j < Math.min(steps, this.horizon) ? this.tapes[(steps - 1 - j) % this.horizon] : null;
  }
}
