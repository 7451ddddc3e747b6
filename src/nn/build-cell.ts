import type { Cell } from './cell.ts';
import { ElementwiseCell } from './elementwise-cell.ts';
import { GruCell } from './gru-cell.ts';
import { LstmCell } from './lstm-cell.ts';
import { RnnCell } from './rnn-cell.ts';

export type CellKind = 'rnn' | 'lstm' | 'gru' | 'elementwise';

/** The cell with this name. Only the LSTM uses `peepholes`. */
export function buildCell(kind: CellKind, inputSize: number, hiddenSize: number, peepholes = false): Cell {
  switch (kind) {
    case 'rnn':
      return new RnnCell(inputSize, hiddenSize);
    case 'lstm':
      return new LstmCell(inputSize, hiddenSize, peepholes);
    case 'gru':
      return new GruCell(inputSize, hiddenSize);
    case 'elementwise':
      return new ElementwiseCell(inputSize, hiddenSize);
  }
}
