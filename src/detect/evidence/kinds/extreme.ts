import type { Pieces } from '../../../math/memory.ts';
import { Extremes } from '../rarity/extremes.ts';
import type { Evidence, Kind, SeriesReading } from '../kind.ts';
import { CONSTANTS } from '../../constants.ts';

export const EXTREME: Kind = {
  name: 'extreme',
  weights: { collective: CONSTANTS.RECORD_WEIGHT, point: 0, contextual: 0 },
  directed: true,
  compares: 'detail',
  sentence: (name, { value, detail }, { quantity }) =>
    `${name} reads ${quantity(value)}, ${value > detail ? 'above' : 'below'} all earlier values (${value > detail ? 'highest' : 'lowest'}: ${quantity(detail)})`,
};

/** Is the value outside of all earlier values? */
export class Extreme implements Evidence {
  readonly kind = EXTREME;
  readonly range: Extremes;
  private record = NaN; // the most extreme value before, on the side of the mean where the reading lies

  constructor(memory: Pieces) {
    this.range = new Extremes(memory);
  }

  measure({ value, mean, stepDeviation }: SeriesReading): number {
    this.record = value > mean ? this.range.max : this.range.min;
    return this.range.rarity(value, stepDeviation);
  }

  deviation({ value, mean }: SeriesReading): number {
    return value - mean;
  }

  learn({ value, span }: SeriesReading, teaches: boolean): void {
    if (teaches) this.range.add(value, span);
  }

  reference({ mean }: SeriesReading): number {
    return mean;
  }

  detail(): number {
    return this.record;
  }
}
