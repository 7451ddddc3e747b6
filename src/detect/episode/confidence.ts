import { perSeries, type Memory } from '../../math/memory.ts';

/** Samples over which the share of present series is averaged. */
const SPAN = 100;

/**
 * Confidence in an alarm, 0 to 1, independent of its severity:
 *
 *   confidence = maturity · present
 *   maturity   = n / (n + W)                n readings learned, W the warm-up: 0.5 when it ends
 *   present    = share of the stream's series that were present (exponentially weighted, 100 samples)
 *
 * The margin of the network is no part of it: where the network is not better, the baseline is used (forecast-selection.ts).
 * Memory: share of samples in which each series was present (D).
 */
export class Confidence {
  private readonly present: Float64Array;
  private readonly warmup: number;

  constructor(memory: Pick<Memory, 'take'>, series: number, warmup: number) {
    this.present = memory.take('present_share', series, perSeries()).fill(1);
    this.warmup = warmup;
  }

  /** Adds the presence of each series in a sample x (D), which is NaN where a series is missing. */
  update(x: Float64Array): void {
    const { present } = this;
    for (let d = 0; d < present.length; d++) present[d] += (Number(!Number.isNaN(x[d])) - present[d]) / SPAN;
  }

  /** Maturity of a series with so many learned readings, 0 to 1. */
  maturity(readings: number): number {
    return this.warmup === 0 ? 1 : readings / (readings + this.warmup);
  }

  /** Confidence in an alarm whose leading series has so many learned readings. */
  of(readings: number): number {
    let present = 0;
    for (const share of this.present) present += share / this.present.length;
    return this.maturity(readings) * Math.min(1, present);
  }
}
