import { describe, expect, test } from 'vitest';
import { DriftTest } from '../../../src/detect/evidence/drift-test.ts';
import { Memory } from '../../../src/math/memory.ts';
import { Random } from '../../../src/math/random.ts';

const MINUTE = 60_000;
const DAY = 1440; // minutes

type Course = (minute: number) => number;

const noise = (seed: number): Course => {
  const random = new Random(seed);
  return () => random.normal();
};
/** A first-order autoregression of deviation 1. */
const autoregression = (seed: number, phi: number): Course => {
  const random = new Random(seed);
  let y = random.normal();
  return () => (y = phi * y + Math.sqrt(1 - phi * phi) * random.normal());
};
const season = (seed: number): Course => {
  const own = noise(seed);
  return (t) => 3 * Math.sin((2 * Math.PI * t) / DAY) + own(t);
};
const week = (seed: number): Course => {
  const own = noise(seed);
  return (t) => (Math.floor(t / DAY) % 7 < 5 ? 3 : 0) + own(t);
};

/** Adds a reading every minute for so many days; the first day on which it drifted, and the highest score. */
function watch(drift: DriftTest, course: Course, days: number, from = 0): { day: number; most: number } {
  let day = NaN;
  let most = 0;
  for (let t = from * DAY; t < (from + days) * DAY; t++) {
    if (!drift.update(t * MINUTE, course(t))) continue;
    most = Math.max(most, drift.score);
    if (drift.score > 1 && Number.isNaN(day)) day = t / DAY;
  }
  return { day, most };
}
const fresh = (): DriftTest => new DriftTest(new Memory());

describe('in 10^6 readings that do not drift, none is found', () => {
  test.each<[string, (seed: number) => Course]>([
    ['noise', noise],
    ['noise that remembers ten minutes', (seed) => autoregression(seed, 0.9)],
    ['noise that remembers hours', (seed) => autoregression(seed, 0.99)],
    ['a daily season', season],
    ['weeks of five days and two', week],
  ])('%s', (_, of) => {
    for (const seed of [1, 2, 3]) expect(watch(fresh(), of(seed), 1_000_000 / DAY).most).toBeLessThan(1);
  });
});

describe('a drift is found', () => {
  const drifting = (own: Course, perDay: number, from: number): Course => {
    return (t) => own(t) + perDay * Math.max(0, t / DAY - from);
  };

  test.each<[string, Course, number]>([
    ['of noise', noise(4), 8],
    ['of noise that remembers hours', autoregression(4, 0.99), 25],
    ['of a daily season', season(4), 8],
  ])('of a tenth of a deviation a day, %s', (_, own, within) => {
    const { day } = watch(fresh(), drifting(own, 0.1, 40), 100);
    expect(day).toBeGreaterThan(40);
    expect(day).toBeLessThan(40 + within);
  });

  test.each([0.3, 0.03, 0.01, 0.003])('however slowly it comes: %f deviations a day', (perDay) => {
    const { day } = watch(fresh(), drifting(noise(5), perDay, 40), 250);
    expect(day).toBeLessThan(250);
  });

  test('of one that began with the first reading: what it had learned by then is frozen', () => {
    expect(watch(fresh(), drifting(noise(6), 0.05, 0), 120).day).toBeLessThan(120);
  });

  test('and stays found while it lasts: nothing of it is learned', () => {
    const drift = fresh();
    watch(drift, drifting(noise(7), 0.1, 40), 60);
    const { referenceMean: mean } = drift;
    watch(drift, (t) => 5 + noise(t)(t), 60, 60);
    expect(drift.referenceMean).toBe(mean);
    expect(drift.score).toBeGreaterThan(1);
  });
});

test('by hand: seven days of 1, 2, 1, 2, 1, 2, 1 and one of 6', () => {
  const drift = fresh();
  let t = 0;
  const day = (x: number): void => {
    for (let hour = 0; hour < 24; hour++) drift.update(t++ * 60 * MINUTE, x);
  };
  for (const x of [1, 2, 1, 2, 1, 2, 1, 6]) day(x);
  // A day is over with the first reading of the next.
  expect([drift.referenceMean, drift.score]).toEqual([10 / 7, 0]);
  day(6);
  // They alternate, T = 6 > 2 S, so r = 0 and f = 1; s² = S / 6 with S = 12/7; z = 4.9.
  const t6 = 4.9 + 122.549 / 24 + 16_020.9 / 3456 + 259_063 / 82_944;
  const line = t6 * Math.sqrt(2 / 7) * Math.sqrt(1 + 1 / 7);
  expect(drift.recentMean).toBe(6);
  expect(drift.score).toBeCloseTo((6 - 10 / 7) / line, 4);
  // It is under half the line, and so it refines the drift.
  expect(drift.referenceMean).toBe(16 / 8);
});

test('it began with the block from which on the mean deviates', () => {
  const drift = fresh();
  let t = 0;
  const day = (x: number): void => {
    for (let hour = 0; hour < 24; hour++) drift.update(t++ * 60 * MINUTE, x);
  };
  for (const x of [1, 2, 1, 2, 1, 2, 1, 1, 2, 1, 2, 9, 9, 9, 9]) day(x);
  // The recent days are 2, 1, 2, 9, 9, 9: their mean is 5.3, half of it from the reference is 3.5, and 9 began on the day 11.
  expect(drift.since).toBe(11 * DAY * MINUTE);
  expect(drift.recentFrom).toBe(7 * DAY * MINUTE);
});

test('a spike is not a drift: a reading counts as ten deviations at most', () => {
  const own = noise(8);
  expect(watch(fresh(), (t) => (t === 50 * DAY ? 1e12 : own(t)), 60).most).toBeLessThan(1);
});

test('while all readings are equal there is no scale, and no drift', () => {
  const drift = fresh();
  expect(watch(drift, () => 5, 61).most).toBe(0);
  expect(drift.referenceMean).toBeNaN();
  expect(watch(drift, (t) => 5 + (t % 2), 30, 61).most).toBeLessThan(1);
});

test('fewer readings than 24 a day make longer blocks: an hour apart or a day apart, noise does not drift', () => {
  for (const step of [60, DAY]) {
    const drift = fresh();
    const own = noise(9);
    let most = 0;
    for (let i = 0; i < 20_000; i++) if (drift.update(i * step * MINUTE, own(i))) most = Math.max(most, drift.score);
    expect(most).toBeLessThan(1);
    expect(drift.referenceMean).toBeCloseTo(0, 0);
  }
});

test('accepted, the next week is the new drift', () => {
  const drift = fresh();
  watch(drift, noise(10), 30);
  watch(drift, (t) => 5 + noise(t)(t), 5, 30);
  expect(drift.score).toBeGreaterThan(1);
  drift.accept();
  expect([drift.score, drift.referenceMean]).toEqual([0, NaN]);
  const own = noise(11);
  expect(watch(drift, (t) => 5 + own(t), 60, 35).most).toBeLessThan(1);
  expect(drift.referenceMean).toBeCloseTo(5, 1);
});

test('frozen, it learns nothing, and is not taught a drift', () => {
  const drift = fresh();
  watch(drift, noise(12), 10);
  const { referenceMean: mean } = drift;
  const own = noise(13);
  for (let t = 10 * DAY; t < 30 * DAY; t++) drift.update(t * MINUTE, 5 + own(t), true);
  expect(drift.referenceMean).toBe(mean);
  expect(drift.score).toBeGreaterThan(1);
});
