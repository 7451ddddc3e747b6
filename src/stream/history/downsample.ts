import { clear, COLUMNS, COUNT, isEmpty, merge } from './bucket.ts';
import type { SeriesHistory } from './port.ts';
import { blockMs, blockOf, bucketMsFor, tierFor, TIERS, type Window } from './tiers.ts';

/** Buckets of equal length; those without readings are left out. */
export interface Downsampled {
  /** Length of a bucket, ms. */
  readonly bucketMs: number;
  /** Begin of each bucket, epoch ms. */
  readonly at: Float64Array;
  readonly buckets: Float64Array;
}

/**
 * The buckets of a tier in a window, merged to at most `points`: every extreme of the tier's buckets in the window is in one of them.
 * `read`: the buckets of a block, or null. Buckets that the window only touches belong to it.
 */
export function downsample(window: Window, tier: number, read: (block: number) => Float32Array | null): Downsampled {
  const { bucketMs: fineMs, size } = TIERS[tier];
  const bucketMs = bucketMsFor(window, tier);
  const first = Math.floor(window.from / bucketMs);
  const last = Math.ceil(window.until / bucketMs); // not included
  const merged = new Float64Array(Math.max(0, last - first) * COLUMNS);
  for (let i = 0; i < merged.length; i += COLUMNS) clear(merged, i);
  const end = blockOf(tier, last * bucketMs - 1);
  for (let block = blockOf(tier, first * bucketMs); block <= end; block++) {
    const data = read(block);
    if (data === null) continue;
    const start = block * blockMs(tier);
    for (let k = 0; k < size; k++) {
      const place = Math.floor((start + k * fineMs) / bucketMs) - first;
      if (place < 0 || place >= last - first || isEmpty(data, k * COLUMNS)) continue;
      merge(merged, place * COLUMNS, data, k * COLUMNS);
    }
  }
  return { bucketMs, ...withoutEmpty(merged, first, bucketMs) };
}

function withoutEmpty(merged: Float64Array, first: number, bucketMs: number): Omit<Downsampled, 'bucketMs'> {
  const all = merged.length / COLUMNS;
  const at = new Float64Array(all);
  let kept = 0;
  for (let k = 0; k < all; k++) {
    if (isEmpty(merged, k * COLUMNS)) continue;
    at[kept] = (first + k) * bucketMs;
    merged.copyWithin(kept++ * COLUMNS, k * COLUMNS, (k + 1) * COLUMNS);
  }
  return { at: at.subarray(0, kept), buckets: merged.subarray(0, kept * COLUMNS) };
}

/** Readings with a value in all buckets. */
export const readingsIn = ({ buckets }: Downsampled): number => {
  let sum = 0;
  for (let i = COUNT; i < buckets.length; i += COLUMNS) sum += buckets[i];
  return sum;
};

/** The buckets of a series in a window, from the finest tier that suits. */
export function readWindow(series: SeriesHistory, window: Window): Downsampled & { readonly tier: number } {
  const oldest = series.oldest();
  const tier = tierFor(window, oldest);
  // Before the first block there is nothing to read.
  const from = Math.max(window.from, Math.min(window.until, oldest[tier]));
  return { tier, ...downsample({ ...window, from }, tier, (block) => series.block(tier, block)) };
}

/** When the history of a series begins, epoch ms, to a bucket; Infinity where there is none. */
export function beginOf(series: SeriesHistory): number {
  const oldest = series.oldest();
  const coarse = TIERS.length - 1;
  const data = Number.isFinite(oldest[coarse]) ? series.block(coarse, blockOf(coarse, oldest[coarse])) : null;
  if (data === null) return Math.min(...oldest);
  let k = 0;
  while (k < TIERS[coarse].size - 1 && isEmpty(data, k * COLUMNS)) k++;
  const { bucketMs } = TIERS[coarse];
  const begin = blockOf(coarse, oldest[coarse]) * blockMs(coarse) + k * bucketMs;
  return Math.max(begin, ...oldest.filter((at) => at < begin + bucketMs));
}
