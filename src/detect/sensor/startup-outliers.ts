import { GrowingDoubles } from '../../math/growing-doubles.ts';
import type { Pieces } from '../../math/memory.ts';
import { median } from '../../math/median.ts';

/** Readings that are checked; after them the scales limit outliers themselves. */
const FIRST = 128;
/** Readings needed before one can be an outlier. */
const JUDGED_AFTER = 8;
/** The first readings are reviewed when there are this many. */
const REVIEWED_AT = 16;
/** An outlier is more than this many median deviations from the median, and from the reading before it. */
const MAX_DEVIATIONS = 100;
/** More outliers in a row than this are a change of the process, as of a heater that was switched on. */
const MAX_OUTLIERS = 3;

/**
 * Outliers among the first readings of a series. The scales are computed from these readings, so an outlier of 1,000,000 among the
 * first fifty hides anomalies for thousands of readings (measured: 40 where 20 +- 1 was usual scored 0.5). So each of the first
 * readings is compared with the median of all, and with the reading before it, because a series that changes slowly moves away
 * from the median. Where most readings are equal, the median deviation is 0 and there are no outliers.
 *
 * Memory: number of admitted readings, and of outliers in a row (2); the admitted readings (128), until there are all of them.
 */
export class StartupOutliers {
  private readonly s: Float64Array;
  private readonly first: GrowingDoubles;

  constructor(memory: Pieces) {
    this.s = memory.take('startup', 2);
    this.first = memory.pack('startup.first', FIRST * 8, new GrowingDoubles(1));
  }

  /** Adds a reading. Returns false if it is an outlier, which is not a measurement. */
  admits(x: number): boolean {
    const { s, first } = this;
    if (s[0] === FIRST) {
      if (first.numbers.length > 0) first.clear(); // no reading is compared with them any more
      return true;
    }
    if (s[0] >= first.numbers.length) first.grow(Math.min(FIRST, s[0] + REVIEWED_AT));
    if (s[0] >= JUDGED_AFTER && s[1] < MAX_OUTLIERS && this.isOutlier(x, first.numbers[s[0] - 1])) {
      s[1]++;
      return false;
    }
    s[1] = 0;
    first.numbers[s[0]++] = x;
    return true;
  }

  /** Whether the review, made with the 16th reading, has found outliers among the readings that were already learned. */
  get contaminated(): boolean {
    if (this.s[0] !== REVIEWED_AT || this.s[1] > 0) return false;
    const { numbers } = this.first;
    if (numbers.length < REVIEWED_AT) return false; // restored, and the last ones are 0
    let outliers = 0;
    for (let i = 0; i < REVIEWED_AT; i++) if (this.isOutlier(numbers[i], numbers[i === 0 ? 1 : i - 1])) outliers++;
    return outliers > 0 && outliers <= MAX_OUTLIERS;
  }

  private isOutlier(x: number, beside: number): boolean {
    const admitted = this.first.numbers.subarray(0, this.s[0]);
    const middle = median(admitted);
    const spread = median(admitted.map((value) => Math.abs(value - middle)));
    const apart = Math.min(Math.abs(x - middle), Math.abs(x - beside));
    return spread > 0 && apart > MAX_DEVIATIONS * spread;
  }
}
