import { perSeries, type Memory } from '../../math/memory.ts';
import { DAY_MS } from '../../math/time.ts';
import type { Sample } from '../sample.ts';

export interface WarmUpOptions {
  /** Readings before the first alarm. */
  readonly warmup: number;
  /** Time before the first alarm, ms. */
  readonly warmupTimeMs: number;
}

/**
 * A sensor with few readings a day is ready after two days with a tenth of `warmup`: after the second day the daily cycle has come
 * twice, and 40 readings give a scale to 11 % (1 / sqrt(2 n)).
 */
const SLOW_MS = 2 * DAY_MS;
const SLOW_SHARE = 0.1;

/** A cycle that a series has not completed yet: a day, or a week with its weekend. */
export type Cycle = 'day' | 'week';
const CYCLES: readonly (readonly [Cycle, number])[] = [
  ['day', DAY_MS],
  ['week', 7 * DAY_MS],
];

// Slots of a count.
const COUNT = 0;
const FIRST_AT = 1;
const LAST_AT = 2;
const LATER = 3; // of a series: 1 where it began later than the group
const SLOTS = 4;

/**
 * Progress of a stream's warm-up. Alarms are possible when enough is known:
 *
 *   done = min(t / warmup_time, max(n / warmup, min(10 n / warmup, t / 2 d)))
 *
 * after n readings in the time t, without those from which nothing was learned. A series that begins later than its group, because it joined it or was reset, has its own
 * warm-up; alarms of the others remain possible.
 */
export class WarmUp {
  private readonly all: Float64Array; // count of samples
  private readonly own: Float64Array; // count of the readings of each series (D SLOTS)
  private readonly options: WarmUpOptions;

  constructor(memory: Pick<Memory, 'take'>, series: number, options: WarmUpOptions) {
    this.all = memory.take('Progress', LATER);
    this.own = memory.take('Progress.own', series * SLOTS, perSeries());
    this.options = options;
  }

  /** Progress of the stream, 0 to 1. */
  get done(): number {
    return this.share(this.all, 0);
  }

  /** Progress of series d, 0 to 1. */
  of(d: number): number {
    return this.isLater(d) ? Math.min(this.done, this.share(this.own, d * SLOTS)) : this.done;
  }

  /** Time until the warm-up of series d ends if readings come as often as so far, ms; NaN before the second reading. */
  leftMs(d: number): number {
    const stream = this.left(this.all, 0);
    return this.isLater(d) ? Math.max(stream, this.left(this.own, d * SLOTS)) : stream;
  }

  /** The cycles that series d has not seen yet, because it has been read for less time. */
  unseen(d: number): Cycle[] {
    const seen = elapsed(this.own, d * SLOTS);
    return CYCLES.filter(([, ms]) => seen < ms).map(([cycle]) => cycle);
  }

  /** Restarts the warm-up of series d. */
  begin(d: number): void {
    this.own.fill(0, d * SLOTS, (d + 1) * SLOTS);
    this.own[d * SLOTS + LATER] = 1;
  }

  /** Leaves only the share `left` of the warm-up of series d, from `now` on: enough is known from elsewhere. */
  shorten(d: number, left: number, now: number): void {
    const { warmup, warmupTimeMs } = this.options;
    const o = d * SLOTS;
    this.own[o + COUNT] = Math.floor((1 - left) * warmup);
    // Not so long ago that a slow sensor would be ready at once.
    this.own[o + FIRST_AT] = now - (1 - left) * Math.min(warmupTimeMs, SLOW_MS);
    this.own[o + LAST_AT] = now;
    this.own[o + LATER] = 1;
  }

  /** Counts a sample from which the stream learns. */
  update({ at, x }: Sample): void {
    note(this.all, 0, at);
    for (let d = 0; d < x.length; d++) if (!Number.isNaN(x[d])) note(this.own, d * SLOTS, at);
  }

  private isLater(d: number): boolean {
    return this.own[d * SLOTS + LATER] === 1;
  }

  private share(s: Float64Array, o: number): number {
    const { warmup, warmupTimeMs } = this.options;
    const n = s[o + COUNT];
    const t = elapsed(s, o);
    const known = warmup === 0 ? 1 : Math.max(n / warmup, Math.min(n / (SLOW_SHARE * warmup), t / SLOW_MS));
    return Math.min(1, known, warmupTimeMs === 0 ? 1 : t / warmupTimeMs);
  }

  private left(s: Float64Array, o: number): number {
    const { warmup, warmupTimeMs } = this.options;
    const n = s[o + COUNT];
    const t = elapsed(s, o);
    const interval = n < 2 ? NaN : t / (n - 1);
    const slow = Math.max((SLOW_SHARE * warmup - n) * interval, SLOW_MS - t);
    return Math.max(0, warmupTimeMs - t, Math.min((warmup - n) * interval, slow));
  }
}

const elapsed = (s: Float64Array, o: number): number => s[o + LAST_AT] - s[o + FIRST_AT];

const note = (s: Float64Array, o: number, at: number): void => {
  if (s[o + COUNT]++ === 0) s[o + FIRST_AT] = at;
  s[o + LAST_AT] = at;
};
