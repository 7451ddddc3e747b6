import { describe, expect, test } from 'vitest';
import { Hold, type HoldStep } from '../../../src/detect/evidence/hold.ts';
import { Memory } from '../../../src/math/memory.ts';

const MINUTE = 60_000;
const OPTIONS = { holdForMs: 30 * MINUTE, hysteresis: 0.7, closeAfter: 3 };

/** What each score does, one every `gap` ms. */
const follow = (hold: Hold, scores: readonly number[], gap = 3 * MINUTE, from = 0): HoldStep[] =>
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

test('at a reading a second it ends after five minutes of calm readings, which begins again with one that is not calm', () => {
  const hold = holdOf();
  const steps = follow(hold, [2, ...many(299, 0), 0.8, ...many(300, 0)], 1000);
  expect(steps.indexOf('over')).toBe(600);
});

test('it says how long it goes on', () => {
  const hold = holdOf();
  expect(hold.leftMs).toBe(0);
  follow(hold, [2, 2, 2]);
  expect(hold.leftMs).toBe(24 * MINUTE);
  hold.end();
  expect(hold.leftMs).toBe(0);
});

test('it lasts for exactly as long as it may, at any rate of readings', () => {
  for (const gap of [1000, 10_000, MINUTE]) {
    const steps = follow(holdOf(), many(2000, 2), gap);
    const most = OPTIONS.holdForMs / gap;
    expect(steps.indexOf('expired')).toBe(most);
    expect(steps.slice(1, most)).toEqual(new Array(most - 1).fill('held'));
    expect(steps[most + 1]).toBe('begun'); // what is still anomalous then is held anew
  }
});

test('a pause counts as ten usual intervals at most', () => {
  const hold = new Hold(new Memory(), { ...OPTIONS, holdForMs: 15 * MINUTE });
  follow(hold, [2]);
  expect(hold.step(1e9, 2, 10 * MINUTE)).toBe('held'); // ten minutes
  expect(hold.step(1e9 + 5 * MINUTE - 1, 2, 10 * MINUTE)).toBe('held');
  expect(hold.step(1e9 + 5 * MINUTE, 2, 10 * MINUTE)).toBe('expired');
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
    const steps = [2, 0.5, 0.5, 0.5].map((now, t) => hold.step(t * 3 * MINUTE, 2, 3 * MINUTE, now));
    expect(steps).toEqual(['begun', 'held', 'held', 'over']);
  });

  test('begins the next one too, as long as what is left in a long mean is above hysteresis', () => {
    const follow = (readings: readonly (readonly [score: number, now: number])[]): HoldStep[] => {
      const hold = holdOf();
      return readings.map(([score, now], t) => hold.step(t * 3 * MINUTE, score, 3 * MINUTE, now));
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
    const steps = [0.5, 0.5, 0.5, 0.5].map((now, t) => hold.step(t * 3 * MINUTE, 2, 3 * MINUTE, now));
    expect(steps).toEqual(['begun', 'held', 'held', 'held']);
  });
});

describe('the score of the present readings', () => {
  /** A hold that began without it, and lasts until its time is up. */
  const atItsEnd = (present: number) => {
    const hold = holdOf();
    const steps = many(13, 2).map((score, t) => {
      const step = hold.step(t * 3 * MINUTE, score, 3 * MINUTE, 0.5);
      return step === 'expired' ? hold.expire(present) : step;
    });
    return steps.slice(10);
  };

  test('says at the end of a hold whether the series is another one; if not, its rest in the long mean begins no other', () => {
    expect(atItsEnd(0.71)).toEqual(['expired', 'begun', 'held']);
    expect(atItsEnd(0.7)).toEqual(['over', 'free', 'free']);
  });
});
