import { perSeries, type Memory } from '../../math/memory.ts';
import type { Sample } from '../sample.ts';

export interface WarmUpOptions {
  /** Readings before the first alarm. */
  readonly warmup: number;
  /** Time before the first alarm, ms; both must have passed. */
  readonly warmupTimeMs: number;
}

// Slots of a count.
const COUNT = 0;
const FIRST_AT = 1;
const LAST_AT = 2;
const LATER = 3; // of a series: 1 where it began later than the group
const SLOTS = 4;

/**
 * Progress of a stream's warm-up, in samples and in time; alarms are possible when both are complete. A series that begins later
 * than its group, because it joined it or was reset, has its own warm-up; alarms of the others remain possible.
 */
export class WarmUp {
  private readonly all: Float64Array; // count of samples
  private readonly own: Float64Array; // count of the readings of each series (D SLOTS)
  private readonly options: WarmUpOptions;

  constructor(memory: Pick<Memory, 'take'>, series: number, options: WarmUpOptions) {
    this.all = memory.take('progress', LATER);
    this.own = memory.take('progress.own', series * SLOTS, perSeries());
    this.options = options;
  }

  /** Number of samples. */
  get samples(): number {
    return this.all[COUNT];
  }

  /** Progress of the stream, 0 to 1. */
  get done(): number {
    return this.share(this.all, 0);
  }

  /** Progress of series d, 0 to 1. */
  of(d: number): number {
    const later = this.own[d * SLOTS + LATER] === 1;
    return later ? Math.min(this.done, this.share(this.own, d * SLOTS)) : this.done;
  }

  /** Restarts the warm-up of series d. */
  begin(d: number): void {
    this.own.fill(0, d * SLOTS, (d + 1) * SLOTS);
    this.own[d * SLOTS + LATER] = 1;
  }

  update({ at, x }: Sample): void {
    note(this.all, 0, at);
    for (let d = 0; d < x.length; d++) if (!Number.isNaN(x[d])) note(this.own, d * SLOTS, at);
  }

  private share(s: Float64Array, o: number): number {
    const { warmup, warmupTimeMs } = this.options;
    const inReadings = warmup === 0 ? 1 : s[o + COUNT] / warmup;
    const inTime = warmupTimeMs === 0 ? 1 : (s[o + LAST_AT] - s[o + FIRST_AT]) / warmupTimeMs;
    return Math.min(1, inReadings, inTime);
  }
}

const note = (s: Float64Array, o: number, at: number): void => {
  if (s[o + COUNT]++ === 0) s[o + FIRST_AT] = at;
  s[o + LAST_AT] = at;
};
