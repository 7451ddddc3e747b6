import { expect, test } from 'vitest';
import { figuresOf, leaveOneOut } from '../../bench/leave-one-out.mjs';

const table = (...rows: string[]): string => ['variant\tset\tfigure', ...rows].join('\n');

// Relative to the default: `low` has 0.9, 1.1, 1.1 and `high` 1.3, 0.9, 1.05.
const FIGURES = table(
  'default\ta\t10',
  'default\tb\t1',
  'default\tc\t200',
  'low\ta\t9',
  'low\tb\t1.1',
  'low\tc\t220',
  'high\ta\t13',
  'high\tb\t0.9',
  'high\tc\t210',
);

test('without a: low has 1.1, high (0.9 + 1.05) / 2; without b: high 2.35 / 2, low 1; without c: high 1.1, low 1', () => {
  expect(leaveOneOut(figuresOf(FIGURES))).toEqual([
    { set: 'a', shipped: 10, chosen: 'low', figure: 9, highest: 'high', most: 13 },
    { set: 'b', shipped: 1, chosen: 'high', figure: 0.9, highest: 'low', most: 1.1 },
    { set: 'c', shipped: 200, chosen: 'high', figure: 210, highest: 'low', most: 220 },
  ]);
});

test('the unit of a set does not matter', () => {
  const thousandfold = FIGURES.replaceAll(
    /(\tb\t)(\S+)/g,
    (_, head: string, x: string) => `${head}${Number(x) * 1000}`,
  );
  const chosen = (text: string): string[] => leaveOneOut(figuresOf(text)).map((row) => row.chosen);
  expect(chosen(thousandfold)).toEqual(chosen(FIGURES));
});

test('where no variant is better the default is chosen', () => {
  const rows = leaveOneOut(figuresOf(table('same\ta\t2', 'same\tb\t3', 'default\ta\t2', 'default\tb\t3')));
  expect(rows.map((row) => [row.chosen, row.highest])).toEqual([
    ['default', 'default'],
    ['default', 'default'],
  ]);
});

test('a table without a default, with a gap or with a figure of 0 is refused', () => {
  expect(() => figuresOf(table('low\ta\t1'))).toThrow('no variant is named default');
  expect(() => figuresOf(table('default\ta\t1', 'default\tb\t1', 'low\ta\t1'))).toThrow('low: no figure for the set b');
  expect(() => figuresOf(table('default\ta\t0'))).toThrow('the figure must be above 0');
});
