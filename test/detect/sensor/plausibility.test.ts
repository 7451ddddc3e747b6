import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Plausibility } from '../../../src/detect/sensor/plausibility.ts';
import { Memory } from '../../../src/math/memory.ts';

const MINUTE = 60_000;

describe('the valid range', () => {
  const plausible = new Plausibility(new Memory(), { range: [-10, 40] });

  test('has its ends inside', () => {
    for (const value of [-10, 0, 40]) expect(plausible.rangeScore(value)).toBe(0);
  });

  test('outside, 1 and the distance in widths of the range, 10 at most', () => {
    expect(plausible.rangeScore(45)).toBe(1.1);
    expect(plausible.rangeScore(-35)).toBe(1.5);
    expect(plausible.rangeScore(1e300)).toBe(10);
  });

  test('is no concern where none was given', () => {
    expect(new Plausibility(new Memory(), { range: null }).rangeScore(1e300)).toBe(0);
  });
});

describe('the largest step', () => {
  /** Reads 20 at minute 0; a step is 2 at most. */
  const at20 = (): Plausibility => {
    const plausible = new Plausibility(new Memory(), { range: null, maxStep: 2 });
    plausible.update(20, 0);
    return plausible;
  };
  const score = (plausible: Plausibility, value: number, minute: number): number =>
    plausible.stepScore(value, minute * MINUTE, MINUTE);

  test('is within one usual interval, up or down', () => {
    expect([21, 22, 18, 23].map((value) => score(at20(), value, 1))).toEqual([0.5, 1, 1, 1.5]);
  });

  test('grows with the time that has passed: after ten minutes 20 are allowed', () => {
    expect(score(at20(), 40, 10)).toBe(1);
  });

  test('does not shrink where readings come sooner than usual', () => {
    expect(score(at20(), 22, 0.01)).toBe(1);
  });

  test('a spike is refused and the way back is none; a new level is believed when there was time to get there', () => {
    const plausible = at20();
    expect(score(plausible, 85, 1)).toBeGreaterThan(1);
    expect(score(plausible, 20, 2)).toBe(0); // nothing was trusted in between
    const believed = Array.from({ length: 60 }, (_, minute) => score(plausible, 85, minute) <= 1).indexOf(true);
    expect(believed).toBe(33); // 65 degrees at 2 a minute
  });

  test('is no concern where none was given, nor of the first reading', () => {
    const free = new Plausibility(new Memory(), { range: null });
    free.update(0, 0);
    expect(free.stepScore(1e30, 1, MINUTE)).toBe(0);
    expect(new Plausibility(new Memory(), { range: null, maxStep: 1 }).stepScore(99, 0, 0)).toBe(0);
  });
});

describe('a code for "no value"', () => {
  /** A river between 4 and 14 degrees. */
  const river = (readings = 100): Plausibility => {
    const plausible = new Plausibility(new Memory(), { range: null });
    for (let t = 0; t < readings; t++) plausible.update(4 + (t % 11), t * MINUTE);
    return plausible;
  };

  test('is one that is far from all that was read', () => {
    expect([-9999, -127, 85, 127].map((code) => river().codeScore(code) > 1)).toEqual([true, true, true, true]);
  });

  test('a boiler may well have 85 degrees, and a counter of people 255', () => {
    const boiler = new Plausibility(new Memory(), { range: null });
    for (let t = 0; t < 100; t++) boiler.update(40 + (t % 31), t * MINUTE);
    expect(boiler.codeScore(85)).toBe(0);
  });

  test('no other number is one, however far', () => {
    expect([85.1, 1e9, -998].map((value) => river().codeScore(value))).toEqual([0, 0, 0]);
  });

  test('nor is any before fifty readings, or of a series that was always the same', () => {
    expect(river(49).codeScore(-9999)).toBe(0);
    const constant = new Plausibility(new Memory(), { range: null });
    for (let t = 0; t < 100; t++) constant.update(0, t * MINUTE);
    expect(constant.codeScore(85)).toBe(0);
  });
});

test('a code that was there in the beginning is one all the same, a value that is read often is none', () => {
  const read = (often: number): number => {
    const plausible = new Plausibility(new Memory(), { range: null });
    for (let t = 0; t < 100; t++) plausible.update(t % often === 0 ? 85 : t % 11, t * MINUTE);
    return plausible.codeScore(85);
  };
  expect(read(50)).toBeGreaterThan(1);
  expect(read(10)).toBe(0);
});

test('a value within all that was read is never a code', () => {
  const values = fc.array(fc.double({ noNaN: true, min: -1e5, max: 1e5 }), { minLength: 50, maxLength: 80 });
  fc.assert(
    fc.property(values, fc.constantFrom(-9999, -127, 85, 127, 255, 999), (values, code) => {
      const plausible = new Plausibility(new Memory(), { range: null });
      for (const [t, value] of [...values, code - 0.5, code + 0.5].entries()) plausible.update(value, t);
      expect(plausible.codeScore(code)).toBe(0);
    }),
  );
});
