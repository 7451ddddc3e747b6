import type { Memory } from '../../math/memory.ts';
import { TimeGap } from '../../math/time-gap.ts';

/**
 * Which series of a sample are there, and since when the others are not: what a network must be told beside the values
 * where no grid makes up for what is missing, as in GRU-D (Z. Che et al., "Recurrent neural networks for multivariate
 * time series with missing values", Scientific Reports 8, 2018). There the gap makes the values fade, with weights that
 * are learned; here it is an input, and the network does with it what it likes.
 */
export class Presence {
  /** 1 where the series spoke, 0 where it is missing (D). */
  readonly mask: Float64Array;
  /** Gap of each series, from its reading before to this sample, as in `TimeGap` (D). */
  readonly gap: Float64Array;
  private readonly gaps: readonly TimeGap[];

  /** `sections`: a memory for each series. */
  constructor(sections: readonly Pick<Memory, 'take'>[]) {
    this.gaps = sections.map((own) => new TimeGap(own, 'presence'));
    this.mask = new Float64Array(sections.length);
    this.gap = new Float64Array(sections.length);
  }

  /** Fills `mask` and `gap` for a sample x (D) at `at`, NaN where a series is missing, and takes note of it. */
  update(at: number, x: Float64Array): void {
    const { gaps, mask, gap } = this;
    for (let d = 0; d < gaps.length; d++) {
      mask[d] = Number.isNaN(x[d]) ? 0 : 1;
      gap[d] = gaps[d].lateness(at);
      if (mask[d] === 1) gaps[d].update(at);
    }
  }
}
