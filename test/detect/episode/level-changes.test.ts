import { describe, expect, test } from 'vitest';
import { LevelChanges } from '../../../src/detect/episode/level-changes.ts';
import { MeanShift } from '../../../src/detect/evidence/level/mean-shift.ts';
import { Memory } from '../../../src/math/memory.ts';
import { Random } from '../../../src/math/random.ts';

/** Series of noise of deviation 1 that are watched from the first reading on; `at` gives the mean of each. */
function watched(count: number, matters: (d: number, by: number, from: number) => boolean = () => true) {
  const memory = new Memory();
  const random = new Random(3);
  const series = Array.from({ length: count }, (_, d) => {
    const own = new Memory();
    const shift = new MeanShift(own);
    return { value: NaN, shift, d, meanSpread: NaN };
  });
  const changes = new LevelChanges(memory, series, matters);
  /** So many readings around these means: [which reading, which series] of each level change. */
  const observe = (readings: number, means: readonly number[], reports = true): [number, number][] => {
    const reported: [number, number][] = [];
    for (let i = 1; i <= readings; i++) {
      for (const one of series) {
        one.value = means[one.d] + random.normal();
        if (Number.isNaN(one.value)) continue;
        one.shift.score(one.value);
        one.shift.learn(one.value, 2000, Math.abs(one.shift.z) < 5); // else it is held
        one.meanSpread = one.shift.spread;
      }
      const moved = changes.step(reports);
      if (moved >= 0) reported.push([i, moved]);
    }
    return reported;
  };
  return { changes, memory, observe };
}

describe('an episode that opened when a series of mean 20 had gone to 26', () => {
  function opened() {
    const all = watched(2);
    all.observe(2000, [20, 50], false);
    all.observe(40, [26, 50], false);
    all.changes.begin();
    return all;
  }

  test('that stays there has not moved, in 5,000 readings', () => {
    const { observe, changes } = opened();
    expect(observe(5000, [26, 50])).toEqual([]);
    expect(changes.count).toBe(0);
  });

  test('that goes on to 32 has moved once, within ten readings of it', () => {
    const { observe, changes } = opened();
    expect(observe(60, [26, 50])).toEqual([]);
    const reported = observe(500, [32, 50]);
    expect(reported).toEqual([[expect.any(Number), 0]]);
    expect(reported[0][0]).toBeLessThan(10);
    expect(changes.count).toBe(1);
    expect(changes.from).toBeCloseTo(26, 0);
    expect(changes.to).toBeGreaterThan(26.5);
  });

  test('the level of the other series may change', () => {
    const { observe } = opened();
    observe(60, [26, 50]);
    expect(observe(200, [26, 44]).map(([, d]) => d)).toEqual([1]);
  });

  test('in the first ten readings it is settling, and there is no change', () => {
    expect(opened().observe(10, [200, 50])).toEqual([]);
  });

  test('a series that is missing has no change, and the same level when it is back', () => {
    const { observe } = opened();
    observe(60, [26, 50]);
    expect(observe(300, [26, NaN])).toEqual([]);
    expect(observe(300, [26, 50])).toEqual([]);
  });

  test('one that creeps by 4.5 in 3,000 readings has not moved', () => {
    const { observe } = opened();
    observe(60, [26, 50]);
    for (let k = 1; k <= 300; k++) expect(observe(10, [26 + 0.015 * k, 50])).toEqual([]);
  });

  test('one outlier is no change', () => {
    const { observe } = opened();
    observe(60, [26, 50]);
    expect(observe(1, [1e9, 50])).toEqual([]);
    expect(observe(100, [26, 50])).toEqual([]);
  });
});

test('one that never comes to rest is reported with pauses that double: 10 times in 10,000 readings at most', () => {
  const { changes, observe } = watched(1);
  observe(2000, [20], false);
  changes.begin();
  const at: number[] = [];
  for (let k = 0; k < 500; k++) for (const [i] of observe(20, [k % 2 ? 30 : 10])) at.push(20 * k + i);
  expect(at.length).toBeGreaterThan(4);
  expect(at.length).toBeLessThanOrEqual(10);
  at.slice(1).forEach((reported, k) => {
    expect(reported - at[k]).toBeGreaterThan(10 * 2 ** (k + 1));
  });
});

test('a change that does not matter is not reported, and does not delay one that does', () => {
  const { changes, observe } = watched(2, (d, by, from) => d === 1 && Math.abs(by) > 0.1 * from);
  observe(2000, [20, 50], false);
  changes.begin();
  observe(60, [20, 50]);
  expect(observe(100, [32, 50])).toEqual([]);
  expect(observe(100, [32, 53])).toEqual([]);
  expect(observe(100, [32, 60]).map(([, d]) => d)).toEqual([1]);
});

test('while no episode is open nothing is reported, and one that opens is measured from where it opened', () => {
  const { changes, observe } = watched(1);
  observe(2000, [20], false);
  expect(observe(100, [40], false)).toEqual([]);
  changes.begin();
  expect(observe(100, [40])).toEqual([]);
});

test('a series that comes to a group with an open episode has the level of its first reading as reference', () => {
  const old = watched(1);
  old.observe(2000, [20], false);
  old.changes.begin();
  const { memory, observe } = watched(2);
  memory.takeOver(old.memory, [0, -1]);
  expect(observe(300, [20, 700])).toEqual([]);
});
