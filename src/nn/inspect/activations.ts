import type { CellKind } from '../build-cell.ts';

/** The range of an activation: [0, 1] of a sigmoid, [-1, 1] of a tanh; `open`, larger, of a memory cell. */
export type Span = 'unit' | 'signed' | 'open';

/** One number per unit that a step computes. */
export interface Activation {
  readonly symbol: 'h' | 'i' | 'f' | 'o' | 'g' | 'c' | 'r' | 'z' | 'n';
  readonly name: string;
  readonly span: Span;
  /** True for the gate whose value is the share of the old state that a unit keeps. */
  readonly keeps: boolean;
}

const gate = (symbol: Activation['symbol'], name: string, keeps = false): Activation => ({
  symbol, name, keeps, span: 'unit',
});
const signed = (symbol: Activation['symbol'], name: string): Activation => ({ symbol, name, keeps: false, span: 'signed' });
const memory: Activation = { symbol: 'c', name: 'memory cell', keeps: false, span: 'open' };

/** The hidden state that every cell has. */
export const HIDDEN = signed('h', 'hidden state');

/** The activations of each cell that stand one after the other on its tape, in this order, and from how many H behind x_t. */
const TAPES: Readonly<Record<CellKind, { readonly from: number; readonly order: readonly Activation[] }>> = {
  rnn: { from: 1, order: [] },
  gru: { from: 1, order: [gate('r', 'reset gate'), gate('z', 'update gate', true), signed('n', 'candidate')] },
  lstm: {
    from: 2,
    order: [gate('i', 'input gate'), gate('f', 'forget gate', true), signed('g', 'cell input'), gate('o', 'output gate'), memory],
  },
  elementwise: {
    from: 1,
    order: [gate('f', 'forget gate', true), signed('z', 'cell input'), gate('o', 'output gate'), memory],
  },
};

/** The activations on the tape of a cell: none for `rnn`, which has no gates. */
export const activationsOf = (kind: CellKind): readonly Activation[] => TAPES[kind].order;

/** Where the numbers (H) of an activation begin on the tape of its cell. */
export const placeOnTape = (kind: CellKind, activation: Activation, X: number, H: number): number =>
  X + (TAPES[kind].from + TAPES[kind].order.indexOf(activation)) * H;
