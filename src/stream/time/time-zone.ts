import { DAY_MS } from '../../math/time.ts';

/**
 * The instant (epoch ms) at which a wall clock of the zone shows `wall` (the same digits read as UTC, ms).
 *
 * When clocks go back, an hour is shown twice: the result is the instant nearer to `near`, or the earlier one if `near` is
 * -Infinity. When clocks go forward, an hour is never shown: it is read as on a clock that was not changed yet, so 02:30 on
 * that night is the instant 03:30.
 */
export type TimeZone = (wall: number, near: number) => number;

/** For a question to which the zone does not matter, or a site in UTC. */
export const ZONELESS: TimeZone = (wall) => wall;

/** Throws RangeError when the name is not in the IANA time zone database. */
export const compileTimeZone = (name: string): TimeZone => {
  const offsetAt = daysOffset(zoneOffset(name));
  return (wall, near) => {
    // No zone changes twice within two days, so one of the two offsets around `wall` is valid at `wall`.
    const before = offsetAt(wall - DAY_MS);
    const after = offsetAt(wall + DAY_MS);
    if (before === after) return wall - before;
    const [first, second] = [wall - before, wall - after];
    const firstShown = offsetAt(first) === before;
    const secondShown = offsetAt(second) === after;
    if (firstShown && secondShown) return Math.abs(second - near) < Math.abs(near - first) ? second : first;
    return secondShown ? second : first;
  };
};

/** Days whose offset is kept. Readings are of today; those of a recording are of one day after the other. */
const MAX_DAYS = 16;

/**
 * The same offsets, those of whole days remembered: a time costs 3 us less. No zone changes twice within a day, so a day that begins
 * and ends with one offset has it throughout; on the others each instant is looked up.
 */
const daysOffset = (offsetAt: (at: number) => number): ((at: number) => number) => {
  const days = new Map<number, number>();
  return (at) => {
    const day = Math.floor(at / DAY_MS);
    let offset = days.get(day);
    if (offset === undefined) {
      const begin = offsetAt(day * DAY_MS);
      offset = begin === offsetAt((day + 1) * DAY_MS) ? begin : NaN;
      if (days.size >= MAX_DAYS) days.clear();
      days.set(day, offset);
    }
    return Number.isNaN(offset) ? offsetAt(at) : offset;
  };
};

/** A zone's offset from UTC in ms at an instant. Throws RangeError when the name is not in the IANA time zone database. */
export const zoneOffset = (timeZone: string): ((at: number) => number) => {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  return (at) => {
    // "1/15/2025, GMT+05:30"; offsets with seconds are older than standard time, and GMT alone is an offset of 0.
    const match = /GMT(?:([+-])(\d+):(\d+)(?::(\d+))?)?$/.exec(format.format(at));
    const [sign, hours, minutes, seconds] = [match?.[1], match?.[2] ?? 0, match?.[3] ?? 0, match?.[4] ?? 0];
    const offset = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000;
    return sign === '-' ? -offset : offset;
  };
};
