import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evidenceAt, NoveltyRate, priorRate } from '../../../src/detect/recurrence/novelty-rate.ts';
import { Memory } from '../../../src/math/memory.ts';
import { DAY_MS, WEEK_MS } from '../../../src/math/time.ts';

const FOREVER = Infinity;
const after = (weeks: number): NoveltyRate => {
  const rates = new NoveltyRate(new Memory());
  rates.pass(weeks * WEEK_MS, FOREVER);
  return rates;
};

test('before there are data evidence 1 comes once a week, and twice the evidence is 2^7.675, about 200 times, as rare', () => {
  expect(priorRate(1)).toBe(1);
  expect(priorRate(1) / priorRate(2)).toBeCloseTo(2 ** (Math.LN10 / 0.3), 9);
  expect(2 ** (Math.LN10 / 0.3)).toBeCloseTo(204.4, 1);
  expect(priorRate(evidenceAt(200))).toBeCloseTo(200, 9);
});

describe('without an excursion', () => {
  test.each([
    [0, 1],
    [1, 1 / 2],
    [3, 1 / 4],
  ])('of %i weeks, what comes once a week by the prior comes 1 / (1 + weeks) = %f times', (weeks, rate) => {
    expect(after(weeks).of(1)).toBeCloseTo(rate, 12);
  });

  test('an event that the operator called normal has an infinite rate', () => {
    expect(after(3).of(Infinity)).toBe(Infinity);
  });
});

test('five excursions in eight weeks, each half: those as novel come 3.5 / (1 / novelty + 8) times a week, at least 2.5 / 10', () => {
  const rates = after(8);
  for (let k = 0; k < 5; k++) rates.add(0.125, 1, k);
  expect(rates.of(1)).toBeCloseTo(3.5 / 9, 12);
  expect(rates.of(0.25)).toBeCloseTo(3.5 / 12, 12);
  expect(rates.of(0.125)).toBeCloseTo(0.25, 12); // 3.5 / 16 is less than 2.5 / 10
  expect(rates.of(0.01)).toBeCloseTo(1 / 108, 12); // none was as novel
});

test('an excursion counts by the age of the stream: nothing at the start, half after a day', () => {
  expect(after(0).weight).toBe(0);
  expect(after(1 / 7).weight).toBeCloseTo(0.5, 12);
  expect(after(8).weight).toBeGreaterThan(0.96);
});

test('one that begins before the end of the last one that counts overlaps it', () => {
  const rates = after(1);
  expect(rates.overlaps(0)).toBe(false);
  rates.add(1, 1, 5 * DAY_MS);
  rates.add(1, 1, 3 * DAY_MS);
  expect([rates.overlaps(5 * DAY_MS), rates.overlaps(5 * DAY_MS + 1)]).toEqual([true, false]);
});

test('counts fade with the memory: after eight weeks of eight to 1 / e, and so do the weeks', () => {
  const rates = new NoveltyRate(new Memory());
  rates.add(0.2, 1, 0);
  const [days, memoryMs] = [56, 8 * WEEK_MS];
  for (let day = 0; day < days; day++) rates.pass(DAY_MS, memoryMs);
  // Weeks of observation: a sum of 56 days, each faded since.
  const keep = Math.exp(-1 / 56);
  const weeks = (1 - keep ** days) / (1 - keep) / 7;
  expect(weeks).toBeCloseTo(8 * (1 - Math.exp(-1)), 1);
  expect(rates.of(1)).toBeCloseTo((1 + Math.exp(-1) / 2) / (1 + weeks), 9);
  expect(rates.passedMs).toBe(8 * WEEK_MS);
});

const novelty = fc.double({ min: 1e-6, max: 1e3, noNaN: true });
const weight = fc.double({ min: 0.01, max: 1, noNaN: true });

test('excursions that are removed leave no trace in the rates', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(novelty, weight)),
      fc.array(fc.tuple(novelty, weight)),
      novelty,
      (kept, gone, asked) => {
        const [with_, without] = [after(3), after(3)];
        for (const [r, w] of [...kept, ...gone]) with_.add(r, w, 0);
        for (const [r, w] of gone) with_.remove(r, w);
        for (const [r, w] of kept) without.add(r, w, 0);
        expect(with_.of(asked) / without.of(asked)).toBeCloseTo(1, 6);
      },
    ),
  );
});

test('a more novel event is never more frequent', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(novelty, weight)), novelty, novelty, (excursions, a, b) => {
      const rates = after(3);
      for (const [r, w] of excursions) rates.add(r, w, 0);
      expect(rates.of(Math.min(a, b))).toBeLessThanOrEqual(rates.of(Math.max(a, b)) * (1 + 1e-12));
    }),
  );
});
