import type { Pieces } from '../../../math/memory.ts';
import { CalibratedScore } from '../rarity/calibrated-score.ts';
import type { Evidence, Kind, SeriesReading } from '../kind.ts';
import { CONSTANTS } from '../../constants.ts';

const { RECENT_SPAN: SPAN } = CONSTANTS;

export const CORRELATION: Kind = {
  name: 'correlation',
  weights: { collective: 0, point: 0, contextual: CONSTANTS.CORRELATION_WEIGHT },
  directed: true,
  compares: 'detail',
  sentence: (name, { value, detail }, { quantity }) =>
    `${name} no longer follows its group: it reads ${quantity(value)} where the other series suggest ${quantity(detail)}`,
};

/** Does the series still follow the others of its group? Their regression gives the residual (regression-residuals.ts). */
export class Correlation implements Evidence {
  readonly kind = CORRELATION;
  private readonly score: CalibratedScore;
  private residual = 0;

  constructor(memory: Pieces) {
    this.score = new CalibratedScore(memory, 'evidence.correlation', SPAN);
  }

  measure({ residual }: SeriesReading): number {
    this.residual = residual;
    return this.score.rarity(residual);
  }

  deviation(): number {
    return this.score.smoothed(this.residual);
  }

  learn({ readings, span }: SeriesReading, teaches: boolean): void {
    if (readings > 0) this.score.add(this.residual, teaches, span);
  }

  reference({ fitted }: SeriesReading): number {
    return fitted;
  }

  detail({ fitted }: SeriesReading): number {
    return fitted;
  }
}
