import type { Memory } from '../../math/memory.ts';
import type { TimeGap } from '../../math/time-gap.ts';
import { DAY_MS } from '../../math/time.ts';
import { CONSTANTS } from '../constants.ts';

/** The last value of a sensor that reports on change counts again after this time: readings within it are much alike. */
export const REPEAT_MS = CONSTANTS.CALM_MS;
/** The first time later, so that a heartbeat every 5, 10 or 60 minutes does not come just after a repeated value. */
const FIRST_MS = 1.5 * REPEAT_MS;
/** A value is repeated for so long at most, so that a gap costs 287 samples at most. */
const LONGEST_MS = DAY_MS;
/** A reading is early if it comes within this part of the usual gap. */
const EARLY = 1 / 3;
/** Readings over which the share of early ones reaches back. Before there are so many, all count the same. */
const SPAN = 500;
/** Early readings over which the share of those with an old value reaches back. */
const EARLY_SPAN = 50;
/** Readings from which on both shares are known. */
const KNOWN_AFTER = 50;
/** A sensor of which fewer readings are early is read at fixed times. */
const EARLY_SHARE = 0.02;

// Slots.
const LAG = 0; // of the arrival of the last reading behind its time, ms
const LAST = 1; // the value of the last reading
const EARLY_READINGS = 2;
const SHARE = 3; // of early readings
const SAME = 4; // share of the early readings that have the value of the reading before
const VALUE = 5; // the value that lasts; NaN where there is none
const COUNTED_AT = 6; // when it last counted, epoch ms
const REPEATS = 7; // 1 once a value has been repeated
const BURSTS = 8; // of early readings, fading, so three are never quite 3
const IN_BURST = 9; // 1 if the last reading was early
const SLOTS = 10;

/**
 * Does the sensor report on change? Then its silence means that the value has not changed, so the last value is repeated every five minutes,
 * for the first time after seven and a half, until the next reading. A detector that counts readings then counts time, as it does with a
 * sensor that is read at fixed times.
 *
 * A sensor reports on change if some of its readings are early, nearly all of these have a new value, and they come in three bursts or more. A
 * sensor that is read at fixed times has no early readings, not even where a third of its messages are lost; a message that is repeated comes
 * early, with the same value. After a long pause among its first readings those that follow look early, in one burst.
 *
 * Memory: see the slots (10).
 */
export class OnChange {
  private readonly s: Float64Array;
  private readonly gap: TimeGap;

  /** `gap`: that of the readings, in their own time. It is updated after this. */
  constructor(memory: Pick<Memory, 'take'>, gap: TimeGap) {
    this.gap = gap;
    this.s = memory.take('on_change', SLOTS);
    this.s[VALUE] = NaN;
  }

  /** When the last value counts again, epoch ms; Infinity where it does not. */
  get dueAt(): number {
    const { s } = this;
    const { lastAt } = this.gap;
    const due = s[COUNTED_AT] + (s[COUNTED_AT] === lastAt ? FIRST_MS : REPEAT_MS);
    return Number.isNaN(s[VALUE]) || due - lastAt > LONGEST_MS ? Infinity : due;
  }

  /** The value that lasts; NaN where there is none. */
  get value(): number {
    return this.s[VALUE];
  }

  /** How far the arrival of the last reading was behind its time, ms; 0 where its clock is ahead. */
  get lagMs(): number {
    return this.s[LAG];
  }

  /** Whether the last value, read or repeated, is too recent at `at` to be repeated. */
  reaches(at: number): boolean {
    return at - this.s[COUNTED_AT] <= FIRST_MS;
  }

  /** Counts the gap before a reading of `x`. */
  update(at: number, receivedAt: number, x: number): void {
    const { s } = this;
    const { readings, lastAt, usualMs } = this.gap;
    if (usualMs > 0) {
      const early = at - lastAt < EARLY * usualMs;
      s[SHARE] += Math.max(1 / SPAN, 1 / readings) * ((early ? 1 : 0) - s[SHARE]);
      s[BURSTS] *= 1 - 1 / SPAN;
      if (early && s[IN_BURST] === 0) s[BURSTS]++;
      s[IN_BURST] = early ? 1 : 0;
      if (early) s[SAME] += Math.max(1 / EARLY_SPAN, 1 / ++s[EARLY_READINGS]) * ((x === s[LAST] ? 1 : 0) - s[SAME]);
    }
    s[COUNTED_AT] = at;
    s[LAG] = Math.max(0, receivedAt - at);
    s[LAST] = x;
    s[VALUE] = NaN;
  }

  /** The last reading is a measurement of `value`, which lasts if the sensor reports on change. */
  measured(value: number): void {
    if (this.reports) this.s[VALUE] = value;
  }

  /** The value counts again at `at`. Returns whether it is the first time that a value does. */
  repeat(at: number): boolean {
    const { s } = this;
    s[COUNTED_AT] = at;
    const isFirst = s[REPEATS] === 0;
    s[REPEATS] = 1;
    return isFirst;
  }

  /** It is not known whether the value lasts. */
  stop(): void {
    this.s[VALUE] = NaN;
  }

  private get reports(): boolean {
    const { s } = this;
    const isKnown = this.gap.readings >= KNOWN_AFTER && s[BURSTS] > CONSTANTS.RECURS - 0.5;
    return isKnown && s[SHARE] > EARLY_SHARE && s[SAME] < CONSTANTS.MIN_SHARE;
  }
}
