import { expect, test } from 'vitest';
import { Modes, type Mode } from '../../../../src/detect/evidence/level/modes.ts';
import { Memory } from '../../../../src/math/memory.ts';

const mode = (mean: number, spread = 1): Mode => ({ mean, spread, since: 1000, times: 2 });
const modesOf = (...means: number[]): Modes => {
  const modes = new Modes(new Memory(), 'modes');
  for (const mean of means) modes.keep(mode(mean));
  return modes;
};
const known = (modes: Modes, means: readonly number[]): number[] => means.filter((mean) => modes.find(mean) >= 0);

test('a mean within three deviations of a mode is in it', () => {
  const modes = modesOf(20);
  expect(known(modes, [16.9, 17, 20, 23, 23.1])).toEqual([17, 20, 23]);
  expect([modes.mean(modes.find(19)), modes.spread(modes.find(19))]).toEqual([20, 1]);
});

test('nothing is known at first, and a mode without a spread is not kept', () => {
  const modes = modesOf();
  modes.keep(mode(0, 0));
  modes.keep(mode(0, NaN));
  expect(modes.list()).toEqual([]);
  expect(modes.find(0)).toBe(-1);
  expect(modes.furthest(50)).toBe(0);
});

test('four are kept: the fifth takes the place of the one left the longest time ago', () => {
  const modes = modesOf(10, 20, 30, 40);
  modes.keep(mode(10), 5000, modes.find(10)); // it was left once more
  modes.keep(mode(50));
  expect(known(modes, [10, 20, 30, 40, 50])).toEqual([10, 30, 40, 50]);
  expect(modes.furthest(15)).toBe(35);
  expect(modes.at(modes.find(10))).toEqual({ ...mode(10), leftAt: 5000 });
  expect(modes.list().map(({ mean, leftAt }) => [mean, leftAt])).toEqual([
    [10, 5000],
    [50, NaN],
    [30, NaN],
    [40, NaN],
  ]);
});
