import { expect, test } from 'vitest';
import { nabScore, probation, tallyNab } from '../../../src/math/metrics/nab.ts';

const window = [[40, 59]] as const;

test('the first row of the window earns 100, no detection 0', () => {
  expect(nabScore([tallyNab(100, window, [40])], 'standard')).toBeCloseTo(100, 12);
  for (const profile of ['standard', 'lowFp', 'lowFn'] as const)
    expect(nabScore([tallyNab(100, window, [])], profile)).toBe(0);
});

test('only the first detection in a window counts, and a later one earns less', () => {
  expect(tallyNab(100, window, [45, 46, 59])).toEqual(tallyNab(100, window, [45]));
  // The middle: 10 of 20 rows are left, σ(-1/2) / σ(-1) = (2 / (1 + e^{-5/2}) - 1) / (2 / (1 + e^{-5}) - 1)
  expect(tallyNab(100, window, [50]).earned).toBeCloseTo(0.8482836 / 0.9866143, 6);
});

test('a false alarm before the first window costs all of its weight, soon after a window little', () => {
  expect(tallyNab(100, window, [20]).spoilt).toBe(-1);
  expect(tallyNab(200, window, [130]).spoilt).toBe(-1); // more than three times its length behind
  // One row after a window of 19 intervals: 2 / (1 + e^{5/19}) - 1
  expect(tallyNab(100, window, [60]).spoilt).toBeCloseTo(-0.1308244, 6);
  // Missed (-1) and a false alarm at 0.11 and 0.22 on a scale from -1 to 1.
  expect(nabScore([tallyNab(100, window, [20])], 'standard')).toBeCloseTo(-5.5, 12);
  expect(nabScore([tallyNab(100, window, [20])], 'lowFp')).toBeCloseTo(-11, 12);
});

test('the first 15 % are not scored, at most 750 rows, nor is a window that ends there missed', () => {
  expect([probation(100), probation(4032), probation(100_000)]).toEqual([15, 604, 750]);
  expect(tallyNab(100, [[3, 14]], [5, 14])).toEqual({ windows: 1, scorable: 0, hits: 0, earned: 0, spoilt: 0 });
});

test('several files have one score, and a file without windows none of its own', () => {
  const found = tallyNab(100, window, [40]);
  const missed = tallyNab(100, window, []);
  expect(nabScore([found, missed], 'standard')).toBeCloseTo(50, 12);
  expect(nabScore([tallyNab(100, [], [50])], 'standard')).toBeNaN();
});
