import type { Memory } from '../math/memory.ts';
import type { Cell } from './cell.ts';
import { forgetBeyondMeasure } from './influence.ts';
import type { Learner } from './learner.ts';

/**
 * SnAp-1, the sparse n-step approximation of real-time recurrent learning for n = 1: of the influence matrix only
 * those numbers are kept that a parameter reaches within one step, its influence on the unit it acts on.
 *
 *   M_t = J_t M_{t-1} + I_t, zeroed outside the pattern of I_t          (1)
 *   dL_t/dtheta = M_t^T dL_t/ds_t                                       (2)
 *
 * J. Menick et al., "Practical real time recurrent learning with a sparse approximation to the Jacobian", ICLR 2021.
 * A unit of G = S/H numbers (LSTM: h and c) leaves G numbers a parameter, M (G, P), and of J_t only the G x G
 * block D_t of each unit by itself. The pattern is by unit: the influence of the LSTM's o-gate on its own c takes
 * two steps, and is kept.
 *
 *   M_t[g, p] = sum_k D_t[g, k, u(p)] M_{t-1}[k, p] + I_t[g, p],   theta[p] acting on unit u(p)      (1')
 *   dL_t/dtheta[p] = sum_g dL_t/ds_t[gH + u(p)] M_t[g, p]                                            (2')
 *
 * D and I need no method of their own. With the weights between different units cut, J_t has nothing but D_t, and the
 * rows of different units share no column, in J_t or in I_t: one `backward` of ones reads those of all units at once
 * (A. Curtis, M. Powell & J. Reid, "On the estimation of sparse Jacobian matrices", J. Inst. Maths Applics 13, 1974).
 *
 * The influence of a parameter on other units is omitted, so memory that passes from unit to unit cannot be trained.
 * The LSTM of 1997 was trained in this spirit, cutting all but the carousel c_{t-1} -> c_t. Where no weights join different
 * units nothing is cut: for the element-wise LSTM this is exact real-time recurrent learning.
 * Cost of a step: G backward passes and G^2 P. Memory: state S, M of G P. An M that overflows is set to 0 (influence.ts).
 */
export class Snap1 implements Learner {
  readonly state: Float64Array;
  readonly lags = new Float64Array(0);
  private readonly cell: Cell;
  private readonly theta: Float64Array;
  private readonly M: Float64Array;
  private readonly unit: Uint16Array; // u(p)
  private readonly within: Float64Array; // 0 for a weight between different units, else 1
  private readonly alone: Float64Array; // theta with those weights cut
  private readonly next: Float64Array; // M_t while M_{t-1} is still needed
  private readonly rows: Float64Array[] = []; // of `next`
  private readonly tape: Float64Array;
  private readonly ones: Float64Array;
  private readonly D: Float64Array; // D_t[g, k, i] of the present g, at kH + i

  constructor(memory: Pick<Memory, 'take'>, cell: Cell, theta: Float64Array) {
    const { stateSize: S, hiddenSize: H, parameterCount: P } = cell;
    this.cell = cell;
    this.theta = theta;
    this.state = memory.take('state', S);
    this.M = memory.take('influence', (S / H) * P);
    this.unit = new Uint16Array(P);
    this.within = new Float64Array(P);
    for (let p = 0; p < P; p++) {
      const { to, from } = cell.synapse(p);
      this.unit[p] = to;
      this.within[p] = from === to ? 1 : 0;
    }
    this.alone = new Float64Array(P);
    this.next = new Float64Array(this.M.length);
    for (let g = 0; g < S / H; g++) this.rows.push(this.next.subarray(g * P, (g + 1) * P));
    this.tape = new Float64Array(cell.tapeSize);
    this.ones = new Float64Array(S);
    this.D = new Float64Array(S);
  }

  advance(x: Float64Array): void {
    const { cell, theta, M, unit, within, alone, next, rows, ones, D } = this;
    const { hiddenSize: H, parameterCount: P } = cell;
    cell.forward(theta, x, this.state, this.state, this.tape);
    for (let p = 0; p < P; p++) alone[p] = theta[p] * within[p];
    next.fill(0);
    for (let g = 0; g < rows.length; g++) {
      ones.fill(0).fill(1, g * H, (g + 1) * H);
      D.fill(0);
      cell.backward(alone, this.tape, ones, D, rows[g]);               // D_t[g], and I_t[g] into M_t[g]
      for (let k = 0; k < rows.length; k++)
        for (let p = 0; p < P; p++) next[g * P + p] += D[k * H + unit[p]] * M[k * P + p];              // (1')
    }
    M.set(next);
    forgetBeyondMeasure(M);
  }

  credit(ds: Float64Array, dTheta: Float64Array): boolean {
    const { M, unit } = this;
    const { stateSize: S, hiddenSize: H, parameterCount: P } = this.cell;
    for (let g = 0; g < S / H; g++)
      for (let p = 0; p < P; p++) dTheta[p] += ds[g * H + unit[p]] * M[g * P + p];                     // (2')
    return true;
  }

  tapeOf(): null {
    return null;
  }
}
