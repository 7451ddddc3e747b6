import type { Memory } from '../../math/memory.ts';
import type { SeriesInfo } from '../reading.ts';

/** What sensors and their drivers say instead of a value: full scales, sentinels, a DS18B20 that was not asked (85) or not there (-127). */
const CODES: ReadonlySet<number> = new Set([-32768, -9999, -999, -127, 85, 127, 255, 999, 9999, 32767, 65535]);
/** A code is one only this many times all that was seen so far beyond it, ... */
const RANGE_FACTOR = 2;
/** ... after so many readings, ... */
const JUDGED_AFTER = 50;
/** ... of which no larger share were codes: a dimmer that is often at 85 means it. */
const MAX_CODE_SHARE = 0.05;

// Slots: of sound readings.
const COUNT = 0;
const VALUE = 1;
const AT = 2;
const MIN = 3; // of those that are no code
const MAX = 4;
const CODES_READ = 5;
const SLOTS = 6;

/** How far outside [min, max] a value lies, in the width of it: 0 inside, above 1 outside, 10 at most. */
const excess = (value: number, min: number, max: number): number => {
  const beyond = Math.max(min - value, value - max);
  return beyond > 0 ? 1 + Math.min(9, beyond / (max - min)) : 0;
};

/**
 * Can it be what the sensor says? Three questions, each with a score that is above 1 when it cannot:
 *
 * - range: is the value within what the operator says is possible?
 * - leap: is it no further from the last sound reading than `maxStep` for each usual interval between them? So a spike is
 *   refused, the way back from it is none, and a new level is believed in as many readings as it is steps away.
 * - code: is it one of the numbers that stand for "no value", and far from all that was ever read? The second makes the
 *   rule safe: a boiler may have 85 °C, a river that was never above 30 may not. It decides what the alert is called,
 *   never whether there is one.
 */
export class Plausibility {
  private readonly s: Float64Array;
  private readonly range: SeriesInfo['range'];
  private readonly maxStep: number;

  constructor(memory: Pick<Memory, 'take'>, { range, maxStep = Infinity }: Pick<SeriesInfo, 'range' | 'maxStep'>) {
    this.s = memory.take('plausibility', SLOTS);
    this.s[MIN] = Infinity;
    this.s[MAX] = -Infinity;
    this.range = range;
    this.maxStep = maxStep;
  }

  /** The last sound value, NaN before the first. */
  get last(): number {
    return this.s[COUNT] === 0 ? NaN : this.s[VALUE];
  }

  rangeScore(value: number): number {
    return this.range === null ? 0 : excess(value, this.range[0], this.range[1]);
  }

  /** `intervalMs`: usual interval between readings, 0 when it is not known. */
  stepScore(value: number, at: number, intervalMs: number): number {
    const { s } = this;
    if (s[COUNT] === 0) return 0;
    const intervals = intervalMs > 0 ? Math.max(1, (at - s[AT]) / intervalMs) : 1;
    return Math.abs(value - s[VALUE]) / (this.maxStep * intervals);
  }

  codeScore(value: number): number {
    const { s } = this;
    if (!CODES.has(value) || s[COUNT] < JUDGED_AFTER || !(s[MAX] > s[MIN])) return 0;
    if (s[CODES_READ] > MAX_CODE_SHARE * s[COUNT]) return 0;
    const far = RANGE_FACTOR * (s[MAX] - s[MIN]);
    return excess(value, s[MIN] - far, s[MAX] + far);
  }

  /** Takes note of a sound reading. */
  update(value: number, at: number): void {
    const { s } = this;
    if (CODES.has(value)) s[CODES_READ]++;
    else {
      s[MIN] = Math.min(s[MIN], value);
      s[MAX] = Math.max(s[MAX], value);
    }
    s[COUNT]++;
    s[VALUE] = value;
    s[AT] = at;
  }
}
