import { describe, expect, test } from 'vitest';
import { Extremes } from '../../../../src/detect/evidence/rarity/extremes.ts';
import { Memory } from '../../../../src/math/memory.ts';

/** Having seen `count` readings, by turns 0 and 10. */
function zeroToTen(count = 100): Extremes {
  const extremes = new Extremes(new Memory());
  for (let t = 0; t < count; t++) extremes.add(t % 2 === 0 ? 0 : 10);
  return extremes;
}

/** -log10 of the two readings in a hundred that are taken to leave the range. */
const RARE = -Math.log10(0.02);
/** -log10 P of an excess of x mean ones, known from m. */
const far = (x: number, m = 3): number => m * Math.log10(1 + x / m);

test('within the range seen so far there is nothing to say, its ends included', () => {
  const extremes = zeroToTen();
  expect([extremes.min, extremes.max]).toEqual([0, 10]);
  for (const x of [0, 3, 10]) expect(extremes.rarity(x, 0)).toBe(0);
});

test('a tenth of the range beyond it is as far as was imagined, by three records: (1 + 1 / 3)^3 times as rare as the rarest', () => {
  const extremes = zeroToTen();
  expect(extremes.rarity(11, 0)).toBeCloseTo(RARE + far(1), 8);
  expect(extremes.rarity(-1, 0)).toBeCloseTo(RARE + far(1), 8);
  expect(extremes.rarity(13, 0)).toBeCloseTo(RARE + far(3), 8);
});

test('a record half the range out teaches that records may be: (3 * 0.1 + 0.5) / (3 + 1) is usual now', () => {
  const extremes = zeroToTen();
  extremes.add(15);
  expect(extremes.max).toBe(15);
  expect(extremes.rarity(18, 0)).toBeCloseTo(RARE + far(0.2 / 0.2, 4), 8);
});

describe('what says nothing of the records to come', () => {
  test('the records among the first hundred readings, when nearly every one is one', () => {
    const extremes = zeroToTen(50);
    extremes.add(15);
    expect(extremes.rarity(18, 0)).toBeCloseTo(RARE + far(2), 8);
  });

  test('the first change after a constant past, which is endless compared with a range of nothing', () => {
    const extremes = new Extremes(new Memory());
    for (let t = 0; t < 200; t++) extremes.add(5);
    expect(extremes.rarity(6, 0)).toBeCloseTo(RARE + far(1e7), 8); // an excess is at most 10^6 ranges
    extremes.add(6);
    expect(extremes.rarity(6.2, 0)).toBeCloseTo(RARE + far(2), 8);
  });
});

test('before the first reading there is no range to leave', () => {
  expect(new Extremes(new Memory()).rarity(1e9, 0)).toBe(0);
});

test('never more than 30, and finite whatever comes', () => {
  const extremes = zeroToTen();
  for (let t = 0; t < 500; t++) extremes.add(10 + 0.01 * t);
  expect(extremes.rarity(1e9, 0)).toBe(30);
  for (const x of [1e6, 1e300, -1e300, Number.MAX_VALUE]) {
    expect(extremes.rarity(x, 0)).toBeGreaterThan(0);
    expect(extremes.rarity(x, 0)).toBeLessThanOrEqual(30);
    extremes.add(x);
  }
});

test('asking changes nothing', () => {
  const memory = new Memory();
  const extremes = new Extremes(memory);
  extremes.add(1);
  const before = memory.toBytes();
  extremes.rarity(5, 0);
  expect(memory.toBytes()).toEqual(before);
});

describe('a record', () => {
  test('by less than two usual steps counts in proportion, by two and more in full', () => {
    const extremes = zeroToTen();
    expect(extremes.rarity(11, 1)).toBeCloseTo(RARE / 2 + far(1), 8); // one step
    expect(extremes.rarity(12, 1)).toBeCloseTo(RARE + far(2), 8);
    expect(extremes.rarity(13, 1)).toBe(extremes.rarity(13, 0));
    expect(extremes.rarity(11, 4)).toBeCloseTo(RARE / 8 + far(1), 8); // a quarter of a step
    expect(extremes.rarity(-1, 4)).toBeCloseTo(RARE / 8 + far(1), 8);
  });

  test('among the first hundred readings does not make the next one less rare', () => {
    const extremes = new Extremes(new Memory());
    for (let t = 0; t < 100; t++) extremes.add(t);
    expect(extremes.rarity(99 + 9.9, 0)).toBeCloseTo(RARE + far(1), 8);
  });

  test('is rare again when the series has set none for 20,000 readings', () => {
    const extremes = new Extremes(new Memory());
    for (let t = 0; t < 500; t++) extremes.add(t);
    const before = extremes.rarity(499 + 50, 0);
    for (let t = 0; t < 20_000; t++) extremes.add(250);
    // Before, 399 of the last 400 counted readings were records: a share of 1 - (1 - 1/2000)^400 = 0.18, times 3.
    const rate = 3 * (1 - (1 - 1 / 2000) ** 400);
    expect(extremes.rarity(499 + 50, 0) - before).toBeCloseTo(RARE + Math.log10(rate), 8);
  });

  test('counts for a week: the share is a mean over 2,000 readings, then over all, then over those of the week', () => {
    const rarityAfter = (span: number): number => {
      const extremes = new Extremes(new Memory());
      for (let t = 0; t < 500; t++) extremes.add(t, span);
      for (let t = 0; t < 19_500; t++) extremes.add(250, span);
      return extremes.rarity(499 + 50, 0);
    };
    // (1 - 1/2001) (1 - 1/2002) ... (1 - 1/20000) = 2000 / 20000
    const share = (1 - (1 - 1 / 2000) ** 400) * (1 - 1 / 2000) ** 1500 * (2000 / 20_000);
    expect(3 * share).toBeGreaterThan(0.02);
    expect(rarityAfter(2000) - rarityAfter(604_800)).toBeCloseTo(RARE + Math.log10(3 * share), 8);
  });

  test('of a series that sets records all the time is only as odd as it is far', () => {
    const extremes = new Extremes(new Memory());
    for (let t = 0; t < 500; t++) extremes.add(t);
    // The mean excess is that of what was imagined and of 399 records by one step of a range of 100 to 498.
    const size = 50 / 499;
    const excesses = Array.from({ length: 399 }, (_, i) => 1 / (100 + i));
    const mean = (0.3 + excesses.reduce((sum, r) => sum + r)) / (3 + excesses.length);
    const excess = far(size / mean, 3 + excesses.length);
    expect(extremes.rarity(499 + 50, 0)).toBeGreaterThan(excess);
    expect(extremes.rarity(499 + 50, 0)).toBeLessThan(excess + 0.5); // a first record adds 1.7
  });
});
