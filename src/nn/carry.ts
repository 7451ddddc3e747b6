import { square } from '../math/elementary.ts';
import { buildCell } from './build-cell.ts';
import type { CellKind } from './build-cell.ts';
import type { CoreOptions } from './core.ts';
import { GATES } from './weights.ts';

/** The place of each input, block and hidden unit of a network in another one; -1 for a new one. */
export interface Places {
  readonly inputs: readonly number[]; // (X)
  readonly blocks: readonly number[]; // (D)
  /** All -1 where the cell is of another kind: its weights mean something else. */
  readonly units: readonly number[]; // (H)
}

/**
 * Fills theta, which has its initial values, from `old`, the parameters of another network with the same bins.
 *
 * A new input gets weights of 0, in the cell and in the read-out. A new unit has initial weights from the inputs and from all units,
 * and 0 to the old units and to the read-out, which learns it from there. So with more inputs or units the state of the old units and
 * the forecasts continue unchanged, as in T. Chen, I. Goodfellow & J. Shlens, "Net2Net", ICLR 2016. The rows of a new block keep their
 * values in theta.
 */
export function carryTheta(
  past: CoreOptions, old: Float64Array,
  options: CoreOptions, theta: Float64Array,
  { inputs, blocks, units }: Places,
): void {
  const { cell: kind, hiddenSize: H, inputSize: X, peepholes, bins, direct } = options;
  const { hiddenSize: oldH, inputSize: oldX } = past;
  const cell = buildCell(kind, X, H, peepholes).parameterCount;
  const oldCell = buildCell(past.cell, oldX, oldH, past.peepholes).parameterCount;
  if (units.some((u) => u >= 0)) carryCell(past, old, options, theta, inputs, units);

  const row = (to: number, from: number, places: readonly number[]): void => {
    for (let j = 0; j < places.length; j++) theta[to + j] = places[j] < 0 ? 0 : old[from + places[j]];
  };
  const width = direct ? H + X : H, oldWidth = direct ? oldH + oldX : oldH;
  const b = cell + blocks.length * bins * width, oldB = oldCell + past.blocks * bins * oldWidth;
  for (let d = 0; d < blocks.length; d++)
    for (let i = 0; i < bins; i++) {
      const to = cell + (d * bins + i) * width;
      if (blocks[d] < 0) {
        if (direct) theta.fill(0, to + H, to + width);
        continue;
      }
      const from = oldCell + (blocks[d] * bins + i) * oldWidth;
      row(to, from, units);                                                           // V, from h
      if (direct) row(to + H, from + oldH, inputs);                                   // V, from x
      theta[b + d * bins + i] = old[oldB + blocks[d] * bins + i];                     // b
    }
}

/** The parameters of the cell: W_ih (G H, X), W_hh (G H, H) except for the element-wise cell, then vectors of H for each gate. */
function carryCell(
  past: CoreOptions, old: Float64Array,
  { cell: kind, hiddenSize: H, inputSize: X, peepholes }: CoreOptions, theta: Float64Array,
  inputs: readonly number[], units: readonly number[],
): void {
  const { hiddenSize: oldH, inputSize: oldX } = past;
  const gates = GATES[kind];
  const lateral = kind !== 'elementwise';
  const W_hh = gates * H * X, oldW_hh = gates * oldH * oldX;
  for (let g = 0; g < gates; g++)
    for (let i = 0; i < H; i++) {
      const k = g * H + i, oldK = g * oldH + units[i];
      for (let j = 0; j < X; j++)
        if (inputs[j] < 0) theta[k * X + j] = 0;
        else if (units[i] >= 0) theta[k * X + j] = old[oldK * oldX + inputs[j]];      // W_ih
      if (!lateral || units[i] < 0) continue;
      for (let j = 0; j < H; j++)
        theta[W_hh + k * H + j] = units[j] < 0 ? 0 : old[oldW_hh + oldK * oldH + units[j]]; // W_hh
    }
  // Biases b_ih and b_hh (G H each), or w and the bias; then the peepholes, three vectors of H.
  let at = W_hh + (lateral ? gates * H * H : 0), oldAt = oldW_hh + (lateral ? gates * oldH * oldH : 0);
  const vectors = vectorsOf(kind, peepholes), both = Math.min(vectors, vectorsOf(kind, past.peepholes));
  for (let v = 0; v < vectors; v++, at += H, oldAt += oldH)
    for (let i = 0; i < H; i++) if (v < both && units[i] >= 0) theta[at + i] = old[oldAt + units[i]];
}

const vectorsOf = (kind: CellKind, peepholes: boolean): number =>
  2 * GATES[kind] + (kind === 'lstm' && peepholes ? 3 : 0);

/**
 * The place of each unit of a network of `hiddenSize` units in another one: the same units where it has as many or more; where it has
 * fewer, those with the most weight in the read-out and on other units, in their order. All -1 for another kind of cell.
 */
export function unitsOf(past: CoreOptions, old: Float64Array, { cell, hiddenSize }: CoreOptions): readonly number[] {
  const { hiddenSize: oldH } = past;
  if (cell !== past.cell) return new Array<number>(hiddenSize).fill(-1);
  if (hiddenSize >= oldH) return Array.from({ length: hiddenSize }, (_, i) => (i < oldH ? i : -1));
  const weight = weightsOfUnits(past, old);
  return Array.from({ length: oldH }, (_, i) => i)
    .toSorted((a, b) => weight[b] - weight[a])
    .slice(0, hiddenSize)
    .toSorted((a, b) => a - b);
}

/** The sum of squares of the weights from each unit to the read-out, and to the gates of the other units. */
function weightsOfUnits({ cell: kind, hiddenSize: H, inputSize: X, peepholes, blocks, bins, direct }: CoreOptions, theta: Float64Array): Float64Array {
  const weight = new Float64Array(H);
  const add = (from: number, rows: number, width: number): void => {
    for (let r = 0; r < rows; r++) for (let i = 0; i < H; i++) weight[i] += square(theta[from + r * width + i]);
  };
  const rows = GATES[kind] * H;
  if (kind !== 'elementwise') add(rows * X, rows, H);
  add(buildCell(kind, X, H, peepholes).parameterCount, blocks * bins, direct ? H + X : H);
  return weight;
}
