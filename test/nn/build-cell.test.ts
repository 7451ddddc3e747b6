import { expect, test } from 'vitest';
import { buildCell, type CellKind } from '../../src/nn/build-cell.ts';

// 2 inputs, 3 hidden: a layer has W_i (3, 2), W_h (3, 3) and two biases (3), in all 21 parameters;
// a GRU has three of them, an LSTM four, and a peephole for each unit and gate.
// The element-wise LSTM has three layers of W (3, 2), w (3) and b (3), in all 12.
test.each<[kind: CellKind, peepholes: boolean, parameters: number, state: number]>([
  ['rnn', false, 21, 3],
  ['gru', false, 63, 3],
  ['lstm', false, 84, 6],
  ['lstm', true, 84 + 9, 6],
  ['elementwise', false, 36, 6],
  ['gru', true, 63, 3], // peepholes concern the LSTM only
])('%s (peepholes %s): %i parameters, %i numbers of state', (kind, peepholes, parameters, state) => {
  const cell = buildCell(kind, 2, 3, peepholes);
  expect([cell.inputSize, cell.hiddenSize]).toEqual([2, 3]);
  expect(cell.parameterCount).toBe(parameters);
  expect(cell.stateSize).toBe(state);
});
