import type { Memory } from '../../math/memory.ts';
import type { SeriesInfo } from '../reading.ts';

/** Values that sensors and drivers send in place of a measurement: full scale, sentinels, 85 (DS18B20 after power-on), -127 (none). */
const CODES: ReadonlySet<number> = new Set([-32768, -9999, -999, -127, 85, 127, 255, 999, 9999, 32767, 65535]);
/** A value of CODES is an error code only outside of all earlier values by this many times their range, ... */
const RANGE_FACTOR = 2;
/** ... after this many readings, ... */
const JUDGED_AFTER = 50;
/** ... if at most this share of them was in CODES: a dimmer is often at 85. */
const MAX_CODE_SHARE = 0.05;

// Slots, of valid readings.
const COUNT = 0;
const VALUE = 1;
const AT = 2;
const MIN = 3; // of those that are not in CODES
const MAX = 4;
const CODES_READ = 5;
const SLOTS = 6;

/** 0 inside [min, max]; outside 1 plus the distance over (max - min), at most 10. */
const excess = (value: number, min: number, max: number): number => {
  const beyond = Math.max(min - value, value - max);
  return beyond > 0 ? 1 + Math.min(9, beyond / (max - min)) : 0;
};

/**
 * Is the value possible? Three checks, each with a score that is above 1 when it is not:
 *
 * - range: the value is outside of the range that the operator gives.
 * - max_step: it is further from the last valid reading than `maxStep` for each usual interval between them. So a spike is
 *   rejected and the reading after it is not; a new level is accepted after as many intervals as it is steps away.
 * - error_code: it is a common error code and far outside its history. The second condition makes the rule safe: 85 °C is
 *   possible in a boiler, not in a river that was never above 30 °C. Such a value would be an anomaly in any case; the check
 *   gives the alert its cause.
 */
export class Plausibility {
  private readonly s: Float64Array;
  /** Its range may change: a device can state another one. */
  private readonly info: Pick<SeriesInfo, 'range'>;
  private readonly maxStep: number;

  constructor(memory: Pick<Memory, 'take'>, info: Pick<SeriesInfo, 'range' | 'maxStep'>) {
    this.s = memory.take('plausibility', SLOTS);
    this.s[MIN] = Infinity;
    this.s[MAX] = -Infinity;
    this.info = info;
    this.maxStep = info.maxStep ?? Infinity;
  }

  /** The last valid value, NaN before the first. */
  get last(): number {
    return this.s[COUNT] === 0 ? NaN : this.s[VALUE];
  }

  rangeScore(value: number): number {
    const { range } = this.info;
    return range === null ? 0 : excess(value, range[0], range[1]);
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
    const margin = RANGE_FACTOR * (s[MAX] - s[MIN]);
    return excess(value, s[MIN] - margin, s[MAX] + margin);
  }

  /** Adds a valid reading at a time, epoch ms. */
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
