import { log10 } from '../../../math/elementary.ts';
import type { Pieces } from '../../../math/memory.ts';
import { TimeGap } from '../../../math/time-gap.ts';
import { CONSTANTS } from '../../constants.ts';

const { CALM_MS, SCORE_PER_DECADE: PER_DECADE, RATE_SHARE } = CONSTANTS;

/**
 * The evidence needed for an alarm. With more series and more readings, chance alone gives more rare values, so the threshold is
 * higher:
 *
 *   threshold = 1 + 0.3 (log10 D + 0.25 max(0, log10 (5 min / interval)))
 *
 * with D series: a decade of rarity for ten times the series (C. E. Bonferroni, 1936),
 * and a quarter of one for ten times the rate, because readings at shorter intervals are more alike.
 */
export class AlarmThreshold {
  private readonly gap: TimeGap;
  private readonly series: number;

  constructor(memory: Pieces, series: number) {
    this.gap = new TimeGap(memory, 'threshold');
    this.series = series;
  }

  /** Usual interval between samples, ms; 0 before it is known. */
  get intervalMs(): number {
    return this.gap.usualMs;
  }

  /** Samples so far. */
  get samples(): number {
    return this.gap.readings;
  }

  /** Time of the last sample, epoch ms; NaN before the first. */
  get lastAt(): number {
    return this.gap.readings === 0 ? NaN : this.gap.lastAt;
  }

  /** The evidence at which the score is 1. */
  get height(): number {
    const rate = this.gap.known ? CALM_MS / Math.max(1, this.intervalMs) : 1;
    const decades = log10(this.series) + RATE_SHARE * Math.max(0, log10(rate));
    return 1 + PER_DECADE * decades;
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
