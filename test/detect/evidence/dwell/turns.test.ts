import { describe, expect, test } from 'vitest';
import { Turns } from '../../../../src/detect/evidence/dwell/turns.ts';
import { Memory } from '../../../../src/math/memory.ts';
import { Random } from '../../../../src/math/random.ts';

/** For each turn its direction and the value at which the movement began. */
function follow(readings: readonly number[], deviation: number, change = 0, part = 0, span = Infinity) {
  const turns = new Turns(new Memory(), 'turns', part);
  const found: [number, number][] = [];
  for (const x of readings) {
    turns.measure(x, deviation, change);
    if (turns.turned !== 0) found.push([turns.turned, turns.end]);
    turns.learn(x, span, true);
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

describe('with a part of one half', () => {
  const found = (readings: readonly number[], span = Infinity): number[] =>
    follow(readings, 1, 0, 0.5, span).map(([, end]) => end);

  test('a movement of half of the largest or less is none', () => {
    expect(found([0, 60, 0, 30, 0, 60, 0])).toEqual([60, 0, 60]);
    expect(found([0, 60, 0, 31, 0])).toEqual([60, 0, 31]);
  });

  test('after an outlier, movements of more than twice the largest before it count at once, and the usual ones within a week', () => {
    expect(found([0, 60, 0, 1000, 0, 119, 0, 121, 0])).toEqual([60, 0, 1000, 0, 121]);
    const week = Array.from({ length: 100 }, () => 0);
    expect(found([0, 60, 0, 1000, 0, ...week, 60, 0], 100)).toEqual([60, 0, 1000, 0, 60]);
  });

  test('the largest fades: with 100 readings a week, a movement of 25 counts 100 readings after one of 60, and not 10 after it', () => {
    const calm = (readings: number): number[] => Array.from({ length: readings }, () => 0);
    expect(found([0, 60, 0, ...calm(10), 25, 0], 100)).toEqual([60]);
    expect(found([0, 60, 0, ...calm(100), 25, 0], 100)).toEqual([60, 0, 25]);
  });
});
