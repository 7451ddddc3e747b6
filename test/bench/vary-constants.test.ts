import { expect, test } from 'vitest';
import { signs, variants } from '../../bench/vary-constants.mjs';
import { CONSTANTS } from '../../src/detect/constants.ts';

const rows = signs();
const columns = rows[0].map((_, c) => rows.map((row) => row[c]));
const times = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i], 0);

test('44 variants: each constant is high in half of them, and any two are independent', () => {
  expect(rows.length).toBe(44);
  for (const [c, column] of columns.entries())
    for (const other of columns.slice(c + 1)) expect(times(column, other)).toBe(0);
  for (const column of columns) expect(column.filter((sign) => sign === 1).length).toBe(22);
});

test('each constant is high in 11 of the first 22 variants', () => {
  for (const column of columns.slice(0, -1)) expect(column.slice(0, 22).filter((sign) => sign === 1).length).toBe(11);
});

test('there are as many signs as constants at least, and each constant is in each variant, changed', () => {
  expect(columns.length).toBeGreaterThanOrEqual(Object.keys(CONSTANTS).length);
  for (const variant of variants(CONSTANTS, 1.25)) {
    const values = Object.fromEntries(variant.map((text) => text.split('='))) as Record<string, string>;
    expect(Object.keys(values)).toEqual(Object.keys(CONSTANTS));
    for (const [name, x] of Object.entries(CONSTANTS)) {
      const ratio = Number(values[name]) / x;
      // A whole number is rounded: 12 / 1.25 is 10.
      expect(Math.abs(Math.log(Math.max(ratio, 1 / ratio) / 1.25))).toBeLessThan(0.05);
    }
  }
});
