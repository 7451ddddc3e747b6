import { square } from '../../../math/elementary.ts';
import type { Pieces } from '../../../math/memory.ts';
import type { LevelAxis } from './level-axis.ts';
import { CONSTANTS } from '../../constants.ts';

const { OCCUPANCY_DAYS: DAYS } = CONSTANTS;

// Fields of a part of the day.
const COUNT = 0;
const MEAN = 1;
const BEFORE = 2; // its level on the day before
const FIELDS = 3;

/**
 * How much of its variation a series shows from one day to the next. From the level y of each part of the day, day after day,
 *
 *   r = mean (y - y of the day before)^2 / (2 mean (y - mean y)^2)
 *
 * the ratio of J. von Neumann ("Distribution of the ratio of the mean square successive difference to the variance", Annals of
 * Mathematical Statistics 12, 1941). It is 1 where the days are independent, as with a schedule and noise, and near 0 where the
 * series wanders from day to day, as a river does. 1 - r estimates the correlation of a day with the next, and n days correlated
 * like those of a process of first order are worth
 *
 *   n r / (2 - r)
 *
 * independent ones (G. V. Bayley, J. M. Hammersley, Supplement to the Journal of the Royal Statistical Society 8, 1946).
 *
 * Memory: days, mean and last level of each part of the day; both variations and their number.
 */
export class DayVariation {
  private readonly parts: Float64Array;
  private readonly s: Float64Array; // from day to day, around the mean, number
  private readonly slots: number;
  private readonly resolution: number;

  /** `slots`: parts of the day. `resolution`: a smaller variation is none. */
  constructor(memory: Pieces, slots: number, resolution: number) {
    this.parts = memory.take('occupancy.days', slots * FIELDS);
    this.s = memory.take('occupancy.variation', 3);
    this.slots = slots;
    this.resolution = resolution;
  }

  /** Independent days for each day, 0 to 1. */
  get independence(): number {
    const [next, all] = this.s;
    const least = square(this.resolution);
    const ratio = Math.min(1, (next + least) / (all + least));
    return ratio / (2 - ratio);
  }

  /** Adds the mean level of a part of the day that is over. */
  add(slot: number, y: number): void {
    const { parts, s } = this;
    const o = slot * FIELDS;
    const n = parts[o + COUNT];
    const d = y - parts[o + MEAN];
    if (n > 0) {
      const a = 1 / Math.min(++s[2], DAYS * this.slots);
      s[0] += a * (0.5 * square(y - parts[o + BEFORE]) - s[0]);
      s[1] += a * ((d * d * n) / (n + 1) - s[1]); // the mean of n days has an error of its own
    }
    parts[o + COUNT] = Math.min(DAYS, n + 1);
    parts[o + MEAN] += d / parts[o + COUNT];
    parts[o + BEFORE] = y;
  }

  /** Deletes the days before: a change of behaviour is not day-to-day variation. */
  restart(): void {
    this.parts.fill(0);
    this.s.fill(0);
  }

  /** Replaces each place on the axis by its level, before the axis is fitted anew. */
  toValues(axis: LevelAxis): void {
    const { parts } = this;
    for (let o = 0; o < parts.length; o += FIELDS) {
      parts[o + MEAN] = axis.valueOf(parts[o + MEAN]);
      parts[o + BEFORE] = axis.valueOf(parts[o + BEFORE]);
    }
  }

  toPlaces(axis: LevelAxis): void {
    const { parts } = this;
    for (let o = 0; o < parts.length; o += FIELDS) {
      parts[o + MEAN] = axis.placeOf(parts[o + MEAN]);
      parts[o + BEFORE] = axis.placeOf(parts[o + BEFORE]);
    }
  }
}
