import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/math/time.ts';
import * as c from '../../../src/stream/history/bucket.ts';
import { readingsIn, readWindow } from '../../../src/stream/history/downsample.ts';
import { bucketMsFor, tierFor, TIERS } from '../../../src/stream/history/tiers.ts';
import { fuzz } from '../../fuzz.ts';
import { reading, Shelf } from './shelf.ts';

const T = Date.UTC(2026, 0, 5);
const column = (buckets: Float64Array, which: number): readonly number[] =>
  [...buckets].filter((_, i) => i % c.COLUMNS === which);

describe('the tier of a window', () => {
  const all = TIERS.map(({ keptMs }) => T - keptMs);
  const last = (spanMs: number, points = 1000): number => tierFor({ from: T - spanMs, until: T, points }, all);

  test.each([
    ['an hour', HOUR_MS, 0],
    ['a day', DAY_MS, 0],
    ['5 days: 7,200 minutes for 1,000 points', 5 * DAY_MS, 0],
    ['7 days: 10,080 minutes are too many to read', 7 * DAY_MS, 1],
    ['60 days', 60 * DAY_MS, 1],
    ['a year', 365 * DAY_MS, 2],
  ])('%s', (_, spanMs, tier) => {
    expect(last(spanMs)).toBe(tier);
  });

  test('is a coarser one where the finer one does not reach so far back', () => {
    expect(tierFor({ from: T - 30 * DAY_MS, until: T - 30 * DAY_MS + HOUR_MS, points: 1000 }, all)).toBe(1);
    expect(tierFor({ from: T - 200 * DAY_MS, until: T - 199 * DAY_MS, points: 1000 }, all)).toBe(2);
  });

  test('is the finest one of a young series, whatever the window asks for', () => {
    const young = TIERS.map(() => T - DAY_MS);
    expect(tierFor({ from: T - 400 * DAY_MS, until: T, points: 1000 }, young)).toBe(0);
  });
});

test('a bucket to return is a whole number of those of the tier, and an edge within one costs no point more', () => {
  expect(bucketMsFor({ from: 0, until: DAY_MS, points: 1441 }, 0)).toBe(MINUTE_MS);
  expect(bucketMsFor({ from: 0, until: DAY_MS, points: 1000 }, 0)).toBe(2 * MINUTE_MS);
  expect(bucketMsFor({ from: 0, until: HOUR_MS, points: 1000 }, 2)).toBe(6 * HOUR_MS);
  // 800 buckets of six hours for 500 points: not of twelve hours, which would show the days as waves.
  expect(bucketMsFor({ from: 0, until: 200 * DAY_MS, points: 500 }, 2)).toBe(DAY_MS);
});

describe('a ring', () => {
  test('gives the present minute too, and each reading once at every tier', () => {
    const shelf = new Shelf();
    for (let n = 0; n < 100; n++) shelf.ring.add(T + n * 10_000, reading(n));
    const { at, buckets, tier, bucketMs } = readWindow(shelf, { from: T, until: T + HOUR_MS, points: 200 });
    expect([tier, bucketMs, at.length, at[0]]).toEqual([0, MINUTE_MS, 17, T]);
    expect(column(buckets, c.COUNT)).toEqual([...new Array<number>(16).fill(6), 4]);
    expect([column(buckets, c.MIN)[16], column(buckets, c.MAX)[16]]).toEqual([96, 99]);
    for (const { bucketMs: length, size } of TIERS) {
      const points = Math.ceil((length * size) / length) + 1;
      expect(readingsIn(readWindow(shelf, { from: T, until: T + length * size, points }))).toBe(100);
    }
  });

  test('goes on with a block that it comes back to, as after a clock was set', () => {
    const shelf = new Shelf();
    for (const day of [0, 1, 0]) shelf.ring.add(T + day * DAY_MS, reading(day));
    const { buckets } = readWindow(shelf, { from: T, until: T + MINUTE_MS, points: 10 });
    expect(column(buckets, c.COUNT)).toEqual([2]);
  });

  test('keeps a value beyond single precision as the largest one', () => {
    const shelf = new Shelf();
    shelf.ring.add(T, reading(1e300));
    shelf.ring.add(T + MINUTE_MS, reading(0));
    const { buckets } = readWindow(shelf, { from: T, until: T + HOUR_MS, points: 100 });
    expect(column(buckets, c.MAX)[0]).toBeCloseTo(3.4e38, -37);
  });
});

test('for every window: at most as many points as asked for, and every extreme in it', () => {
  const shelf = new Shelf();
  const readings: { readonly at: number; readonly value: number }[] = [];
  let state = 1;
  for (let n = 0; n < 20_000; n++) {
    state = (state * 48_271) % 2_147_483_647;
    const at = T + n * 3 * MINUTE_MS + (state % 60_000);
    // Single precision, so that the extremes can be compared.
    const value = Math.fround(20 * Math.sin(n / 300) + (state % 1000 === 0 ? 1000 : 0) + state / 2_147_483_647);
    readings.push({ at, value });
    shelf.ring.add(at, reading(value));
  }
  const end = readings[readings.length - 1].at;
  const moment = fc.integer({ min: T - DAY_MS, max: end + DAY_MS });
  fc.assert(
    fc.property(moment, moment, fc.integer({ min: 2, max: 500 }), (one, other, points) => {
      const [from, until] = [Math.min(one, other), Math.max(one, other) + 1];
      const { at, buckets, bucketMs } = readWindow(shelf, { from, until, points });
      expect(at.length).toBeLessThanOrEqual(points);
      const inside = readings.filter((each) => each.at >= from && each.at < until).map(({ value }) => value);
      const touched = readings.filter((each) => each.at >= from - bucketMs && each.at < until + bucketMs);
      if (inside.length === 0) return;
      const greatest = Math.max(...column(buckets, c.MAX));
      const least = Math.min(...column(buckets, c.MIN));
      expect(greatest).toBeGreaterThanOrEqual(Math.max(...inside));
      expect(least).toBeLessThanOrEqual(Math.min(...inside));
      // And nothing that is not there.
      expect(touched.map(({ value }) => value)).toContain(greatest);
      expect([...at].every((begin, k) => begin % bucketMs === 0 && (k === 0 || begin > at[k - 1]))).toBe(true);
    }),
    fuzz(150),
  );
});
