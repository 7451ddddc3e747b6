import type { Pieces } from '../../../math/memory.ts';
import { CalibratedScore } from '../rarity/calibrated-score.ts';
import { Jump } from '../jump.ts';
import { jumpedTo, NOT_APPLICABLE, type Evidence, type Kind, type SeriesReading } from '../kind.ts';
import { CONSTANTS } from '../../constants.ts';

export const JUMP: Kind = {
  name: 'jump',
  weights: { collective: 0, point: CONSTANTS.STEP_WEIGHT, contextual: 0 },
  directed: true,
  compares: 'band',
  sentence: jumpedTo,
};

/** Is the step large compared with the steps of the last hundred readings? */
export class JumpSize implements Evidence {
  readonly kind = JUMP;
  /** Size of the step of the last reading measured (jump.ts). */
  size = 0;
  private readonly jump: Jump;
  private readonly score: CalibratedScore;

  constructor(memory: Pieces) {
    this.jump = new Jump(memory);
    this.score = new CalibratedScore(memory, 'evidence.jump', 1);
  }

  measure({ change, comparable }: SeriesReading): number {
    this.size = this.jump.size(change);
    return comparable ? this.score.rarity(this.size) : NOT_APPLICABLE;
  }

  deviation({ change }: SeriesReading): number {
    return change;
  }

  learn({ comparable, change, span }: SeriesReading, _teaches: boolean, normal: boolean): void {
    if (!comparable) return;
    this.jump.learn(change, normal, span);
    this.score.add(this.size, normal, span);
  }

  reference({ expected }: SeriesReading): number {
    return expected;
  }

  detail({ change }: SeriesReading): number {
    return change;
  }
}
