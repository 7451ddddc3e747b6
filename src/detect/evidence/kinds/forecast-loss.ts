import type { Pieces } from '../../../math/memory.ts';
import { CalibratedScore } from '../rarity/calibrated-score.ts';
import { jumpedTo, NOT_APPLICABLE, type Evidence, type Kind, type SeriesReading } from '../kind.ts';
import { CONSTANTS } from '../../constants.ts';

/** One step that the forecast did not expect; contextual as far as the network is trusted (forecast-selection.ts). */
export const FORECAST_ERROR: Kind = {
  name: 'forecast_error',
  weights: {
    collective: 0,
    point: CONSTANTS.STEP_WEIGHT,
    contextual: CONSTANTS.WEIGHT,
  },
  directed: true,
  compares: 'band',
  sentence: jumpedTo,
};

/** Was the forecast of this step wrong? Its loss, nats. */
export class ForecastLoss implements Evidence {
  readonly kind = FORECAST_ERROR;
  private readonly score: CalibratedScore;
  private loss = 0;

  constructor(memory: Pieces) {
    this.score = new CalibratedScore(memory, 'evidence.forecast_error', 1);
  }

  /** A reading without a step has no error. */
  measure({ loss, comparable }: SeriesReading): number {
    this.loss = loss;
    return comparable ? this.score.rarity(loss) : NOT_APPLICABLE;
  }

  deviation({ value, expected }: SeriesReading): number {
    return value - expected;
  }

  learn({ comparable, span }: SeriesReading, _teaches: boolean, normal: boolean): void {
    if (comparable) this.score.add(this.loss, normal, span);
  }

  reference({ expected }: SeriesReading): number {
    return expected;
  }

  detail({ change }: SeriesReading): number {
    return change;
  }
}
