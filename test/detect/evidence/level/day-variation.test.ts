import { describe, expect, test } from 'vitest';
import { DayVariation } from '../../../../src/detect/evidence/level/day-variation.ts';
import { LevelAxis } from '../../../../src/detect/evidence/level/level-axis.ts';
import { Memory } from '../../../../src/math/memory.ts';
import { Random } from '../../../../src/math/random.ts';

/** The levels of so many days, in one part of the day. */
function variationOf(levels: Iterable<number>, resolution = 0): DayVariation {
  const variation = new DayVariation(new Memory(), 1, resolution);
  for (const y of levels) variation.add(0, y);
  return variation;
}

/** Days of which each is `correlation` of the one before, and as much noise as keeps the deviation 1. */
function* daysOf(count: number, correlation: number, seed = 1): Generator<number> {
  const random = new Random(seed);
  for (let day = 0, y = 0; day < count; day++)
    yield (y = correlation * y + Math.sqrt(1 - correlation ** 2) * random.normal());
}

describe('independent days for each day', () => {
  test('levels 0, 2, 3: half of 4 and 1 from day to day; around the mean 4 / 2, then 4 x 2 / 3', () => {
    // Means: 1.25 and (2 + 8 / 3) / 2 = 7 / 3, so r = 15 / 28.
    const r = 15 / 28;
    expect(variationOf([0, 2, 3]).independence).toBeCloseTo(r / (2 - r), 12);
  });

  test.each([
    [0, 0.8, 1],
    [0.5, 0.2, 0.5],
    [0.95, 0, 0.15],
  ])('a correlation of %d from day to day: between %d and %d', (correlation, least, most) => {
    const { independence } = variationOf(daysOf(400, correlation));
    expect(independence).toBeGreaterThan(least);
    expect(independence).toBeLessThanOrEqual(most);
  });

  test('1 for days that are all the same, also where they differ by less than the resolution', () => {
    expect(variationOf(new Array<number>(40).fill(7), 0.5).independence).toBe(1);
    const drift = Array.from({ length: 40 }, (_, day) => 0.005 * day);
    expect(variationOf(drift, 0.5).independence).toBeGreaterThan(0.9);
    expect(variationOf(drift, 1e-6).independence).toBeLessThan(0.1);
  });

  test('a week of five equal days and two others is a repetition: 28 such days are 13 independent ones', () => {
    const weeks = Array.from({ length: 140 }, (_, day) => (day % 7 < 5 ? 10 : 20));
    expect(28 * variationOf(weeks).independence).toBeGreaterThan(13);
  });
});

test('a part of the day is compared with the same part of the day before only', () => {
  const variation = new DayVariation(new Memory(), 2, 0.5);
  for (let day = 0; day < 10; day++) for (const slot of [0, 1]) variation.add(slot, 30 * slot);
  expect(variation.independence).toBe(1);
});

test('a step to another life counts for nothing after a restart', () => {
  const variation = variationOf(new Array<number>(20).fill(3), 0.5);
  for (let day = 0; day < 10; day++) variation.add(0, 30);
  expect(variation.independence).toBeLessThan(0.5);
  variation.restart();
  for (let day = 0; day < 10; day++) variation.add(0, 30);
  expect(variation.independence).toBe(1);
});

test('another axis changes nothing where the levels stay the same', () => {
  const axis = new LevelAxis(new Memory());
  for (let i = 0; i < 128; i++) if (axis.add(i)) axis.fit();
  const variation = new DayVariation(new Memory(), 1, 0.01);
  for (let day = 0; day < 10; day++) variation.add(0, axis.placeOf(100));
  variation.toValues(axis);
  for (let i = 0; i < 64; i++) if (axis.add(1000 + i)) axis.fit();
  variation.toPlaces(axis);
  variation.add(0, axis.placeOf(100));
  expect(variation.independence).toBeCloseTo(1, 9);
});
