import { tooMuchInfluence } from '../../config/influence.ts';
import type { Tuning } from '../../config/schema/tuning.ts';
import { learnerOf, type LearnerKind } from '../../nn/build-learner.ts';

export const CELL_NAMES = ['rnn', 'lstm', 'peephole-lstm', 'gru', 'elementwise'] as const;
export const LEARNER_NAMES = ['tbptt', 'rtrl', 'snap1'] as const satisfies readonly LearnerKind[];
export type CellName = (typeof CELL_NAMES)[number];
export type LearnerName = (typeof LEARNER_NAMES)[number];

/** One way to forecast: a cell with a learner, or the baseline, which has neither. */
export interface Contender {
  readonly id: string;
  readonly label: string;
  readonly cell: CellName | null;
  readonly learner: LearnerName | null;
  /** The `tuning` options of a site file that select it. */
  readonly tuning: Partial<Tuning>;
}

/** A pair that is not run, and the reason. */
export interface LeftOut {
  readonly label: string;
  readonly reason: string;
}

const CELLS: Readonly<Record<CellName, { readonly label: string } & Pick<Tuning, 'cell' | 'peepholes'>>> = {
  rnn: { label: 'RNN', cell: 'rnn', peepholes: false },
  lstm: { label: 'LSTM', cell: 'lstm', peepholes: false },
  'peephole-lstm': { label: 'peephole LSTM', cell: 'lstm', peepholes: true },
  gru: { label: 'GRU', cell: 'gru', peepholes: false },
  elementwise: { label: 'element-wise', cell: 'elementwise', peepholes: false },
};
const LEARNERS: Readonly<Record<LearnerName, string>> = { tbptt: 'TBPTT', rtrl: 'RTRL', snap1: 'SnAp-1' };

export const cellLabel = (cell: CellName): string => CELLS[cell].label;
export const learnerLabel = (learner: LearnerName): string => LEARNERS[learner];

/** The forecast without a network: usual steps at this time of day (detect/forecast/baseline.ts). The reference for networks. */
export const BASELINE: Contender = {
  id: 'baseline',
  label: 'baseline',
  cell: null,
  learner: null,
  tuning: { network: false },
};

export interface Choice {
  readonly cells: readonly CellName[];
  readonly learners: readonly LearnerName[];
}

/** The baseline, then each cell with each learner. Pairs that cannot or need not be run for this number of series are left out. */
export function contendersOf(
  tuning: Tuning,
  series: number,
  { cells, learners }: Choice,
): { readonly contenders: readonly Contender[]; readonly leftOut: readonly LeftOut[] } {
  const contenders = [BASELINE];
  const leftOut: LeftOut[] = [];
  for (const name of CELL_NAMES.filter((each) => cells.includes(each)))
    for (const learner of LEARNER_NAMES.filter((each) => learners.includes(each))) {
      const { label: cellName, cell, peepholes } = CELLS[name];
      const label = `${cellName} · ${LEARNERS[learner]}`;
      const own = { cell, peepholes, learner };
      const reason =
        tooMuchInfluence({ ...tuning, ...own }, series) ??
        (learner === 'snap1' && learnerOf(cell, 'rtrl') === 'snap1' && learners.includes('rtrl')
          ? 'is the same as RTRL, because its units have no connections'
          : null);
      if (reason === null) contenders.push({ id: `${name}-${learner}`, label, cell: name, learner, tuning: own });
      else leftOut.push({ label, reason });
    }
  return { contenders, leftOut };
}
