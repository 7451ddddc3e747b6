import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SteadyClock } from '../../../src/io/sqlite/steady-clock.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 25);
const LATER = Date.UTC(2100, 0, 1);

/** What is believed when the clock says these times, one an hour of uptime. */
const believed = (says: readonly number[]): readonly number[] => {
  let uptime = 0;
  const clock = new SteadyClock(() => uptime);
  return says.map((now, hour) => {
    uptime = hour * HOUR;
    return clock.believe(now);
  });
};
const hours = (count: number, from = 0) => Array.from({ length: count }, (_, hour) => (from + hour) * HOUR);

test('no time is believed in the first half day, and from then on the one that has stood', () => {
  const says = hours(48).map((ms) => NOW + ms);
  expect(believed(says)).toEqual([...Array<number>(12).fill(-Infinity), ...says.slice(12)]);
});

test('a jump ahead is believed when it has stood for half a day to a day; meanwhile time goes on as it did', () => {
  const before = hours(20).map((ms) => NOW + ms);
  const after = hours(40, 20).map((ms) => LATER + ms);
  const heard = believed([...before, ...after]).slice(12);
  const goesOn = hours(24, 12).map((ms) => NOW + ms);
  expect(heard).toEqual([...goesOn, ...hours(24, 36).map((ms) => LATER + ms)]);
});

test('a jump that is taken back within half a day is never believed', () => {
  const says = hours(60).map((ms, hour) => (hour >= 24 && hour < 35 ? LATER : NOW) + ms);
  expect(believed(says).slice(12)).toEqual(hours(48, 12).map((ms) => NOW + ms));
});

test('a time that goes back is believed at once', () => {
  const says = hours(30).map((ms, hour) => (hour < 20 ? NOW : 0) + ms);
  expect(believed(says).slice(20)).toEqual(says.slice(20));
});

test('whatever the clock says, what is believed is not ahead of it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: LATER }), { maxLength: 60 }), (says) => {
      for (const [hour, time] of believed(says).entries()) expect(time).toBeLessThanOrEqual(says[hour]);
    }),
  );
});
