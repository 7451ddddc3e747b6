import type { Memory } from '../../math/memory.ts';
import { median } from '../../math/median.ts';

/** From then on the scales cut by themselves what is too wild. */
const FIRST = 128;
/** Fewer readings say nothing of what is far. */
const JUDGED_AFTER = 8;
/** The first ones are looked back on when there are so many. */
const REVIEWED_AT = 16;
/** So many median deviations from the median, and from its neighbours, nothing lies that belongs to the rest. */
const MAX_DEVIATIONS = 100;
/** More than so many in a row are a heater that was switched on, not a slip of the sensor. */
const MAX_OUTLIERS = 3;

/**
 * Does a reading belong to a series of which only a few are known? Scales that are formed of the first readings know no
 * better: one of a million among the first fifty, and thousands later nothing is odd (measured: 40 where 20 +- 1 was usual
 * scored 0.5). So the first ones are held against the median of each other, and against the ones beside them, as a series that
 * moves slowly leaves the place of its first readings altogether. Where most are equal, nothing can be said.
 */
export class StartupOutliers {
  private readonly s: Float64Array; // sound ones, and slips in a row
  private readonly first: Float64Array;

  constructor(memory: Pick<Memory, 'take'>) {
    this.s = memory.take('startup', 2);
    this.first = memory.take('startup.first', FIRST);
  }

  /** Takes note of a reading; false where it is no measurement. */
  admits(x: number): boolean {
    const { s, first } = this;
    if (s[0] === FIRST) return true;
    if (s[0] >= JUDGED_AFTER && s[1] < MAX_OUTLIERS && this.isOutlier(x, first[s[0] - 1])) {
      s[1]++;
      return false;
    }
    s[1] = 0;
    first[s[0]++] = x;
    return true;
  }

  /** Whether the last reading has shown that slips were among the first, which have been learned from. */
  get spoiled(): boolean {
    if (this.s[0] !== REVIEWED_AT || this.s[1] > 0) return false;
    let slips = 0;
    for (let i = 0; i < REVIEWED_AT; i++) if (this.isOutlier(this.first[i], this.first[i === 0 ? 1 : i - 1])) slips++;
    return slips > 0 && slips <= MAX_OUTLIERS;
  }

  private isOutlier(x: number, beside: number): boolean {
    const known = this.first.subarray(0, this.s[0]);
    const middle = median(known);
    const spread = median(known.map((value) => Math.abs(value - middle)));
    const apart = Math.min(Math.abs(x - middle), Math.abs(x - beside));
    return spread > 0 && apart > MAX_DEVIATIONS * spread;
  }
}
