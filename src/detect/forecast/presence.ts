import type { Memory } from '../../math/memory.ts';
import { TimeGap } from '../../math/time-gap.ts';

/**
 * Inputs of the network for missing series: which series of a sample are present, and the time since the last reading of each.
 * Missing values are not interpolated, as in GRU-D (Z. Che et al., "Recurrent neural networks for multivariate time series with
 * missing values", Scientific Reports 8, 2018). In GRU-D the values decay with the gap, with trained weights; here the gap is an
 * input like the others.
 */
export class Presence {
  /** 1 where the series is present, 0 where it is missing (D). */
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

  /** Fills `mask` and `gap` for a sample x (D) at `at`, epoch ms, NaN where a series is missing, and stores its time. */
  update(at: number, x: Float64Array): void {
    const { gaps, mask, gap } = this;
    for (let d = 0; d < gaps.length; d++) {
      mask[d] = Number.isNaN(x[d]) ? 0 : 1;
      gap[d] = gaps[d].lateness(at);
      if (mask[d] === 1) gaps[d].update(at);
    }
  }
}
