import type { Pieces } from '../../../math/memory.ts';
import { NOT_APPLICABLE, type Evidence, type Kind, type SeriesReading } from '../kind.ts';
import { MeanShift } from '../level/mean-shift.ts';

/** Its weights are 0: it has its own threshold (`score`). */
export const MEAN_SHIFT: Kind = {
  name: 'mean_shift',
  weights: { collective: 0, point: 0, contextual: 0 },
  directed: true,
  compares: 'detail',
  sentence: (name, { value, detail }, { quantity }) =>
    `${name} has shifted: it stays near ${quantity(value)}; its mean was ${quantity(detail)}`,
};

/** Does the mean of the last twelve readings differ from that of the last week, and of at least 2,000 (../level/mean-shift.ts)? */
export class ShiftedMean implements Evidence {
  readonly kind = MEAN_SHIFT;
  readonly shift: MeanShift;
  /** Of the last reading measured: above 1 the shift is an alarm at a sensitivity of 1. */
  score = 0;

  /** `guarded`: whether a mean that seems to shift is not learned, before it is an alarm. */
  constructor(memory: Pieces, guarded: boolean) {
    this.shift = new MeanShift(memory, guarded);
  }

  /** Keeps `score`. It is no part of the weighted sums, and so has no rarity. */
  measure({ value }: SeriesReading): number {
    this.score = this.shift.score(value);
    return NOT_APPLICABLE;
  }

  deviation(): number {
    return this.shift.z;
  }

  learn({ value, span, at }: SeriesReading, teaches: boolean): void {
    this.shift.learn(value, span, teaches, at);
  }

  /** The present mean is the normal one from now on. */
  accept(): void {
    this.shift.accept();
  }

  reference(): number {
    return this.shift.mean;
  }

  detail(): number {
    return this.shift.mean;
  }
}
