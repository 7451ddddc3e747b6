import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MeanShift } from '../../../src/detect/evidence/mean-shift.ts';
import { Memory } from '../../../src/math/memory.ts';
import { Random } from '../../../src/math/random.ts';

const PATIENCE = 1000;

/** What the shift makes of each reading, and learns from it. */
const follow = (shift: MeanShift, readings: readonly number[]): number[] =>
  readings.map((x) => {
    const score = shift.score(x);
    shift.learn(x);
    return score;
  });
const noise = (count: number, mean = 20, seed = 1): number[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => mean + random.normal());
};
const shiftOf = (patience = PATIENCE): MeanShift => new MeanShift(new Memory(), patience);
const above = (scores: readonly number[]): number => scores.filter((score) => score > 1).length;

describe('noise of deviation 1 around 20', () => {
  test('for 100,000 readings is never a shift', () => {
    expect(above(follow(shiftOf(), noise(100_000)))).toBe(0);
  });

  test.each([1, 2, 3])('that moves by 3 deviations is found within 15 readings, and stays found: noise %i', (seed) => {
    const shift = shiftOf();
    follow(shift, noise(2000, 20, seed));
    const after = follow(shift, noise(PATIENCE, 17, seed + 10));
    const found = after.findIndex((score) => score > 1);
    expect(found).toBeGreaterThanOrEqual(0);
    expect(found).toBeLessThan(15);
    expect(above(after.slice(found))).toBeGreaterThan(0.99 * (PATIENCE - found));
    expect(shift.z).toBeLessThan(0);
    expect(shift.mean).toBeCloseTo(20, 0); // the reference has not moved
  });

  test('that moves back is in order at once, as soon as the mean of late is', () => {
    const shift = shiftOf();
    follow(shift, noise(2000));
    follow(shift, noise(500, 17, 2));
    expect(above(follow(shift, noise(500, 20, 3)).slice(20))).toBe(0);
  });
});

test('a shift that lasts for longer than the patience is learned, slowly: an alarm for the patience, none at last', () => {
  const shift = shiftOf(100);
  follow(shift, noise(2000));
  const after = follow(shift, noise(20_000, 14, 2));
  expect(above(after.slice(20, 100))).toBe(80);
  expect(above(after.slice(-1000))).toBe(0);
  expect(shift.mean).toBeCloseTo(14, 0);
});

test('with a patience of 0 it is absorbed sooner', () => {
  const [held, absorbed] = [100, 0].map((patience) => {
    const shift = shiftOf(patience);
    follow(shift, noise(2000));
    return above(follow(shift, noise(20_000, 14, 2)));
  });
  expect(absorbed).toBeGreaterThan(0);
  expect(absorbed).toBeLessThan(held / 2);
});

test('what was accepted is normal with the next reading, and the way back is a shift', () => {
  const shift = shiftOf();
  follow(shift, noise(2000));
  follow(shift, noise(200, 14, 2));
  shift.accept();
  expect(above(follow(shift, noise(500, 14, 3)))).toBe(0);
  expect(above(follow(shift, noise(500, 20, 4)))).toBeGreaterThan(400);
});

test('a walk that goes as far by nature is not accused of it', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const random = new Random(seed);
    let x = 20;
    const walk = Array.from({ length: 20_000 }, () => (x += 0.001 * (20 - x) + 0.1 * random.normal()));
    expect(above(follow(shiftOf(), walk))).toBeLessThan(100); // of 20,000; one seed of the five has 42, the others none
  }
});

test('one wild value is no shift, whatever it is, and moves neither mean', () => {
  for (const wild of [1e6, -1e300, Number.MAX_VALUE]) {
    const shift = shiftOf();
    follow(shift, noise(2000));
    const [score] = follow(shift, [wild]);
    expect(score).toBeLessThan(1);
    expect(shift.mean).toBeCloseTo(20, 0);
  }
});

test('whatever comes, scores are finite and not below 0', () => {
  const value = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ min: -50, max: 50, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(value, { maxLength: 400 }), fc.integer({ min: 0, max: 50 }), (readings, patience) => {
      for (const score of follow(shiftOf(patience), readings)) {
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThan(Infinity);
      }
    }),
  );
});
