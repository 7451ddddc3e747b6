import type { Memory } from '../../math/memory.ts';
import { WEEK_MS } from '../../math/time.ts';
import { TimeGap } from '../../math/time-gap.ts';
import { CONSTANTS } from '../constants.ts';

const { REFERENCE_RATE, SCORE_PER_DECADE: PER_DECADE, RATE_SHARE, MIN_THRESHOLD } = CONSTANTS;

/**
 * The evidence needed for an alarm. The operator sets a number of alarms per week. With more series and more readings, chance
 * alone gives more rare values, so the threshold is higher:
 *
 *   threshold = 1 + 0.3 (log10 D - log10 W + 0.25 max(0, log10 (readings a week / 2016))),   at least 0.7
 *
 * with D series and W alarms per week (`alarms_per_week`): a decade of rarity for ten times the series (C. E. Bonferroni, 1936),
 * and a quarter of one for ten times the rate, because readings at shorter intervals are more alike.
 */
export class AlarmThreshold {
  private readonly gap: TimeGap;
  private readonly series: number;
  private readonly logAlarms: number; // log10 W

  constructor(memory: Pick<Memory, 'take'>, series: number, alarmsPerWeek: number) {
    this.gap = new TimeGap(memory, 'threshold');
    this.series = series;
    this.logAlarms = Math.log10(alarmsPerWeek);
  }

  /** Usual interval between samples, ms; 0 before it is known. */
  get intervalMs(): number {
    return this.gap.usualMs;
  }

  /** The evidence at which the score is 1. */
  get height(): number {
    const rate = this.gap.known ? WEEK_MS / Math.max(1, this.intervalMs) / REFERENCE_RATE : 1;
    const decades = Math.log10(this.series) - this.logAlarms + RATE_SHARE * Math.max(0, Math.log10(rate));
    // The lower limit holds for a stream that reports rarely, and for many alarms per week.
    return Math.max(MIN_THRESHOLD, 1 + PER_DECADE * decades);
  }

  /** Time from the last sample to one at `at`, ms, ten usual intervals at most. */
  pausedMs(at: number): number {
    return this.gap.sinceMs(at);
  }

  /** Adds the time of a sample, epoch ms. */
  update(at: number): void {
    this.gap.update(at);
  }
}
