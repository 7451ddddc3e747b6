import { expect, test } from 'vitest';
import { Turns } from '../../../../src/detect/evidence/dwell/turns.ts';
import { Memory } from '../../../../src/math/memory.ts';
import { Random } from '../../../../src/math/random.ts';

/** For each turn its direction and the value at which the movement began. */
function follow(readings: readonly number[], deviation: number, change = 0) {
  const turns = new Turns(new Memory(), 'turns');
  const found: [number, number][] = [];
  for (const x of readings) {
    turns.measure(x, deviation, change);
    if (turns.turned !== 0) found.push([turns.turned, turns.end]);
    turns.learn(x);
  }
  return found;
}

test('a level that rises from 20 to 80 and falls at once: a drop from 80 and, one deviation above the lowest, a rise from 20', () => {
  const stroke = [20, 30, 40, 50, 60, 70, 80];
  expect(follow([...stroke, ...stroke, ...stroke], 17)).toEqual([
    [-1, 80],
    [1, 20],
    [-1, 80],
    [1, 20],
  ]);
});

test('a movement of exactly one deviation is none; the end is the farthest value, not the last', () => {
  expect(follow([0, 10, 0, 10], 10)).toEqual([]);
  expect(follow([0, 10, 4, 9, -1], 10)).toEqual([[-1, 10]]);
});

test('a movement of 15 usual changes is none', () => {
  expect(follow([0, 30, 0, 30], 10, 2)).toEqual([]);
  expect(follow([0, 31, 0], 10, 2)).toEqual([[-1, 31]]);
});

test('white noise turns once in 3,000 readings, where the usual change is the median of the smaller differences from the last two', () => {
  const random = new Random(1);
  const noise = Array.from({ length: 100_000 }, () => random.normal());
  const changes = noise.slice(2).map((x, i) => Math.min(Math.abs(x - noise[i]), Math.abs(x - noise[i + 1])));
  const median = changes.sort((a, b) => a - b)[changes.length / 2];
  expect(median).toBeCloseTo(0.55, 2);
  expect(follow(noise, 1, median).length).toBeLessThan(50);
});
