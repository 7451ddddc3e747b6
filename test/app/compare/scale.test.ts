import fc from 'fast-check';
import { expect, test } from 'vitest';
import { short, ticks, timeTicks } from '../../../src/app/compare/report/scale.ts';

test('0 to 1 in fifths, 1.9 to 2.4 in tenths', () => {
  expect(ticks(0, 1).map(short)).toEqual(['0', '0.2', '0.4', '0.6', '0.8', '1']);
  expect(ticks(1.9, 2.4).map(short)).toEqual(['1.9', '2', '2.1', '2.2', '2.3', '2.4']);
});

test('ticks lie within, evenly, and are few', () => {
  const number = fc.double({ min: -1e9, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(
      number,
      fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
      fc.integer({ min: 2, max: 8 }),
      (low, width, most) => {
        const marks = ticks(low, low + width, most);
        expect(marks.length).toBeGreaterThan(0);
        expect(marks.length).toBeLessThanOrEqual(most + 1);
        for (const mark of marks) {
          expect(mark).toBeGreaterThanOrEqual(low - 1e-6 * width);
          expect(mark).toBeLessThanOrEqual(low + 1.000001 * width);
        }
      },
    ),
  );
});

test('a range shorter than its step has ticks all the same', () => {
  expect(ticks(-4.1, -0.1, 2)).toEqual([-4, -2]);
  expect(ticks(-4.000000005000001, -0.000000005000001, 2)).toEqual([-4, -2]);
});

test('a tick that rounding would put before the beginning is at the beginning', () => {
  const [low, high] = [58716915.375, 58716915.375 + 0.001];
  for (const mark of ticks(low, high, 6)) {
    expect(mark).toBeGreaterThanOrEqual(low);
    expect(mark).toBeLessThanOrEqual(high);
  }
});

test('times are round and named as briefly as they can be', () => {
  const at = (text: string): number => Date.parse(text);
  const labels = (from: string, to: string): readonly string[] => timeTicks(at(from), at(to)).map(({ label }) => label);
  expect(labels('2026-01-05T22:10:00Z', '2026-01-06T02:50:00Z')).toEqual(['23:00', '6 Jan', '01:00', '02:00']);
  expect(labels('2026-01-05T00:00:00Z', '2026-01-18T21:00:00Z').slice(0, 3)).toEqual(['5 Jan', '7 Jan', '9 Jan']);
  expect(labels('2026-01-05T10:00:00Z', '2026-01-05T10:00:20Z')).toEqual([
    '10:00:00',
    '10:00:05',
    '10:00:10',
    '10:00:15',
    '10:00:20',
  ]);
});
