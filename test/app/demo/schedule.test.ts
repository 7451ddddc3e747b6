import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fault, FaultKind } from '../../../src/app/demo/faults.ts';
import { FAULT_KINDS, SPREAD } from '../../../src/app/demo/faults.ts';
import { Plant, SERIES } from '../../../src/app/demo/plant.ts';
import { MINUTE_MS } from '../../../src/math/time.ts';
import { schedule } from '../../../src/app/demo/schedule.ts';
import { Station } from '../../../src/app/demo/station.ts';

const HOUR = 60 * MINUTE_MS;
const DAY = 24 * HOUR;
const start = Date.UTC(2026, 0, 5);
const seeds = fc.integer();
const starts = fc.integer({ min: 0, max: 10 * 365 * 24 * 60 }).map((minute) => start + minute * MINUTE_MS);
const warmups = fc.double({ min: 0, max: 7, noNaN: true });

const rounds = (faults: readonly Fault[]): Fault[][] =>
  Array.from({ length: Math.floor(faults.length / 7) }, (_, i) => faults.slice(7 * i, 7 * i + 7));

test('warm-up is calm; the first fault is a spike or a level shift within six hours of it', () => {
  fc.assert(
    fc.property(seeds, starts, warmups, (seed, startAt, warmup) => {
      const first = schedule(seed, startAt, 30, warmup)[0];
      expect(first.at).toBeGreaterThanOrEqual(startAt + warmup * DAY);
      expect(first.at).toBeLessThanOrEqual(startAt + warmup * DAY + 6 * HOUR + MINUTE_MS);
      expect(['spike', 'level-shift']).toContain(first.kind);
    }),
  );
});

test('17 days after warm-up hold all seven kinds once before any comes again', () => {
  fc.assert(
    fc.property(seeds, starts, warmups, (seed, startAt, warmup) => {
      const faults = schedule(seed, startAt, warmup + 17, warmup);
      expect(faults.length).toBeGreaterThanOrEqual(7);
      expect(new Set(faults.slice(0, 7).map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
    }),
  );
});

test('every later round has all seven kinds too, on other series than the round before', () => {
  fc.assert(
    fc.property(seeds, starts, (seed, startAt) => {
      const all = rounds(schedule(seed, startAt, 90, 3));
      expect(all.length).toBeGreaterThanOrEqual(5);
      for (const [i, round] of all.entries()) {
        const where = new Map(round.map(({ kind, series }) => [kind, series]));
        expect(where.size).toBe(7);
        for (const { kind, series } of all[i - 1] ?? []) expect(where.get(kind)).not.toBe(series);
      }
    }),
  );
});

test('a round touches all five series, none more than twice', () => {
  fc.assert(
    fc.property(seeds, starts, (seed, startAt) => {
      const [round] = rounds(schedule(seed, startAt, 20, 3));
      const counts = SERIES.map((series) => round.filter((fault) => fault.series === series).length);
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
      expect(Math.max(...counts)).toBeLessThanOrEqual(2);
    }),
    { numRuns: 2000 },
  );
});

test('at least 30 h of calm lie between two faults, and none outlasts the run', () => {
  fc.assert(
    fc.property(seeds, starts, (seed, startAt) => {
      const faults = schedule(seed, startAt, 60, 3);
      for (const [i, fault] of faults.entries())
        if (i > 0) expect(fault.at - faults[i - 1].endAt).toBeGreaterThanOrEqual(30 * HOUR);
      expect(faults.at(-1)!.endAt).toBeLessThanOrEqual(startAt + 60 * DAY);
    }),
  );
});

/** Shortest and longest in hours, smallest and largest absolute size. */
const LIMITS: Record<FaultKind, readonly [number, number, number, number]> = {
  spike: [1 / 60, 2 / 60, 5, 8],
  'level-shift': [3, 6, 2, 3],
  'slow-drift': [24, 36, 2, 3],
  stuck: [2, 4, 0, 0],
  dropout: [1, 2, 0, 0],
  'noise-burst': [40 / 60, 1.5, 6, 10],
  'lost-correlation': [3, 5, 0, 0],
};

test('each fault lasts and weighs what its kind says, on whole minutes; only pressure falls', () => {
  fc.assert(
    fc.property(seeds, starts, (seed, startAt) => {
      for (const { kind, series, at, endAt, size } of schedule(seed, startAt, 60, 0.3)) {
        const [shortest, longest, smallest, largest] = LIMITS[kind];
        expect((at - startAt) % MINUTE_MS).toBe(0);
        expect(endAt - at).toBeGreaterThanOrEqual(Math.round(shortest * 60) * MINUTE_MS);
        expect(endAt - at).toBeLessThanOrEqual(Math.round(longest * 60) * MINUTE_MS);
        expect(Math.abs(size)).toBeGreaterThanOrEqual(smallest);
        expect(Math.abs(size)).toBeLessThanOrEqual(largest);
        expect(size < 0).toBe(series === 'pressure' && (kind === 'level-shift' || kind === 'slow-drift'));
      }
    }),
  );
});

test('lost correlation begins at night, between 23:00 and 07:00', () => {
  fc.assert(
    fc.property(seeds, starts, (seed, startAt) => {
      for (const { kind, at } of schedule(seed, startAt, 60, 0)) {
        const hour = new Date(at).getUTCHours();
        if (kind === 'lost-correlation') expect(hour >= 23 || hour < 7).toBe(true);
      }
    }),
  );
});

test('the same seed gives the same faults; among ten seeds no two are alike', () => {
  expect(schedule(1, start, 60, 3)).toEqual(schedule(1, start, 60, 3));
  const all = Array.from({ length: 10 }, (_, seed) => JSON.stringify(schedule(seed, start, 60, 3)));
  expect(new Set(all).size).toBe(10);
});

test('a run no longer than its warm-up has no faults; a run without end is refused', () => {
  expect(schedule(1, start, 3, 3)).toEqual([]);
  expect(() => schedule(1, start, Infinity, 3)).toThrow(RangeError);
  expect(() => schedule(1, start, NaN, 3)).toThrow(RangeError);
});

/** Root mean square over the window of sent minus healthy, in spreads: at least this. A drift's line gives its end / √3. */
const VISIBLE: Partial<Record<FaultKind, number>> = {
  spike: 4.9,
  'level-shift': 1.9,
  'slow-drift': 1.1,
  'noise-burst': 0.05,
  'lost-correlation': 0.5,
};

test.each([1, 2, 3])('seed %i: a scheduled run differs from health in its windows only, and shows in each', (seed) => {
  const days = 40;
  const faults = schedule(seed, start, days, 3);
  const station = new Station(seed, start, faults);
  const plant = new Plant(seed, start);
  const squares = new Map<Fault, number>(faults.map((fault) => [fault, 0]));
  let outside = 0;
  for (let i = 0; i < days * 24 * 60; i++) {
    const { at, values } = station.next();
    for (const { series, value } of values) {
      const truth = plant.readings[series];
      if (value === truth) continue;
      const fault = faults.find((each) => each.series === series && each.at <= at && at < each.endAt);
      if (!fault) outside++;
      else if (value !== null) squares.set(fault, squares.get(fault)! + ((value - truth) / SPREAD[series]) ** 2);
    }
    plant.step();
  }
  expect(outside).toBe(0);
  for (const [{ kind, at, endAt }, sum] of squares)
    expect(Math.sqrt((sum * MINUTE_MS) / (endAt - at))).toBeGreaterThanOrEqual(VISIBLE[kind] ?? 0);
});
