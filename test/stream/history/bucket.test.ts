import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as c from '../../../src/stream/history/bucket.ts';
import { fuzz } from '../../fuzz.ts';
import { reading } from './shelf.ts';

const bucketOf = (readings: readonly Float64Array[]): Float64Array => {
  const bucket = new Float64Array(c.COLUMNS);
  c.clear(bucket);
  for (const each of readings) c.merge(bucket, 0, each);
  return bucket;
};

const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
/** A reading with its band; now and then a fault, which has a score and no value. */
const anyReading = fc
  .record({
    value: number,
    width: fc.double({ min: 0, max: 1e3, noNaN: true }),
    score: fc.double({ min: 0, max: 9, noNaN: true }),
  })
  .chain(({ value, width, score }) =>
    fc.constantFrom(
      reading(value, {
        [c.LOWER]: value - width,
        [c.UPPER]: value + width,
        [c.SCORE]: score,
        [c.KIND]: Math.floor(score),
      }),
      Object.assign(reading(NaN), { [c.COUNT]: 0, [c.SCORE]: score, [c.KIND]: NaN }),
    ),
  );

test('three readings by hand', () => {
  const bucket = bucketOf([
    reading(2, { [c.EXPECTED]: 3, [c.LOWER]: 1, [c.UPPER]: 5, [c.SCORE]: 0.25 }),
    reading(8, { [c.EXPECTED]: 3, [c.LOWER]: 0, [c.UPPER]: 4, [c.SCORE]: 1.5, [c.KIND]: 3 }),
    reading(5, { [c.EXPECTED]: 6, [c.LOWER]: 2, [c.UPPER]: 9, [c.SCORE]: 0.5, [c.KIND]: 1 }),
  ]);
  expect([...bucket]).toEqual([3, 2, 8, 5, 4, 0, 9, NaN, NaN, 1.5, 3, NaN, NaN]);
});

describe('the gap between two intervals', () => {
  const gap = (from: number, to: number): Float64Array => reading(0, { [c.GAP_FROM]: from, [c.GAP_TO]: to });

  test('is what lies in no band', () => {
    const bucket = bucketOf([gap(1, 5), gap(2, 7)]);
    expect([bucket[c.GAP_FROM], bucket[c.GAP_TO]]).toEqual([2, 5]);
  });

  test.each([
    ['a band of one interval', gap(NaN, NaN)],
    ['a gap elsewhere', gap(6, 8)],
  ])('ends with %s, and stays so', (_, other) => {
    const bucket = bucketOf([gap(1, 5), other, gap(1, 5)]);
    expect([bucket[c.GAP_FROM], bucket[c.GAP_TO]]).toEqual([NaN, NaN]);
  });
});

test('a reading whose band was not computed changes no band', () => {
  const without = reading(9, { [c.LOWER]: NaN, [c.UPPER]: NaN });
  const gap = reading(1, { [c.LOWER]: 0, [c.UPPER]: 8, [c.GAP_FROM]: 2, [c.GAP_TO]: 6 });
  for (const order of [
    [without, gap],
    [gap, without],
  ])
    expect([...bucketOf(order)].slice(c.LOWER, c.SCORE)).toEqual([0, 8, 2, 6]);
});

test('the first reading of a life has no expected value and no band; the bucket has those of the others', () => {
  const bucket = bucketOf([reading(1, { [c.EXPECTED]: NaN, [c.LOWER]: NaN, [c.UPPER]: NaN }), reading(3)]);
  expect([bucket[c.EXPECTED], bucket[c.LOWER], bucket[c.UPPER]]).toEqual([3, 3, 3]);
});

test('a fault without a value is no empty bucket, and does not change the values', () => {
  const fault = reading(NaN, { [c.COUNT]: 0, [c.SCORE]: 4 });
  expect(c.isEmpty(bucketOf([]))).toBe(true);
  expect(c.isEmpty(bucketOf([fault]))).toBe(false);
  expect([...bucketOf([fault, reading(7), fault])].slice(0, 4)).toEqual([1, 7, 7, 7]);
});

describe('for all readings', () => {
  const parts = fc.array(fc.array(anyReading, { maxLength: 12 }), { minLength: 1, maxLength: 6 });
  const exact = [c.COUNT, c.MIN, c.MAX, c.LOWER, c.UPPER, c.GAP_FROM, c.GAP_TO, c.SCORE, c.KIND];
  const rounded = [c.MEAN, c.EXPECTED];

  test('merged buckets are the bucket of the whole', () => {
    fc.assert(
      fc.property(parts, (list) => {
        const whole = bucketOf(list.flat());
        const merged = bucketOf(list.map(bucketOf));
        for (const column of exact) expect(merged[column]).toBe(whole[column]);
        for (const column of rounded)
          if (whole[c.COUNT] > 0) expect(Math.abs(merged[column] - whole[column])).toBeLessThan(1e-6);
      }),
      fuzz(300),
    );
  });

  test('the mean lies between the least and the greatest value, in single precision too', () => {
    fc.assert(
      fc.property(parts, (list) => {
        const single = new Float32Array(c.COLUMNS);
        c.clear(single);
        for (const each of list.flat()) c.merge(single, 0, each);
        if (single[c.COUNT] === 0) return;
        expect(single[c.MIN]).toBeLessThanOrEqual(single[c.MEAN]);
        expect(single[c.MEAN]).toBeLessThanOrEqual(single[c.MAX]);
      }),
      fuzz(300),
    );
  });
});
