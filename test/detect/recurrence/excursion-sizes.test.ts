import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExcursionSizes } from '../../../src/detect/recurrence/excursion-sizes.ts';
import { Memory } from '../../../src/math/memory.ts';
import { DAY_MS, WEEK_MS } from '../../../src/math/time.ts';

const FOREVER = Infinity;
const sizesAfter = (weeks: number): ExcursionSizes => {
  const sizes = new ExcursionSizes(new Memory());
  sizes.pass(weeks * WEEK_MS, FOREVER);
  return sizes;
};

describe('without an excursion', () => {
  test.each([
    [0, 1],
    [2, 1 / 2],
    [6, 1 / 4],
  ])('of %i weeks, size 1 comes 2 / (2 + weeks) = %f times a week', (weeks, rate) => {
    expect(sizesAfter(weeks).rate(1)).toBeCloseTo(rate, 12);
  });

  test('twice the size is 2^7.7, about 200 times, as rare', () => {
    const sizes = sizesAfter(0);
    expect(sizes.rate(1) / sizes.rate(2)).toBeCloseTo(2 ** 7.7, 9);
    expect(2 ** 7.7).toBeCloseTo(208, 0);
  });
});

test('five excursions of size 3 in eight weeks: 5 / 10 a week and the prior', () => {
  const sizes = sizesAfter(8);
  for (let k = 0; k < 5; k++) sizes.add(3, 1, k);
  expect(sizes.rate(3)).toBeCloseTo((2 * 3 ** -7.7 + 5) / 10, 12);
  // The mean logarithm of 5 real ones and 5 of the prior gives the tail beyond: N(9) = 5 (9 / 0.5)^(-1 / mean).
  const mean = (5 / 7.7 + 5 * Math.log(6)) / 10;
  expect(sizes.rate(9)).toBeCloseTo((2 * 9 ** -7.7 + 5 * 18 ** (-1 / mean)) / 10, 12);
});

test('an excursion counts by the age of the stream: nothing at the start, half after two days', () => {
  expect(sizesAfter(0).weight).toBe(0);
  expect(sizesAfter(2 / 7).weight).toBeCloseTo(0.5, 12);
  expect(sizesAfter(8).weight).toBeGreaterThan(0.96);
});

test('one that begins before the end of the last one that counts overlaps it', () => {
  const sizes = sizesAfter(1);
  expect(sizes.overlaps(0)).toBe(false);
  sizes.add(1, 1, 5 * DAY_MS);
  sizes.add(1, 1, 3 * DAY_MS);
  expect([sizes.overlaps(5 * DAY_MS), sizes.overlaps(5 * DAY_MS + 1)]).toEqual([true, false]);
});

test('counts fade with the memory: after eight weeks of eight to 1 / e, and so do the weeks', () => {
  const sizes = new ExcursionSizes(new Memory());
  sizes.add(3, 1, 0);
  const [days, memoryMs] = [56, 8 * WEEK_MS];
  for (let day = 0; day < days; day++) sizes.pass(DAY_MS, memoryMs);
  // Weeks of observation: a sum of 56 days, each faded since.
  const keep = Math.exp(-1 / 56);
  const weeks = (1 - keep ** days) / (1 - keep) / 7;
  expect(weeks).toBeCloseTo(8 * (1 - Math.exp(-1)), 1);
  expect(sizes.rate(3)).toBeCloseTo((2 * 3 ** -7.7 + Math.exp(-1)) / (2 + weeks), 9);
  expect(sizes.passedMs).toBe(8 * WEEK_MS);
});

const size = fc.double({ min: 0.5, max: 50, noNaN: true });
const weight = fc.double({ min: 0.01, max: 1, noNaN: true });

test('of any excursions, those that are removed are as if they had never been', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(size, weight)), fc.array(fc.tuple(size, weight)), size, (kept, removed, asked) => {
      const [with_, without] = [sizesAfter(3), sizesAfter(3)];
      for (const [s, w] of [...kept, ...removed]) with_.add(s, w, 0);
      for (const [s, w] of removed) with_.remove(s, w);
      for (const [s, w] of kept) without.add(s, w, 0);
      expect(with_.rate(asked) / without.rate(asked)).toBeCloseTo(1, 6);
    }),
  );
});

test('a larger size is never more frequent', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(size, weight)), size, size, (excursions, a, b) => {
      const sizes = sizesAfter(3);
      for (const [s, w] of excursions) sizes.add(s, w, 0);
      expect(sizes.rate(Math.max(a, b))).toBeLessThanOrEqual(sizes.rate(Math.min(a, b)) * (1 + 1e-12));
    }),
  );
});
