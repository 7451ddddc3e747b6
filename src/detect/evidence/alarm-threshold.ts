import type { Memory } from '../../math/memory.ts';
import { WEEK_MS } from '../../math/time.ts';
import { TimeGap } from '../../math/time-gap.ts';

/** Readings a week, one every five minutes, at which the weights of the evidence were set. */
const REFERENCE_RATE = WEEK_MS / 300_000;
/** How much more evidence a decade more of chances asks for, in the units of `EVIDENCE`. */
const PER_DECADE = 0.3;

/**
 * How much evidence makes an alarm. What an operator counts is alarms a week, not a reading, and the more series and
 * readings there are, the more often chance alone is rare:
 *
 *   line = 1 + 0.3 (log10 D - log10 W + 0.25 max(0, log10 (readings a week / 2016))),   at least 0.7
 *
 * with D series and W alarms a week to put up with: a decade of rarity for ten series (C. E. Bonferroni, 1936), and a quarter
 * of one for ten times the rate, as readings that follow each other faster are more alike.
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
    const decades = Math.log10(this.series) - this.logAlarms + 0.25 * Math.max(0, Math.log10(rate));
    // However rarely a stream reports, it is not to be alarmed by nothing.
    return Math.max(0.7, 1 + PER_DECADE * decades);
  }

  /** Takes note of a sample's time. */
  update(at: number): void {
    this.gap.update(at);
  }
}
