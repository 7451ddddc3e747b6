import { deflateSync, inflateSync } from 'node:zlib';
import { powerBelow } from '../../../math/elementary.ts';
import * as c from '../../../stream/history/bucket.ts';
import { COLUMNS, isEmpty } from '../../../stream/history/bucket.ts';

/** Nats: a loss is stored as a whole number of these. */
const LOSS_STEP = 1 / 1024;
/** Lowest bits of a score that are not stored. It is rounded up, so that one above 1 stays above 1. */
const SCORE_BITS = 12;
/** Parts of the width of the band, or of the range of the values, to which its ends and the means are rounded: no screen shows less. */
const PARTS = 256;
const HEADER_BYTES = 2;
const VALUE_BYTES = 4;

/**
 * The buckets of a block as bytes: the numbers of the first and last bucket that is not empty, then the buckets between, compressed.
 *
 * Before the compression each column stands by itself as the bits of each number XOR those of the number before, and of these the
 * first bytes of all, then the second ones, and so on: neighbours have the sign, the exponent and the first digits in common, so that
 * long runs are zero. The compressed bytes end with a checksum (zlib), which finds a torn page.
 *
 * At most 256 buckets. Empty when all buckets are.
 */
export function bytesOf(data: Float32Array): Uint8Array {
  const size = data.length / COLUMNS;
  let first = 0;
  while (first < size && isEmpty(data, first * COLUMNS)) first++;
  if (first === size) return new Uint8Array(0);
  let last = size - 1;
  while (isEmpty(data, last * COLUMNS)) last--;
  const rows = last - first + 1;
  const rounded = data.slice(first * COLUMNS, (last + 1) * COLUMNS);
  for (let i = 0; i < rounded.length; i += COLUMNS) round(rounded, i);
  const numbers = new Float32Array(rounded.length);
  for (let column = 0; column < COLUMNS; column++)
    for (let r = 0; r < rows; r++) numbers[column * rows + r] = rounded[r * COLUMNS + column];
  const bits = new Int32Array(numbers.buffer);
  roundScores(bits, rows);
  const planes = new Uint8Array(VALUE_BYTES * bits.length);
  for (let k = 0, before = 0; k < bits.length; k++) {
    const changed = bits[k] ^ before;
    before = bits[k];
    for (let b = 0; b < VALUE_BYTES; b++) planes[b * bits.length + k] = changed >>> (8 * b);
  }
  const compressed = deflateSync(planes);
  const bytes = new Uint8Array(HEADER_BYTES + compressed.length);
  bytes[0] = first;
  bytes[1] = last;
  bytes.set(compressed, HEADER_BYTES);
  return bytes;
}

/** Fills `data`, the empty buckets of a block, with those of `bytes`. False, changing nothing, if they are damaged. */
export function readBlock(bytes: Uint8Array, data: Float32Array): boolean {
  if (bytes.length === 0) return true;
  const [first, last] = bytes;
  const rows = last - first + 1;
  const length = rows * COLUMNS;
  if (rows < 1 || (last + 1) * COLUMNS > data.length) return false;
  let planes: Uint8Array;
  try {
    planes = inflateSync(bytes.subarray(HEADER_BYTES), { maxOutputLength: VALUE_BYTES * length });
  } catch {
    return false;
  }
  if (planes.length !== VALUE_BYTES * length) return false;
  const bits = new Int32Array(length);
  for (let k = 0, before = 0; k < length; k++) {
    let changed = 0;
    for (let b = 0; b < VALUE_BYTES; b++) changed |= planes[b * length + k] << (8 * b);
    before = bits[k] = before ^ changed;
  }
  const numbers = new Float32Array(bits.buffer);
  for (let column = 0; column < COLUMNS; column++)
    for (let r = 0; r < rows; r++) data[(first + r) * COLUMNS + column] = numbers[column * rows + r];
  return true;
}

/** Takes the digits from a bucket that no chart shows; the least and the greatest value keep all. The band does not become narrower. */
function round(b: Float32Array, i: number): void {
  const range = unit(b[i + c.MAX] - b[i + c.MIN]);
  const mean = Math.round(b[i + c.MEAN] / range) * range;
  if (range > 0) b[i + c.MEAN] = Math.min(b[i + c.MAX], Math.max(b[i + c.MIN], mean));
  const width = unit(b[i + c.UPPER] - b[i + c.LOWER]);
  if (width > 0) {
    b[i + c.EXPECTED] = Math.round(b[i + c.EXPECTED] / width) * width;
    b[i + c.LOWER] = Math.floor(b[i + c.LOWER] / width) * width;
    b[i + c.UPPER] = Math.ceil(b[i + c.UPPER] / width) * width;
  }
  b[i + c.NETWORK_LOSS] = Math.round(b[i + c.NETWORK_LOSS] / LOSS_STEP) * LOSS_STEP;
  b[i + c.BASELINE_LOSS] = Math.round(b[i + c.BASELINE_LOSS] / LOSS_STEP) * LOSS_STEP;
}

/** A power of two near a part of the width; 0 where there is none to round to. */
const unit = (width: number): number => {
  const power = powerBelow(width / PARTS);
  return Number.isFinite(power) ? power : 0;
};

/** Scores are not negative, so that a larger number has larger bits. */
function roundScores(bits: Int32Array, rows: number): void {
  const rest = (1 << SCORE_BITS) - 1;
  for (let k = c.SCORE * rows; k < c.KIND * rows; k++) {
    const isNumber = (bits[k] & 0x7fffffff) <= 0x7f800000;
    if (isNumber) bits[k] = (bits[k] + rest) & ~rest;
  }
}
