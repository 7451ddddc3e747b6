import type { Memory } from '../math/memory.ts';
import type { CellKind } from './build-cell.ts';
import type { Cell } from './cell.ts';
import type { Learner } from './learner.ts';
import { Rtrl } from './rtrl.ts';
import { Snap1 } from './snap1.ts';
import { Tbptt, type TbpttOptions } from './tbptt.ts';

export type LearnerKind = 'tbptt' | 'rtrl' | 'snap1';

/** Without weights between different units, SnAp-1 omits nothing: it is exact real-time recurrent learning at a fraction of the cost. */
export const learnerOf = (cell: CellKind, learner: LearnerKind): LearnerKind =>
  cell === 'elementwise' && learner === 'rtrl' ? 'snap1' : learner;

/**
 * The learner with this name. Only TBPTT uses `options`: the other learners include the whole past, and every `credit` gives
 * its gradient at once.
 */
export function buildLearner(
  kind: LearnerKind, memory: Pick<Memory, 'take'>, cell: Cell, theta: Float64Array, options: TbpttOptions,
): Learner {
  switch (kind) {
    case 'tbptt':
      return new Tbptt(memory, cell, theta, options);
    case 'rtrl':
      return new Rtrl(memory, cell, theta);
    case 'snap1':
      return new Snap1(memory, cell, theta);
  }
}
