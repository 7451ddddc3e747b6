import { expect, test } from 'vitest';
import { chosenWithout, effectsOn, marginOf } from '../../bench/constant-effects.mjs';
import { signs } from '../../bench/vary-constants.mjs';
import { CONSTANTS } from '../../src/detect/constants.ts';

const names = Object.keys(CONSTANTS);

/** Figures of the 44 variants where each constant c moves the figure of a set by `effect(c)` of the default, and noise by its own. */
const figuresWith = (
  sets: Readonly<Record<string, { shipped: number; effect: (c: number) => number }>>,
): Map<string, Map<string, number>> => {
  const of = (row: readonly number[] | null): Map<string, number> =>
    new Map(
      Object.entries(sets).map(([set, { shipped, effect }]) => [
        set,
        shipped * (1 + names.reduce((sum, _, c) => sum + (row === null ? 0 : row[c] * effect(c)), 0)),
      ]),
    );
  return new Map([
    ['default', of(null)],
    ...signs().map((row, i): [string, Map<string, number>] => [String(i + 1), of(row)]),
  ]);
};

/** 0.0002 to 0.002, as of chance. */
const noise = (c: number): number => 0.0002 * ((c * 7) % 10) + 0.0002;

test('effects that add up are found exactly, however the other constants are', () => {
  const effect = (c: number): number => 0.001 * (c - 20);
  const effects = effectsOn(figuresWith({ a: { shipped: 50, effect } }), 'a', names.length);
  effects.forEach((x, c) => {
    expect(x).toBeCloseTo(effect(c), 12);
  });
});

test("Lenth's margin by hand: sizes 1 to 5 and 100", () => {
  // The upper median is 4, so the first estimate is 6; of those below 15 the median is 3, so the second is 4.5.
  expect(marginOf([1, -2, 3, -4, 5, 100])).toBeCloseTo(2.155 * 4.5, 12);
});

test('a constant is moved only by the sets that stay: one that helps a alone is chosen without b and c, not without a', () => {
  const figures = figuresWith({
    a: { shipped: 1, effect: (c) => (c === 3 ? 0.2 : noise(c)) },
    b: { shipped: 100, effect: (c) => (c === 8 ? -0.1 : noise(c)) },
    c: { shipped: 7, effect: (c) => (c === 8 ? -0.1 : noise(c)) },
  });
  const moved = Object.fromEntries(
    chosenWithout(figures, names).map(({ set, moved }) => [set, moved.map(({ name, sign }) => [name, sign])]),
  );
  expect(moved).toEqual({
    a: [[names[8], -1]],
    b: [
      [names[3], 1],
      [names[8], -1],
    ],
    c: [
      [names[3], 1],
      [names[8], -1],
    ],
  });
});

test('a missing variant is named', () => {
  const figures = figuresWith({ a: { shipped: 1, effect: noise } });
  figures.delete('44');
  expect(() => effectsOn(figures, 'a', names.length)).toThrow('no figures for variant 44');
});
