import { BINS, softTarget, surprisal } from '../../../math/bins.ts';
import type { Pieces } from '../../../math/memory.ts';
import type { Season } from '../../forecast/season.ts';
import { CalibratedScore } from '../rarity/calibrated-score.ts';
import { ContextDensity } from '../level/context-density.ts';
import type { Evidence, Kind, SeriesReading } from '../kind.ts';
import { CONSTANTS } from '../../constants.ts';

const { RECENT_SPAN: SPAN } = CONSTANTS;

export const LEVEL: Kind = {
  name: 'level',
  weights: { collective: CONSTANTS.WEIGHT, point: 0, contextual: 0 },
  directed: true,
  compares: 'detail',
  sentence: (name, { value, detail }, { quantity }) =>
    `${name} stays near ${quantity(value)}, rare for this time of day; its mean is ${quantity(detail)}`,
};

/** Is this level rare at this time of day? The surprisal of the level under the density of all past readings. */
export class Level implements Evidence {
  readonly kind = LEVEL;
  private readonly density: ContextDensity;
  private readonly score: CalibratedScore;
  private readonly target = new Float64Array(BINS);
  private surprisal = 0; // nats

  constructor(memory: Pieces) {
    this.density = new ContextDensity(memory);
    this.score = new CalibratedScore(memory, 'evidence.level', SPAN);
  }

  measure({ level }: SeriesReading): number {
    softTarget(level, this.target, 0);
    this.density.forecast();
    this.surprisal = surprisal(this.density.p, this.target, 0, level);
    return this.score.rarity(this.surprisal);
  }

  deviation({ value, mean }: SeriesReading): number {
    return value - mean;
  }

  learn({ readings, span }: SeriesReading, teaches: boolean): void {
    if (readings === 0) return;
    if (teaches) this.density.learn(this.target, 0);
    this.score.add(this.surprisal, teaches, span);
  }

  /** Sets the time of day of the next reading. */
  advance(season: Season): void {
    this.density.advance(season);
  }

  reference({ mean }: SeriesReading): number {
    return mean;
  }

  detail({ mean }: SeriesReading): number {
    return mean;
  }
}
