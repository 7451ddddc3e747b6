import type { Pieces } from '../../../math/memory.ts';
import { CalibratedScore } from '../rarity/calibrated-score.ts';
import type { Evidence, Kind, SeriesReading } from '../kind.ts';
import { Volatility } from '../volatility.ts';
import { CONSTANTS } from '../../constants.ts';

export const VOLATILITY: Kind = {
  name: 'volatility',
  weights: { collective: CONSTANTS.WEIGHT, point: 0, contextual: 0 },
  directed: false,
  compares: 'band',
  sentence: (name, { value, detail }, { quantity, ratio }) =>
    detail > 1
      ? `${name} varies more than usual: its steps are ${ratio(detail)} times their usual size, now at ${quantity(value)}`
      : `${name} varies less than usual: its steps are ${ratio(100 * detail)} % of their usual size, now at ${quantity(value)}`,
};

/** Does the series vary more, or less, than in its history? */
export class StepVolatility implements Evidence {
  readonly kind = VOLATILITY;
  private readonly volatility: Volatility;
  private readonly score: CalibratedScore;
  private surprisal = 0; // nats

  constructor(memory: Pieces) {
    this.volatility = new Volatility(memory);
    this.score = new CalibratedScore(memory, 'evidence.volatility', 1);
  }

  measure({ change }: SeriesReading): number {
    this.surprisal = this.volatility.surprisal(change);
    return this.score.rarity(this.surprisal);
  }

  deviation(): number {
    return 0;
  }

  learn({ comparable, change, span }: SeriesReading, teaches: boolean): void {
    if (!comparable) return;
    this.volatility.learn(change, teaches, span);
    this.score.add(this.surprisal, teaches, span);
  }

  reference({ expected }: SeriesReading): number {
    return expected;
  }

  /** Size of recent steps over that of all steps. */
  detail(): number {
    return this.volatility.stepRatio;
  }
}
