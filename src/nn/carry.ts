import { buildCell } from './build-cell.ts';
import type { CoreOptions } from './core.ts';
import { GATES } from './weights.ts';

/**
 * Fills theta from `old`, the parameters of a network of the same cell, units and bins with other inputs and blocks:
 * `inputs[j]` is the index of input j there, `blocks[d]` that of block d, -1 for a new input or block.
 *
 * A new input gets weights of 0, in the cell and in the read-out, so that the state and the forecasts continue unchanged.
 * The rows of a new block keep their values in theta.
 */
export function carryTheta(
  past: CoreOptions, old: Float64Array,
  options: CoreOptions, theta: Float64Array,
  inputs: readonly number[], blocks: readonly number[],
): void {
  const { cell: kind, hiddenSize: H, inputSize: X, peepholes, bins, direct } = options;
  const oldX = past.inputSize;
  const rows = GATES[kind] * H;
  const cell = buildCell(kind, X, H, peepholes).parameterCount;
  const oldCell = buildCell(kind, oldX, H, peepholes).parameterCount;
  const column = (to: number, from: number): void => {
    for (let j = 0; j < X; j++) theta[to + j] = inputs[j] < 0 ? 0 : old[from + inputs[j]];
  };

  for (let k = 0; k < rows; k++) column(k * X, k * oldX);                             // W_ih
  theta.set(old.subarray(rows * oldX, oldCell), rows * X);                            // W_hh and all else of the cell

  const width = direct ? H + X : H, oldWidth = direct ? H + oldX : H;
  const b = cell + blocks.length * bins * width, oldB = oldCell + past.blocks * bins * oldWidth;
  for (let d = 0; d < blocks.length; d++)
    for (let i = 0; i < bins; i++) {
      const to = cell + (d * bins + i) * width;
      if (blocks[d] < 0) {
        if (direct) theta.fill(0, to + H, to + width);
        continue;
      }
      const from = oldCell + (blocks[d] * bins + i) * oldWidth;
      theta.set(old.subarray(from, from + H), to);                                    // V, from h
      if (direct) column(to + H, from + H);                                           // V, from x
      theta[b + d * bins + i] = old[oldB + blocks[d] * bins + i];                     // b
    }
}
