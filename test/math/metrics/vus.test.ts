import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runsOf } from '../../../src/math/metrics/runs.ts';
import { vusPr } from '../../../src/math/metrics/vus.ts';

test('without a window it is the area under precision and recall', () => {
  // By rank: hit, miss, hit. Recall 1/2 at precision 1, then 1 at 2/3.
  expect(vusPr([[1, 2]], Float64Array.of(3, 4, 2, 0), 0)).toBeCloseTo(0.5 + 0.5 * (2 / 3), 12);
});

test('as long as one of two events is not seen at all, recall is halved', () => {
  const apart = [
    [1, 1],
    [3, 3],
  ] as const;
  // The same ranks: recall 1/2 times 1/2 at precision 1, then 1 at 2/3.
  expect(vusPr(apart, Float64Array.of(0, 4, 3, 2), 0)).toBeCloseTo(0.25 + 0.75 * (2 / 3), 12);
});

test('a score that is the label is worth 1 whatever stands between, and nothing is known without both kinds of rows', () => {
  expect(vusPr([[2, 4]], Float64Array.of(0, 0, 1, 1, 1, 0, 0, 0), 0)).toBe(1);
  expect(vusPr([], Float64Array.of(0, 1), 4)).toBeNaN();
  expect(vusPr([[0, 1]], Float64Array.of(0, 1), 4)).toBeNaN();
});

test('within a window, a near miss is worth more than a far one', () => {
  const scores = (at: number): Float64Array => new Float64Array(60).fill(0).with(at, 1);
  const near = vusPr([[30, 32]], scores(29), 8);
  expect(near).toBeGreaterThan(vusPr([[30, 32]], scores(10), 8));
});

test('only the order of the scores matters, and it lies between 0 and 1', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ score: fc.nat(20), label: fc.boolean() }), { minLength: 3, maxLength: 80 }),
      fc.nat(12),
      (rows, window) => {
        const events = runsOf(rows.length, (row) => rows[row].label);
        const scores = Float64Array.from(rows, ({ score }) => score);
        const value = vusPr(events, scores, window);
        if (events.length === 0 || rows.every(({ label }) => label)) {
          expect(value).toBeNaN();
          return;
        }
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1 + 1e-12);
        expect(
          vusPr(
            events,
            scores.map((score) => Math.exp(score / 7)),
            window,
          ),
        ).toBe(value);
      },
    ),
  );
});
