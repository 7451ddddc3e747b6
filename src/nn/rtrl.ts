import { addTransposedProduct } from '../math/dense.ts';
import type { Memory } from '../math/memory.ts';
import type { Cell } from './cell.ts';
import { forgetBeyondMeasure } from './influence.ts';
import type { Learner } from './learner.ts';

/**
 * Real-time recurrent learning: the exact gradient through all of the past, computed forward in time. Each step updates the
 * state and its derivative by the parameters, the influence matrix M_t = ds_t/dtheta.
 *
 *   M_t = J_t M_{t-1} + I_t,   M_0 = 0                  (1)   J_t = ds_t/ds_{t-1} (S, S)
 *   dL_t/dtheta = M_t^T dL_t/ds_t                       (2)   I_t = ds_t/dtheta at fixed s_{t-1} (S, P)
 *
 * A. J. Robinson & F. Fallside, Cambridge CUED/F-INFENG/TR.1 (1987); R. J. Williams & D. Zipser, "A learning algorithm
 * for continually running fully recurrent neural networks", Neural Computation 1 (1989).
 * The row of J and I that belongs to s_t[k] is the gradient of the loss s_t[k]: one `backward` of the unit vector e_k.
 * With theta fixed the gradients of all steps add up to full BPTT. While theta changes, M contains the influence of the
 * parameters at each past step, as in Williams & Zipser. An M that overflows is set to 0 (influence.ts).
 * Cost of a step: P multiplications for each number of J that is not 0, at most S^2 P. Memory: state S, M of S P;
 * no tape and no horizon.
 */
export class Rtrl implements Learner {
  readonly state: Float64Array;
  readonly lags = new Float64Array(0);
  private readonly cell: Cell;
  private readonly theta: Float64Array;
  private readonly M: Float64Array;
  private readonly next: Float64Array; // M_t while M_{t-1} is still needed
  private readonly rows: Float64Array[] = []; // of `next`
  private readonly tape: Float64Array;
  private readonly e: Float64Array;
  private readonly J: Float64Array; // one row

  constructor(memory: Pick<Memory, 'take'>, cell: Cell, theta: Float64Array) {
    const { stateSize: S, parameterCount: P } = cell;
    this.cell = cell;
    this.theta = theta;
    this.state = memory.take('state', S);
    this.M = memory.take('influence', S * P);
    this.next = new Float64Array(S * P);
    for (let k = 0; k < S; k++) this.rows.push(this.next.subarray(k * P, (k + 1) * P));
    this.tape = new Float64Array(cell.tapeSize);
    this.e = new Float64Array(S);
    this.J = new Float64Array(S);
  }

  advance(x: Float64Array): void {
    const { cell, theta, M, next, e, J } = this;
    const { stateSize: S, parameterCount: P } = cell;
    cell.forward(theta, x, this.state, this.state, this.tape);
    next.fill(0);
    for (let k = 0; k < S; k++) {
      e.fill(0);
      e[k] = 1;
      J.fill(0);
      cell.backward(theta, this.tape, e, J, this.rows[k]);             // row k of J_t, and of I_t into M_t
      for (let j = 0; j < S; j++)
        if (J[j] !== 0) addTransposedProduct(M, j * P, 1, P, J, j, next, k * P);   // (1)
    }
    M.set(next);
    forgetBeyondMeasure(M);
  }

  credit(ds: Float64Array, dTheta: Float64Array): boolean {
    const { stateSize: S, parameterCount: P } = this.cell;
    addTransposedProduct(this.M, 0, S, P, ds, 0, dTheta, 0);           // (2)
    return true;
  }

  tapeOf(): null {
    return null;
  }
}
