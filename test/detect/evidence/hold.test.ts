import { describe, expect, test } from 'vitest';
import { Hold, type HoldStep } from '../../../src/detect/evidence/hold.ts';
import { Memory } from '../../../src/math/memory.ts';

const OPTIONS = { holdForMs: 600, hysteresis: 0.7, closeAfter: 3 };
const MINUTE = 100;

/** What each score does, one every `gap` ms. */
const follow = (hold: Hold, scores: readonly number[], gap = MINUTE, from = 0): HoldStep[] =>
  scores.map((score, t) => hold.step(from + t * gap, score, 10 * MINUTE));
const holdOf = (): Hold => new Hold(new Memory(), OPTIONS);
const many = (count: number, score: number): number[] => new Array<number>(count).fill(score);

test('a score above 1 begins a hold, one of 1 does not', () => {
  const hold = holdOf();
  expect(follow(hold, [0, 1, 1.01])).toEqual(['free', 'free', 'begun']);
  expect(hold.held).toBe(true);
});

test('three calm readings in a row end it; a score between hysteresis and 1 begins the count again', () => {
  const hold = holdOf();
  expect(follow(hold, [2, 0.7, 0, 0.71, 0.7, 0, 0, 0])).toEqual([
    'begun',
    'held',
    'held',
    'held',
    'held',
    'held',
    'over',
    'free',
  ]);
});

test('it lasts for exactly as long as it may, at any rate of readings', () => {
  for (const gap of [1, 10, 100]) {
    const steps = follow(holdOf(), many(700, 2), gap);
    expect(steps.indexOf('expired') * gap).toBe(600);
    expect(steps.slice(1, 600 / gap)).toEqual(new Array(600 / gap - 1).fill('held'));
    expect(steps[600 / gap + 1]).toBe('begun'); // what is still anomalous then is held anew
  }
});

test('a pause counts as ten usual intervals at most', () => {
  const hold = new Hold(new Memory(), { ...OPTIONS, holdForMs: 1500 });
  follow(hold, [2]);
  expect(hold.step(1e9, 2, 10 * MINUTE)).toBe('held'); // 1000
  expect(hold.step(1e9 + 499, 2, 10 * MINUTE)).toBe('held');
  expect(hold.step(1e9 + 500, 2, 10 * MINUTE)).toBe('expired');
});

test('ended, it is free', () => {
  const hold = holdOf();
  follow(hold, [2, 2]);
  hold.end();
  expect(hold.held).toBe(false);
  expect(follow(hold, [0.5])).toEqual(['free']);
});

describe('the score of the last readings alone', () => {
  test('ends a hold that began with it', () => {
    const hold = holdOf();
    const steps = [2, 0.5, 0.5, 0.5].map((now, t) => hold.step(t * MINUTE, 2, MINUTE, now));
    expect(steps).toEqual(['begun', 'held', 'held', 'over']);
  });

  test('begins the next one too, as long as what is left in a long mean is above hysteresis', () => {
    const follow = (readings: readonly (readonly [score: number, now: number])[]): HoldStep[] => {
      const hold = holdOf();
      return readings.map(([score, now], t) => hold.step(t * MINUTE, score, MINUTE, now));
    };
    const [spike, left, calm] = [
      [2, 2],
      [1.1, 0],
      [0.7, 0],
    ] as const;
    const over = ['begun', 'held', 'held', 'over'];
    expect(follow([spike, left, left, left, left, left])).toEqual([...over, 'free', 'free']);
    expect(follow([spike, left, left, left, left, spike])).toEqual([...over, 'free', 'begun']);
    expect(follow([spike, left, left, left, calm, left])).toEqual([...over, 'free', 'begun']);
  });

  test('does not end one that began without it', () => {
    const hold = holdOf();
    const steps = [0.5, 0.5, 0.5, 0.5].map((now, t) => hold.step(t * MINUTE, 2, MINUTE, now));
    expect(steps).toEqual(['begun', 'held', 'held', 'held']);
  });
});
