import type { Memory } from '../../math/memory.ts';
import { TimeGap } from '../../math/time-gap.ts';
import { DAY_MS } from '../../math/time.ts';

/** Gaps tell a habit only after this many readings. */
const USUAL_AFTER = 50;
const MIN_SILENCE_MS = 60_000;
/** Usual gaps after which, without news, a sensor may be dead. */
const MIN_GAPS = 10;
/** A sensor whose gaps are half of the usual one off, on average, has no beat, and shows its habits in a day. */
const IRREGULAR = 0.5;
/** A longest gap that nothing has come near to for so long is half forgotten. */
const HALF_LIFE_MS = 28 * DAY_MS;

// Slots.
const READINGS = 0;
const FIRST_AT = 1;
const RECEIVED_AT = 2;
const OFF = 3; // usual distance of a gap from the usual gap
const LONGEST = 4;
const CONFIRMED_AT = 5; // when a gap last was half of the longest or more
const LEARNING = 6;
const SLOTS = 7;

/**
 * Is the sensor heard? Silence is measured in the time of arrival, and how much of it is a fault is learned: beyond ten
 * usual gaps, twice the longest so far and a minute. A sensor that speaks when something has changed has no beat to tell
 * a pause by: it is judged from the second day on, when it has been heard through a night.
 *
 * A fault that ends raises the longest gap to half of what it was: once is a fault, twice is a habit, so a solar
 * inverter's nights are reported once. What does not come again is forgotten by halves: one long outage does not make
 * deaf for good.
 */
export class SilenceDetector {
  private readonly s: Float64Array;
  private readonly gap: TimeGap;
  private readonly after: number | 'auto' | 'never';

  /** `after`: silence that is a fault, ms, or learned, or never. */
  constructor(memory: Pick<Memory, 'take'>, after: number | 'auto' | 'never') {
    this.s = memory.take('silence', SLOTS);
    this.gap = new TimeGap(memory, 'arrivals');
    this.after = after;
  }

  /** Usual distance between arrivals, ms. */
  get gapMs(): number {
    return this.gap.usualMs;
  }

  /** Time of the last arrival. */
  get receivedAt(): number {
    return this.s[RECEIVED_AT];
  }

  /** Silence at `now` over the silence that is a fault: above 1 the sensor is dead. Changes nothing. */
  score(now: number): number {
    const { s } = this;
    return s[READINGS] === 0 || s[LEARNING] === 1 ? 0 : (now - s[RECEIVED_AT]) / this.limitMs(now);
  }

  /** Takes note of an arrival. `learning`: habits are still forming, nothing is a fault yet. */
  update(receivedAt: number, learning: boolean): void {
    const { s, gap } = this;
    if (s[READINGS] === 0) s[FIRST_AT] = s[CONFIRMED_AT] = receivedAt;
    else {
      const ms = Math.max(0, receivedAt - s[RECEIVED_AT]);
      const faulty = !learning && this.score(receivedAt) > 1;
      this.confirm(receivedAt, ms);
      s[LONGEST] = Math.max(s[LONGEST], faulty ? ms / 2 : ms);
      const off = Math.min(Math.abs(ms - gap.usualMs), MIN_GAPS * gap.usualMs);
      if (s[READINGS] > 1) s[OFF] += Math.max(1 / USUAL_AFTER, 1 / s[READINGS]) * (off - s[OFF]);
    }
    gap.update(receivedAt);
    s[READINGS]++;
    s[RECEIVED_AT] = receivedAt;
    s[LEARNING] = learning ? 1 : 0;
  }

  /**
   * For the last `awayMs` nobody listened: that silence was ours, not the sensor's, and what it was silent before goes on to count.
   * Below 0 where the clock was set back; Infinity where it is not known. Nothing changes where the sensor would not
   * have spoken meanwhile, so that a service which is back at once goes on as if it had not been away.
   */
  markDowntime(now: number, awayMs: number): void {
    const { s, gap } = this;
    const ms = now - s[RECEIVED_AT];
    if (s[READINGS] === 0 || (ms >= 0 && ms <= gap.usualMs)) return;
    s[RECEIVED_AT] = Math.min(now, s[RECEIVED_AT] + awayMs);
    gap.restartAt(s[RECEIVED_AT]);
  }

  private confirm(now: number, gap: number): void {
    const { s } = this;
    if (gap < s[LONGEST] / 2 && now - s[CONFIRMED_AT] < HALF_LIFE_MS) return;
    if (gap < s[LONGEST] / 2) s[LONGEST] /= 2;
    s[CONFIRMED_AT] = now;
  }

  private limitMs(now: number): number {
    if (this.after === 'never') return Infinity;
    if (this.after !== 'auto') return this.after;
    const { s } = this;
    if (s[READINGS] < USUAL_AFTER) return Infinity;
    const beatless = s[OFF] > IRREGULAR * this.gapMs;
    if (beatless && now - s[FIRST_AT] < DAY_MS) return Infinity;
    return Math.max(MIN_SILENCE_MS, MIN_GAPS * this.gapMs, 2 * s[LONGEST]);
  }
}
