import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../math/time.ts';

/** One resolution of the history. */
export interface Tier {
  /** Length of a bucket, ms. */
  readonly bucketMs: number;
  /** Buckets of a block, which is stored as one value. */
  readonly size: number;
  /** Blocks are kept for this long, ms. */
  readonly keptMs: number;
}

/**
 * The resolutions, the finest first; a bucket of one is a whole number of buckets of the one before.
 *
 * - Minutes for two weeks: an event with its hours before and after, beside the same day of the week before.
 * - Quarters of an hour for a season: the course of a day still shows.
 * - Six hours for a year and a month: the same month of last year, with the extremes of each day.
 */
export const TIERS: readonly Tier[] = [
  { bucketMs: MINUTE_MS, size: 240, keptMs: 14 * DAY_MS },
  { bucketMs: 15 * MINUTE_MS, size: 96, keptMs: 90 * DAY_MS },
  { bucketMs: 6 * HOUR_MS, size: 28, keptMs: 400 * DAY_MS },
];

/** The block of a tier that has the time `at`, epoch ms. */
export const blockOf = (tier: number, at: number): number => Math.floor(at / blockMs(tier));

/** Length of a block, ms. */
export const blockMs = (tier: number): number => TIERS[tier].bucketMs * TIERS[tier].size;

/** Buckets that are read for each one that is returned, at most. */
const MAX_READ = 8;

export interface Window {
  /** Epoch ms; `until` does not belong to it. */
  readonly from: number;
  readonly until: number;
  /** Most buckets to return, at least 2. */
  readonly points: number;
}

/**
 * The tier to read a window from: the finest one that reaches as far back as the window, or as any, and of which not too many buckets
 * have to be read. `oldest`: when each tier begins, epoch ms; Infinity for one without data.
 */
export function tierFor({ from, until, points }: Window, oldest: readonly number[]): number {
  const begin = Math.max(from, Math.min(...oldest));
  for (let tier = 0; tier < TIERS.length - 1; tier++) {
    const { bucketMs } = TIERS[tier];
    // A tier begins with a block or a bucket: one that begins within a bucket of the next one reaches as far.
    if (oldest[tier] > begin + TIERS[tier + 1].bucketMs) continue;
    if ((until - Math.max(from, oldest[tier])) / bucketMs <= MAX_READ * points) return tier;
  }
  return TIERS.length - 1;
}

/**
 * Length of the buckets to return, ms: a whole number of those of the tier, so that the window has at most `points` of them. More than six
 * hours are whole days: the course of each day would show as waves that are not there.
 */
export function bucketMsFor({ from, until, points }: Window, tier: number): number {
  const { bucketMs } = TIERS[tier];
  // The window may begin and end within a bucket: then it touches one more.
  const times = Math.max(1, Math.ceil((until - from) / (bucketMs * (points - 1))));
  const day = DAY_MS / bucketMs;
  return bucketMs * (tier === TIERS.length - 1 && times > 1 ? day * Math.ceil(times / day) : times);
}
