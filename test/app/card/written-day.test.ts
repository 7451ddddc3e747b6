import { expect, test } from 'vitest';
import { cardYears, yearsText } from '../../../src/app/card/wear.ts';
import { lastDay, perDay, WrittenDay } from '../../../src/app/card/written-day.ts';
import { WrittenHours } from '../../../src/io/sqlite/tables/written-hours.ts';
import { DAY_MS, HOUR_MS } from '../../../src/math/time.ts';
import { opened } from '../dashboard/database.ts';

/** A run of the service that writes to this table; `at` sets its clock and its counter. */
const run = (hours: WrittenHours) => {
  const counter = { ms: 0, bytes: 0 as number | null };
  const day = new WrittenDay({
    before: hours.all(),
    writtenBytes: () => counter.bytes,
    uptime: () => counter.ms,
    save: (hour) => {
      hours.save(hour);
    },
  });
  const at = (ms: number, bytes: number): void => {
    Object.assign(counter, { ms, bytes });
    day.tick();
  };
  return { day, at, counter };
};

test('the last day: 24 hours and no more, of which the oldest counts in part', () => {
  const hours = [9e9, 2e6, ...Array.from({ length: 23 }, () => 1e6)].map((bytes) => ({ ms: HOUR_MS, bytes }));
  expect(lastDay(hours)).toEqual({ ms: DAY_MS, bytes: 25e6 });
  expect(lastDay([...hours, { ms: HOUR_MS / 2, bytes: 1e6 }])).toEqual({ ms: DAY_MS, bytes: 25e6 });
});

test('what was written days ago does not count', () => {
  const { day, at } = run(new WrittenHours(opened()));
  at(HOUR_MS, 5e9);
  expect(perDay(day.written!)).toBe(24 * 5e9);
  for (let hour = 2; hour <= 25; hour++) at(hour * HOUR_MS, 5e9 + hour * 1e6);
  expect(day.written).toEqual({ ms: DAY_MS, bytes: 24e6 + 1e6 });
  at(26 * HOUR_MS, 5e9 + 26e6);
  expect(perDay(day.written!)).toBe(24e6);
});

test('a restart goes on with the hours before, and with the one that was not over', () => {
  const hours = new WrittenHours(opened());
  const first = run(hours);
  first.at(HOUR_MS, 10e6);
  first.at(1.5 * HOUR_MS, 14e6);
  first.day.save();
  const second = run(hours);
  expect(second.day.written).toEqual({ ms: 1.5 * HOUR_MS, bytes: 14e6 });
  second.at(HOUR_MS / 2, 6e6); // the counter of a process begins at 0
  expect(second.day.written).toEqual({ ms: 2 * HOUR_MS, bytes: 20e6 });
  expect(hours.all().map(({ n, bytes }) => [n, bytes])).toEqual([
    [1, 10e6],
    [2, 10e6],
  ]);
});

test('after a crash the hour that was not over is missing, its time and its bytes', () => {
  const hours = new WrittenHours(opened());
  const first = run(hours);
  first.at(HOUR_MS, 10e6);
  first.at(1.5 * HOUR_MS, 99e6);
  expect(run(hours).day.written).toEqual({ ms: HOUR_MS, bytes: 10e6 });
});

test('25 rows are kept', () => {
  const hours = new WrittenHours(opened());
  const { at } = run(hours);
  for (let hour = 1; hour <= 40; hour++) at(hour * HOUR_MS, hour);
  expect(hours.all().map(({ n }) => n)).toEqual(Array.from({ length: 25 }, (_, i) => 16 + i));
});

test('a system that counts no bytes has no figure; within an hour there is none for a day', () => {
  const { day, counter } = run(new WrittenHours(opened()));
  counter.bytes = null;
  expect(day.written).toBeNull();
  expect(perDay({ ms: HOUR_MS - 1, bytes: 1 })).toBeNull();
});

test('32 GB written 1000 times with ten times as much at 876 MB a day: ten years', () => {
  expect(cardYears(876.1e6)).toBeCloseTo(10, 3);
  expect(cardYears(876.1e6, 64e9)).toBeCloseTo(20, 3);
  expect(cardYears(0)).toBe(Infinity);
  expect([0.26, 4.44, 41.2, 100].map(yearsText)).toEqual([
    'about 0.26 years',
    'about 4.4 years',
    'about 41 years',
    'more than 100 years',
  ]);
});
