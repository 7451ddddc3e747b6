/*
 * A bucket: the readings of one series in a span of time, as numbers. Buckets are parts of a typed array, one behind the other; the
 * bucket at `i` has its column c at `i + c`. The order of the columns is part of the database (io/sqlite/history).
 */

/** Readings with a value. */
export const COUNT = 0;
export const MIN = 1;
export const MAX = 2;
export const MEAN = 3;
/** Mean of the expected values. */
export const EXPECTED = 4;
/** Lowest lower and highest upper end of the bands. */
export const LOWER = 5;
export const UPPER = 6;
/** The values between these are in none of the bands; NaN where there are no such values. */
export const GAP_FROM = 7;
export const GAP_TO = 8;
/** Highest score. */
export const SCORE = 9;
/** The kind of evidence that contributed most to that score, as its place in EVIDENCE_KINDS. */
export const KIND = 10;
/** Mean loss of the network and of the baseline, nats per reading. */
export const NETWORK_LOSS = 11;
export const BASELINE_LOSS = 12;
export const COLUMNS = 13;

/** Buckets, one behind the other. */
export type Buckets = Float64Array | Float32Array;

/** Makes the bucket at `i` empty. */
export function clear(buckets: Buckets, i = 0): void {
  buckets[i + COUNT] = 0;
  for (let c = COUNT + 1; c < COLUMNS; c++) buckets[i + c] = NaN;
}

/** A bucket with neither a value nor a score. */
export const isEmpty = (buckets: Buckets, i = 0): boolean =>
  buckets[i + COUNT] === 0 && Number.isNaN(buckets[i + SCORE]);

/** Adds the readings of the bucket at `j` of `from` to the bucket at `i` of `into`. The order of readings has no meaning. */
export function merge(into: Buckets, i: number, from: Buckets, j = 0): void {
  const n = into[i + COUNT];
  const m = from[j + COUNT];
  if (from[j + SCORE] > into[i + SCORE] || Number.isNaN(into[i + SCORE])) {
    into[i + SCORE] = from[j + SCORE];
    into[i + KIND] = from[j + KIND];
  }
  if (m === 0) return;
  if (n === 0) {
    // Not score and kind. A loop: patterns with computed names, and `set` with `subarray`, cost 1 us.
    for (let c = COUNT; c < SCORE; c++) into[i + c] = from[j + c];
    for (let c = KIND + 1; c < COLUMNS; c++) into[i + c] = from[j + c];
    return;
  }
  const share = m / (n + m);
  into[i + COUNT] = n + m;
  into[i + MIN] = Math.min(into[i + MIN], from[j + MIN]);
  into[i + MAX] = Math.max(into[i + MAX], from[j + MAX]);
  // Rounding must not move the mean of equal values away from them.
  const mean = into[i + MEAN] + (from[j + MEAN] - into[i + MEAN]) * share;
  into[i + MEAN] = Math.min(into[i + MAX], Math.max(into[i + MIN], mean));
  average(into, i + EXPECTED, from[j + EXPECTED], share);
  average(into, i + NETWORK_LOSS, from[j + NETWORK_LOSS], share);
  average(into, i + BASELINE_LOSS, from[j + BASELINE_LOSS], share);
  mergeBands(into, i, from, j);
}

/** A reading without a band changes none: the first of a life, and those whose band was not computed. */
function mergeBands(into: Buckets, i: number, from: Buckets, j: number): void {
  if (Number.isNaN(from[j + LOWER])) return;
  if (Number.isNaN(into[i + LOWER])) {
    for (let c = LOWER; c <= GAP_TO; c++) into[i + c] = from[j + c];
    return;
  }
  into[i + LOWER] = Math.min(into[i + LOWER], from[j + LOWER]);
  into[i + UPPER] = Math.max(into[i + UPPER], from[j + UPPER]);
  const gapFrom = Math.max(into[i + GAP_FROM], from[j + GAP_FROM]);
  const gapTo = Math.min(into[i + GAP_TO], from[j + GAP_TO]);
  into[i + GAP_FROM] = gapFrom < gapTo ? gapFrom : NaN;
  into[i + GAP_TO] = gapFrom < gapTo ? gapTo : NaN;
}

/** The mean of column c becomes that with x, which has this share; one that is not known has none. */
function average(into: Buckets, c: number, x: number, share: number): void {
  if (Number.isNaN(into[c])) into[c] = x;
  else if (!Number.isNaN(x)) into[c] += (x - into[c]) * share;
}
