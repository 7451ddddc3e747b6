import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, readBlock } from '../../../../src/io/sqlite/history/block-bytes.ts';
import * as c from '../../../../src/stream/history/bucket.ts';
import { emptyBlock } from '../../../../src/stream/history/series-ring.ts';
import { damaged, fuzz } from '../../../fuzz.ts';
import { reading } from '../../../stream/history/shelf.ts';

const blockWith = (buckets: Readonly<Record<number, Float64Array>>): Float32Array => {
  const data = emptyBlock(1);
  for (const [k, bucket] of Object.entries(buckets)) c.merge(data, Number(k) * c.COLUMNS, bucket);
  return data;
};
const again = (data: Float32Array): Float32Array => {
  const read = emptyBlock(1);
  expect(readBlock(bytesOf(data), read)).toBe(true);
  return read;
};
const bucketAt = (data: Float32Array, k: number): Float32Array => data.subarray(k * c.COLUMNS, (k + 1) * c.COLUMNS);

test('counts and extremes come back to the last digit, and empty buckets stay empty', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(95), fc.float({ noNaN: true, noDefaultInfinity: true })), { maxLength: 60 }),
      (list) => {
        const data = emptyBlock(1);
        for (const [k, value] of list) c.merge(data, k * c.COLUMNS, reading(value));
        const read = again(data);
        for (let i = 0; i < data.length; i += c.COLUMNS) {
          expect(c.isEmpty(read, i)).toBe(c.isEmpty(data, i));
          for (const column of [c.COUNT, c.MIN, c.MAX]) expect(read[i + column]).toEqual(data[i + column]);
          if (data[i + c.COUNT] === 0) continue;
          expect(read[i + c.MIN]).toBeLessThanOrEqual(read[i + c.MEAN]);
          expect(read[i + c.MEAN]).toBeLessThanOrEqual(read[i + c.MAX]);
        }
      },
    ),
    fuzz(100),
  );
});

test('the means and the band lose digits that no chart shows, and the band does not become narrower', () => {
  const bucket = reading(1013.123, { [c.LOWER]: 1012.987, [c.UPPER]: 1013.321, [c.EXPECTED]: 1013.1111 });
  const read = bucketAt(again(blockWith({ 3: bucket })), 3);
  const width = 1013.321 - 1012.987;
  expect(Math.abs(read[c.EXPECTED] - 1013.1111)).toBeLessThan(width / 200);
  for (const end of [c.LOWER, c.UPPER]) expect(Math.abs(read[end] - bucket[end])).toBeLessThan(width / 100);
  expect(read[c.LOWER]).toBeLessThanOrEqual(Math.fround(bucket[c.LOWER]));
  expect(read[c.UPPER]).toBeGreaterThanOrEqual(Math.fround(bucket[c.UPPER]));
});

test('a score stays on its side of the alarm threshold, and keeps three digits', () => {
  const scores = [0, 0.999_99, 1, 1.000_01, 2.345_67, Infinity];
  const read = again(blockWith(Object.fromEntries(scores.map((score, k) => [k, reading(1, { [c.SCORE]: score })]))));
  const found = scores.map((_, k) => bucketAt(read, k)[c.SCORE]);
  expect(found.map((score) => score > 1)).toEqual(scores.map((score) => score > 1));
  scores.slice(0, -1).forEach((score, k) => {
    expect(Math.abs(found[k] - score)).toBeLessThanOrEqual(score * 1e-3);
  });
  expect(found[5]).toBe(Infinity);
});

test('an empty block has no bytes', () => {
  expect(bytesOf(emptyBlock(0))).toHaveLength(0);
  expect(readBlock(new Uint8Array(0), emptyBlock(0))).toBe(true);
});

test('damaged bytes are refused, never thrown; the block stays empty', () => {
  const good = bytesOf(blockWith(Object.fromEntries(Array.from({ length: 40 }, (_, k) => [k, reading(20 + k / 7)]))));
  fc.assert(
    fc.property(damaged(good), (bytes) => {
      const data = emptyBlock(1);
      if (readBlock(bytes, data)) return;
      expect(data).toEqual(emptyBlock(1));
    }),
    fuzz(300),
  );
  const torn = good.slice();
  torn.fill(0, good.length - 40);
  expect(readBlock(torn, emptyBlock(1))).toBe(false);
});
