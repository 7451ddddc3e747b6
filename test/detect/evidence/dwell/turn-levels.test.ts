import { expect, test } from 'vitest';
import { TurnLevels } from '../../../../src/detect/evidence/dwell/turn-levels.ts';
import { Memory } from '../../../../src/math/memory.ts';

const levelsOf = (past: readonly number[]): TurnLevels => {
  const levels = new TurnLevels(new Memory(), 'levels', 2);
  for (const level of past) levels.add(1, level);
  return levels;
};
const repeat = (n: number, cycle: readonly number[]): number[] => Array.from({ length: n }, () => cycle).flat();

test('a sump that drops from 79 to 81 %: from 45 % is as rare as a turn can be, 6 deviations', () => {
  const levels = levelsOf(repeat(50, [79, 81]));
  expect(levels.usual(1)).toBeCloseTo(80, 1);
  // Student's t with 100 degrees of freedom at 6, relative to 0.
  expect(levels.rarity(1, 45, 8)).toBeCloseTo(50.5 * Math.log10(1 + 36 / 100), 6);
  expect(levels.rarity(0, 45, 8)).toBe(0);
});

test('a level that differs by less than the smallest difference, or lies within the past, is not unusual', () => {
  const levels = levelsOf(repeat(50, [79, 81]));
  expect([levels.rarity(1, 73, 8), levels.rarity(1, 71, 8) > 0, levels.rarity(1, 89, 8) > 0]).toEqual([0, true, true]);
  const once = levelsOf([...repeat(10, [79, 81]), 60, ...repeat(5, [79, 81])]);
  expect(once.isSteady(1, 12)).toBe(true);
  expect(once.rarity(1, 62, 12)).toBe(0);
});

test('fewer than six turns, and turns that all have another level, say nothing', () => {
  expect(levelsOf([80, 80, 80, 80, 80]).rarity(1, 45, 8)).toBe(0);
  expect(levelsOf(repeat(20, [60, 80, 100])).rarity(1, 20, 8)).toBe(0);
});

test('after another life has begun the past is forgotten', () => {
  const levels = levelsOf(repeat(50, [79, 81]));
  levels.forget();
  expect(levels.rarity(1, 45, 8)).toBe(0);
  for (let i = 0; i < 8; i++) levels.add(1, 45);
  expect([levels.usual(1), levels.rarity(1, 45, 8), levels.rarity(1, 80, 8) > 0]).toEqual([45, 0, true]);
});

test("a level 4 deviations from the usual one, with a deviation of 2: Student's t at 4", () => {
  const levels = levelsOf(repeat(50, [78, 82]));
  expect(levels.rarity(1, 72, 7)).toBeCloseTo(50.5 * Math.log10(1 + 16 / 100), 1);
});

test('a single wild level moves the usual one by 6 deviations of 2, divided by 101 turns', () => {
  const levels = levelsOf([...repeat(50, [78, 82]), 1000]);
  expect(levels.usual(1)).toBeCloseTo(80 + 12 / 101, 1);
  expect(levels.usual(1)).toBeGreaterThan(80.1);
});

test('above and below are the same: mirrored levels are as rare', () => {
  const past = [...repeat(50, [79, 81]), 90, ...repeat(30, [79.5, 81])];
  const [levels, mirrored] = [levelsOf(past), levelsOf(past.map((level) => -level))];
  const rarities = Array.from({ length: 41 }, (_, i) => levels.rarity(1, 60 + i, 4));
  expect(Array.from({ length: 41 }, (_, i) => mirrored.rarity(1, -60 - i, 4))).toEqual(rarities);
  // The highest level of the past comes nearer with each turn: after 60 of them 89 is unusual again, and 86 is not.
  expect([rarities[15] > 0, rarities[20], rarities[26], rarities[29] > 0]).toEqual([true, 0, 0, true]);
});

test('six turns at one level are enough: a turn from another one is 6 deviations away, and counts beyond the smallest difference', () => {
  const constant = levelsOf(repeat(6, [80]));
  // Without a deviation it is 6 of them.
  expect(constant.rarity(1, 75, 4)).toBeCloseTo(3.5 * Math.log10(1 + 36 / 6), 6);
  expect([constant.rarity(1, 76, 4), constant.rarity(1, 75.9, 4) > 0]).toEqual([0, true]);
});
