import { perSeries, type Memory } from '../../math/memory.ts';

/** Samples over which it is remembered how much of a stream was heard. */
const SPAN = 100;

/**
 * How sure an alarm is, 0 to 1, apart from how bad it is:
 *
 *   confidence = maturity · heard
 *   maturity   = n / (n + W)                n readings learned from, W the warm-up: a half when it ends
 *   heard      = share of the stream's series that were heard, of late (exponentially, 100 samples)
 *
 * Whether the network is better than the baseline is no part of it: where it is not, the baseline speaks (forecast-selection.ts).
 * Memory: share heard of each series (D).
 */
export class Confidence {
  private readonly present: Float64Array;
  private readonly warmup: number;

  constructor(memory: Pick<Memory, 'take'>, series: number, warmup: number) {
    this.present = memory.take('present_share', series, perSeries()).fill(1);
    this.warmup = warmup;
  }

  /** Takes note of who was heard in a sample: x (D), NaN where a series said nothing. */
  update(x: Float64Array): void {
    const { present: heard } = this;
    for (let d = 0; d < heard.length; d++) heard[d] += (Number(!Number.isNaN(x[d])) - heard[d]) / SPAN;
  }

  maturity(readings: number): number {
    return this.warmup === 0 ? 1 : readings / (readings + this.warmup);
  }

  /** Of an alarm led by a series that was learned from so many readings. */
  of(readings: number): number {
    let heard = 0;
    for (const share of this.present) heard += share / this.present.length;
    return this.maturity(readings) * Math.min(1, heard);
  }
}
