import type { Memory } from '../../../math/memory.ts';
import { CalibratedScore } from '../calibrated-score.ts';
import { jumpedTo, NOT_APPLICABLE, type Evidence, type Kind, type SeriesReading } from '../kind.ts';
import { CONSTANTS } from '../../constants.ts';

/** One step that the forecast did not expect; contextual as far as the network is trusted (forecast-selection.ts). */
export const FORECAST_ERROR: Kind = {
  name: 'forecast_error',
  weights: {
    collective: CONSTANTS.COLLECTIVE_FORECAST_ERROR,
    point: CONSTANTS.POINT_FORECAST_ERROR,
    contextual: CONSTANTS.CONTEXTUAL_FORECAST_ERROR,
  },
  directed: true,
  compares: 'band',
  sentence: jumpedTo,
};

/** Several steps in a row that the forecast did not expect; trusted like `forecast_error`. */
export const SEQUENCE: Kind = {
  name: 'sequence',
  weights: { collective: CONSTANTS.COLLECTIVE_SEQUENCE, point: 0, contextual: CONSTANTS.CONTEXTUAL_SEQUENCE },
  directed: true,
  compares: 'band',
  sentence: (name, { value, expected, lower, upper }, { number, quantity }) =>
    `${name} changes in an unusual sequence, several unexpected steps in a row: now at ${quantity(value)}, ` +
    `where ${quantity(expected)} was expected, usually ${number(lower)} to ${quantity(upper)}`,
};

/** Readings over which the loss of each kind is averaged. */
const SPANS = { forecast_error: 1, sequence: CONSTANTS.EVIDENCE_SPAN / 2 };

/** Was the forecast wrong, in one step or over several? The loss of the forecast, nats, averaged over the span of the kind. */
export class ForecastLoss implements Evidence {
  readonly kind: Kind;
  private readonly score: CalibratedScore;
  private loss = 0;

  constructor(memory: Pick<Memory, 'take'>, kind: typeof FORECAST_ERROR) {
    this.kind = kind;
    this.score = new CalibratedScore(memory, `evidence.${kind.name}`, SPANS[kind.name as keyof typeof SPANS]);
  }

  /** A reading without a step has no error; a sequence continues through it. */
  measure({ loss, comparable }: SeriesReading): number {
    this.loss = loss;
    return comparable || this.kind === SEQUENCE ? this.score.rarity(loss) : NOT_APPLICABLE;
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

  detail(): number {
    return NaN;
  }
}
