import type { Extremes } from '../rarity/extremes.ts';
import type { Flatline } from '../flatline.ts';
import { NOT_APPLICABLE, type Evidence, type Kind, type SeriesReading } from '../kind.ts';
import type { JumpSize } from './jump.ts';
import { CONSTANTS } from '../../constants.ts';

/** The value repeats, or repeated until just now. */
export const FLATLINE: Kind = {
  name: 'flatline',
  weights: { collective: 0, point: CONSTANTS.STEP_WEIGHT, contextual: 0 },
  directed: false,
  compares: 'band',
  sentence: (name, { value, detail }, { number, quantity }) =>
    `${name} repeated one value for ${number(detail)} readings, longer than usual; now at ${quantity(value)}`,
};

/** A large step out of such a flatline. */
export const FLATLINE_EXIT: Kind = {
  name: 'flatline_exit',
  weights: { collective: 0, point: CONSTANTS.STEP_WEIGHT / 2, contextual: 0 },
  directed: true,
  compares: 'detail',
  sentence: (name, { value, detail }, { quantity }) =>
    `${name} jumped to ${quantity(value)} after repeating ${quantity(detail)}`,
};

/** Has the value repeated for unusually long? */
export class FlatlineLength implements Evidence {
  readonly kind = FLATLINE;
  private readonly flatline: Flatline;
  private readonly range: Pick<Extremes, 'min' | 'max'>;
  private readonly jump: Pick<JumpSize, 'size'>;
  private length = 0; // equal readings in a row, including this one if it is one of them

  /** `range`: values seen so far; `jump`: the size of the reading's step. */
  constructor(flatline: Flatline, range: Pick<Extremes, 'min' | 'max'>, jump: Pick<JumpSize, 'size'>) {
    this.flatline = flatline;
    this.range = range;
    this.jump = jump;
  }

  /** Not applicable at the lowest or the highest value, where a series may rest (sensor/stuck-detector.ts). */
  measure({ comparable, repeats, last }: SeriesReading): number {
    this.length = this.flatline.repeats + (repeats ? 2 : 1);
    const inside = comparable && last > this.range.min && last < this.range.max;
    return inside ? this.flatline.lengthRarity(repeats) : NOT_APPLICABLE;
  }

  deviation(): number {
    return 0;
  }

  learn({ comparable, repeats, span }: SeriesReading, _teaches: boolean, normal: boolean): void {
    if (comparable) this.flatline.learn(repeats, this.jump.size, normal, span);
  }

  reference({ expected }: SeriesReading): number {
    return expected;
  }

  detail(): number {
    return this.length;
  }
}

/** Is the step out of a flatline large for such steps? `FlatlineLength` learns for both. */
export class FlatlineExit implements Evidence {
  readonly kind = FLATLINE_EXIT;
  private readonly flatline: Flatline;
  private readonly jump: Pick<JumpSize, 'size'>;
  private from = NaN;

  constructor(flatline: Flatline, jump: Pick<JumpSize, 'size'>) {
    this.flatline = flatline;
    this.jump = jump;
  }

  measure({ comparable, repeats, last }: SeriesReading): number {
    this.from = last;
    return comparable ? this.flatline.exitRarity(repeats, this.jump.size) : NOT_APPLICABLE;
  }

  deviation({ change }: SeriesReading): number {
    return change;
  }

  learn(): void {
    // FlatlineLength learns the flatline that both use.
  }

  reference({ expected }: SeriesReading): number {
    return expected;
  }

  detail(): number {
    return this.from;
  }
}
