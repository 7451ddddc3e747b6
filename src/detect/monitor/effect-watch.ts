import { perSeries, type Memory } from '../../math/memory.ts';
import { effectOf, type Departure } from '../episode/severity.ts';

// Slots; then for each series its normal value before the deviation, and its mean since.
const SINCE = 0; // when the score rose above `hysteresis`; NaN while it is calm
const HEAD = 1;
const EACH = 6;
const MIN = 0;
const MAX = 1;
const MEAN = 2;
const DEVIATION = 3;
const COUNT = 4;
const MEAN_SINCE = 5;

/** The statistics of a series that describe its normal values, in its unit. */
export interface NormalOf {
  /** The newest reading; NaN where it is missing. */
  readonly value: number;
  readonly lowest: number;
  readonly highest: number;
  readonly mean: number;
  readonly deviation: number;
}

/**
 * Measures the size of an effect (severity.ts) during a deviation: the newest reading and the mean since its beginning, against
 * range, mean and deviation of the last calm reading. Those are kept here, because the series itself may learn from the deviation.
 */
export class EffectWatch {
  private readonly s: Float64Array;
  private readonly series: readonly NormalOf[];
  private readonly departure: Departure;

  constructor(memory: Pick<Memory, 'take'>, series: readonly NormalOf[]) {
    this.series = series;
    this.s = memory.take('effect', HEAD + EACH * series.length, perSeries(HEAD)).fill(NaN);
    this.departure = {
      value: NaN,
      min: NaN,
      max: NaN,
      mean: NaN,
      deviation: NaN,
      meanSince: NaN,
      durationMs: 0,
      overdue: 1,
      score: 0,
    };
  }

  /** Adds a sample at `at`. `deviates`: whether its score is above `hysteresis`, or an episode is open. */
  step(at: number, deviates: boolean): void {
    const { s, series } = this;
    if (!deviates) s[SINCE] = NaN;
    else if (Number.isNaN(s[SINCE])) s[SINCE] = at;
    for (let d = 0, k = HEAD; d < series.length; d++, k += EACH) {
      const { value } = series[d];
      if (!deviates || Number.isNaN(s[k + MEAN])) {
        s[k + MIN] = series[d].lowest;
        s[k + MAX] = series[d].highest;
        s[k + MEAN] = series[d].mean;
        s[k + DEVIATION] = series[d].deviation;
        s[k + COUNT] = 0;
      }
      if (!deviates || Number.isNaN(value)) continue;
      const share = 1 / ++s[k + COUNT];
      s[k + MEAN_SINCE] = share === 1 ? value : (1 - share) * s[k + MEAN_SINCE] + share * value;
    }
  }

  /**
   * The effect of the newest reading of series d; 0 while nothing deviates or the reading is missing. `overdue`: for how long its
   * present state lasts, as a multiple of the longest usual time.
   */
  of(d: number, at: number, score: number, overdue = 1): number {
    const { s, departure } = this;
    const k = HEAD + EACH * d;
    departure.value = this.series[d].value;
    if (Number.isNaN(s[SINCE]) || Number.isNaN(departure.value)) return 0;
    departure.min = s[k + MIN];
    departure.max = s[k + MAX];
    departure.mean = s[k + MEAN];
    departure.deviation = s[k + DEVIATION];
    departure.meanSince = s[k + MEAN_SINCE];
    departure.durationMs = at - s[SINCE];
    departure.overdue = overdue;
    departure.score = score;
    return effectOf(departure);
  }
}
