import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cycleSchedule, type CycleFaultKind } from '../../../src/app/demo/cycle-faults.ts';
import { MINUTE_MS } from '../../../src/math/time.ts';

const HOUR = 60 * MINUTE_MS;
const DAY = 24 * HOUR;
const start = Date.UTC(2026, 0, 5);
const seeds = fc.integer();
const warmups = fc.double({ min: 0, max: 7, noNaN: true });

test('a new habit within 36 h of the warm-up; five days later the faults, in turn, two to three days apart', () => {
  fc.assert(
    fc.property(seeds, warmups, (seed, warmup) => {
      const [habit, ...faults] = cycleSchedule(seed, start, 40, warmup);
      expect(habit).toMatchObject({ kind: 'new-habit', series: 'sump-level' });
      const warmAt = start + Math.round(warmup * 1440) * MINUTE_MS;
      expect(habit.at - warmAt).toBeGreaterThanOrEqual(DAY);
      expect(habit.at - warmAt).toBeLessThanOrEqual(1.5 * DAY);
      expect(faults[0].at - habit.at).toBeGreaterThanOrEqual(5 * DAY);
      expect(faults[0].at - habit.at).toBeLessThanOrEqual(6 * DAY);
      for (const [i, { kind, at }] of faults.slice(1).entries()) {
        expect(kind).not.toBe(faults[i].kind);
        expect(at - faults[i].endAt).toBeGreaterThanOrEqual(2 * DAY);
        expect(at - faults[i].endAt).toBeLessThanOrEqual(3 * DAY);
      }
    }),
  );
});

/** Series, and shortest and longest in hours. */
const LIMITS: Record<CycleFaultKind, readonly [string, number, number]> = {
  'new-habit': ['sump-level', 24, 24],
  'missed-strokes': ['sump-level', 12, 16],
  'long-run': ['fill-pump-power', 3, 5],
};

test('each lasts as long as its kind says, on whole minutes, and none outlasts the run', () => {
  fc.assert(
    fc.property(seeds, fc.double({ min: 8, max: 60, noNaN: true }), (seed, days) => {
      for (const { kind, series, at, endAt } of cycleSchedule(seed, start, days, 3)) {
        const [where, shortest, longest] = LIMITS[kind];
        expect(series).toBe(where);
        expect((at - start) % MINUTE_MS).toBe(0);
        expect(endAt - at).toBeGreaterThanOrEqual(shortest * HOUR);
        expect(endAt - at).toBeLessThanOrEqual(longest * HOUR);
        expect(endAt).toBeLessThanOrEqual(start + days * DAY);
      }
    }),
  );
});

test('the demo of 21 days, warm after four, has the habit and at least one fault of each kind', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const kinds = cycleSchedule(seed, start, 21, 4).map(({ kind }) => kind);
      expect(new Set(kinds).size).toBe(3);
    }),
  );
});

test('a run no longer than its warm-up has none; a run without end is refused', () => {
  expect(cycleSchedule(1, start, 3, 3)).toEqual([]);
  expect(() => cycleSchedule(1, start, Infinity, 3)).toThrow(RangeError);
});
