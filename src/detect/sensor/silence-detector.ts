import type { Memory } from '../../math/memory.ts';
import { TimeGap } from '../../math/time-gap.ts';
import { DAY_MS } from '../../math/time.ts';

/** Readings needed before the usual gap is known: the size of a sample. */
const USUAL_AFTER = 50;
const MIN_SILENCE_MS = 60_000;
/** Usual gaps without a reading after which a sensor may be dead. */
const MIN_GAPS = 10;
/** A sensor whose gaps differ from the usual one by more than this share of it, on average, is irregular. */
const IRREGULAR = 0.5;
/** The longest gap is halved when for this long no gap has reached half of it. */
const HALF_LIFE_MS = 28 * DAY_MS;

// Slots.
const READINGS = 0;
const FIRST_AT = 1;
const RECEIVED_AT = 2;
const OFF = 3; // usual distance of a gap from the usual gap
const LONGEST = 4;
const CONFIRMED_AT = 5; // when a gap last was half of the longest or more
const STATE = 6; // LEARNING, LOST or both
const SLOTS = 7;

// Bits of STATE.
const LEARNING = 1;
const LOST = 2;

/**
 * Has the sensor stopped sending? Silence is measured in the time of arrival. The limit is learned:
 *
 *   limit = max(60 s, 10 usual gap, 2 longest gap)
 *
 * A sensor that sends only when its value changes is irregular. It has no limit on the first day, so that the longest gap
 * includes a night.
 *
 * After a silence that was a fault, half its length becomes the longest gap, so an equal silence is not reported again: the
 * nights of a solar inverter are reported once. A longest gap that is not reached again is halved every 28 days, so that one long
 * outage does not disable the detector.
 */
export class SilenceDetector {
  private readonly s: Float64Array;
  private readonly gap: TimeGap;
  private readonly after: number | 'auto' | 'never';

  /** `after`: silence that is a fault, ms; or 'auto' for the learned limit, or 'never'. */
  constructor(memory: Pick<Memory, 'take'>, after: number | 'auto' | 'never') {
    this.s = memory.take('silence', SLOTS);
    this.gap = new TimeGap(memory, 'arrivals');
    this.after = after;
  }

  /** Usual distance between arrivals, ms. */
  get gapMs(): number {
    return this.gap.usualMs;
  }

  /** Time of the last arrival; NaN before the first. */
  get receivedAt(): number {
    return this.s[READINGS] === 0 ? NaN : this.s[RECEIVED_AT];
  }

  /** Whether the device has announced that it is offline, and no reading has come since. */
  get lost(): boolean {
    return (this.s[STATE] & LOST) !== 0;
  }

  /** The device announces that it is offline. */
  lose(): void {
    this.s[STATE] |= LOST;
  }

  /** The device announces at `now` that it is online: its silence begins again. */
  find(now: number): void {
    if (!this.lost) return;
    this.s[STATE] &= ~LOST;
    this.markDowntime(now, Infinity);
  }

  /** Silence at `now` over the silence that is a fault: above 1 the sensor is dead. Changes nothing. */
  score(now: number): number {
    const { s } = this;
    return s[READINGS] === 0 || (s[STATE] & LEARNING) !== 0 ? 0 : (now - s[RECEIVED_AT]) / this.limitMs(now);
  }

  /** Adds an arrival. `learning`: warm-up, in which no silence is a fault. */
  update(receivedAt: number, learning: boolean): void {
    const { s, gap } = this;
    this.find(receivedAt); // a pause that was announced is not learned
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
    s[STATE] = learning ? LEARNING : 0;
  }

  /**
   * Marks the `awayMs` before `now` as downtime, so that they are not counted as sensor silence; the silence before them counts.
   * Below 0 where the clock was set back; Infinity where the length is not known. Changes nothing if no reading was due meanwhile,
   * so a short restart has the same result as an uninterrupted run.
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
    const irregular = s[OFF] > IRREGULAR * this.gapMs;
    if (irregular && now - s[FIRST_AT] < DAY_MS) return Infinity;
    return Math.max(MIN_SILENCE_MS, MIN_GAPS * this.gapMs, 2 * s[LONGEST]);
  }
}
