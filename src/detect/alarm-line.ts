import type { Memory } from '../math/memory.ts';

const WEEK_MS = 604_800_000;
/** Readings a week, one every five minutes, at which the weights of the evidence were set. */
const USUAL = WEEK_MS / 300_000;
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
export class AlarmLine {
  private readonly s: Float64Array; // samples, time of the last, usual interval
  private readonly series: number;
  private readonly patience: number; // log10 W

  constructor(memory: Pick<Memory, 'take'>, series: number, alarmsPerWeek: number) {
    this.s = memory.take('line', 3);
    this.series = series;
    this.patience = Math.log10(alarmsPerWeek);
  }

  /** Usual interval between samples, ms; 0 before it is known. */
  get intervalMs(): number {
    return this.s[2];
  }

  /** The evidence at which the score is 1. */
  get height(): number {
    const rate = WEEK_MS / Math.max(1, this.s[2]) / USUAL;
    const decades =
      Math.log10(this.series) - this.patience + (this.s[0] < 2 ? 0 : 0.25 * Math.max(0, Math.log10(rate)));
    // However rarely a stream reports, it is not to be alarmed by nothing.
    return Math.max(0.7, 1 + PER_DECADE * decades);
  }

  /** Takes note of a sample's time. A pause counts as ten usual intervals at most. */
  hear(at: number): void {
    const { s } = this;
    if (s[0] > 0) {
      const interval = Math.max(0, at - s[1]);
      const d = s[0] < 50 ? interval : Math.min(interval, 10 * s[2]);
      s[2] += Math.max(0.01, 1 / s[0]) * (d - s[2]);
    }
    s[0]++;
    s[1] = at;
  }
}
