import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Trace } from '../../../src/app/compare/trace.ts';

test('a few rows are kept one by one', () => {
  const trace = new Trace(3, 1);
  [5, NaN, 7].forEach((value, row) => {
    trace.addRow(row, 1000 * row, Float64Array.of(value));
  });
  trace.addForecast(2, 0, 6, 4, 8);
  trace.addScore(2, 0.5);
  expect([...trace.at]).toEqual([0, 1000, 2000]);
  expect([...trace.series[0].min]).toEqual([5, NaN, 7]);
  expect([...trace.series[0].expected]).toEqual([NaN, NaN, 6]);
  expect([...trace.series[0].lower]).toEqual([NaN, NaN, 4]);
  expect([...trace.score]).toEqual([NaN, NaN, 0.5]);
});

test('many rows become at most 1,000 buckets, and no extreme is lost', () => {
  const rows = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 5000 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 40 }), (values, series) => {
      const trace = new Trace(values.length, series);
      values.forEach((value, row) => {
        trace.addRow(row, row, new Float64Array(series).fill(value));
        trace.addScore(row, value);
      });
      const known = (all: Float64Array): readonly number[] => [...all].filter((x) => !Number.isNaN(x));
      const { min, max } = trace.series[series - 1];
      expect(trace.at.length).toBeLessThanOrEqual(1000);
      expect(Math.min(...known(min))).toBe(Math.min(...values));
      expect(Math.max(...known(max))).toBe(Math.max(...values));
      expect(Math.max(...known(trace.score))).toBe(Math.max(...values));
      expect([...trace.at]).toEqual([...trace.at].toSorted((a, b) => a - b));
    }),
    { numRuns: 50 },
  );
});
