import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTime } from '../../../src/stream/time/event-time.ts';
import { compileTimeZone } from '../../../src/stream/time/time-zone.ts';

const utc = (text: string): number => Date.parse(text);

test.each<[value: unknown, iso: string]>([
  [1680962879.62, '2023-04-08T14:07:59.620Z'],
  ['1680962879.62', '2023-04-08T14:07:59.620Z'],
  [1.320067464e9, '2011-10-31T13:24:24.000Z'],
  [1680962879620, '2023-04-08T14:07:59.620Z'],
  [1680962879620123, '2023-04-08T14:07:59.620Z'],
  ['1653579140440951943', '2022-05-26T15:32:20.441Z'],
  ['2023-07-28T04:10:22Z', '2023-07-28T04:10:22.000Z'],
  ['2020-08-11T08:59:45.869225403Z', '2020-08-11T08:59:45.869Z'],
  ['2020-02-26T20:44:09+01:00', '2020-02-26T19:44:09.000Z'],
  ['2020-02-26T20:44:09.5-0330', '2020-02-27T00:14:09.500Z'],
  ['2020-02-26 20:44:09,25+01', '2020-02-26T19:44:09.250Z'],
  ['2020-02-26 20:44:09 +01:00', '2020-02-26T19:44:09.000Z'],
  [' 2020-02-26t20:44z ', '2020-02-26T20:44:00.000Z'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  [99_999_999_999, '5138-11-16T09:46:39.000Z'], // the last that are seconds
  [100_000_000_000, '1973-03-03T09:46:40.000Z'], // the first that are milliseconds
])('%j is %s', (value, iso) => {
  expect(parseTime(value, null)).toBe(utc(iso));
});

test.each<[value: unknown, reason: string]>([
  [undefined, 'no_time'],
  [null, 'no_time'],
  ['', 'no_time'],
  ['2018-02-15T17:37:10', 'time_without_zone'],
  ['2018-02-15 17:37', 'time_without_zone'],
  ['2025-02-29T00:00:00Z', 'not_a_time'],
  ['2025-13-01T00:00:00Z', 'not_a_time'],
  ['2025-01-01T24:00:00Z', 'not_a_time'],
  ['2025-01-01T00:60:00Z', 'not_a_time'],
  ['2025-01-01T00:00:00+99:00', 'not_a_time'],
  ['2025-01-15', 'not_a_time'],
  ['0001-01-01T00:00:00Z', 'not_a_time'], // Go's zero time
  ['1970-01-01T00:00:00Z', 'not_a_time'],
  [0, 'not_a_time'],
  [-5, 'not_a_time'],
  [NaN, 'not_a_time'],
  [Infinity, 'not_a_time'],
  ['1e999', 'not_a_time'],
  [1e300, 'not_a_time'],
  ['now', 'not_a_time'],
  ['ON', 'not_a_time'],
  [true, 'not_a_time'],
  [{}, 'not_a_time'],
  [[1680962879], 'not_a_time'],
])('%j is no time: %s', (value, reason) => {
  expect(parseTime(value, null)).toBe(reason);
});

describe('local times', () => {
  const berlin = compileTimeZone('Europe/Berlin');

  test.each<[local: string, zone: string, iso: string]>([
    ['2018-02-15T17:37:10', 'Europe/Berlin', '2018-02-15T16:37:10Z'],
    ['2018-07-15 17:37:10.5', 'Europe/Berlin', '2018-07-15T15:37:10.500Z'],
    ['2025-01-15T12:00:00', 'Asia/Kolkata', '2025-01-15T06:30:00Z'],
    ['2025-01-15T12:00:00', 'America/St_Johns', '2025-01-15T15:30:00Z'],
    ['2025-01-15T12:00:00', 'UTC', '2025-01-15T12:00:00Z'],
    ['2025-03-30T01:59:59', 'Europe/Berlin', '2025-03-30T00:59:59Z'], // the last second of winter time
    ['2025-03-30T03:00:00', 'Europe/Berlin', '2025-03-30T01:00:00Z'], // the next one
    ['2025-10-26T01:59:59', 'Europe/Berlin', '2025-10-25T23:59:59Z'],
    ['2025-10-26T03:00:00', 'Europe/Berlin', '2025-10-26T02:00:00Z'],
  ])('%s in %s is %s', (local, zone, iso) => {
    expect(parseTime(local, compileTimeZone(zone))).toBe(utc(iso));
  });

  test('an offset in the text counts, not the zone', () => {
    expect(parseTime('2018-02-15T17:37:10Z', berlin)).toBe(utc('2018-02-15T17:37:10Z'));
  });

  test('02:30 in the hour that is never shown is read as on a clock that was not changed yet', () => {
    expect(parseTime('2025-03-30T02:30:00', berlin)).toBe(utc('2025-03-30T01:30:00Z'));
    expect(parseTime('2025-03-09T02:30:00', compileTimeZone('America/New_York'))).toBe(utc('2025-03-09T07:30:00Z'));
  });

  test('02:30 in the hour that is shown twice is the instant nearer to the arrival, by default the first', () => {
    const [first, second] = [utc('2025-10-26T00:30:00Z'), utc('2025-10-26T01:30:00Z')];
    expect(parseTime('2025-10-26T02:30:00', berlin)).toBe(first);
    expect(parseTime('2025-10-26T02:30:00', berlin, first + 2000)).toBe(first);
    expect(parseTime('2025-10-26T02:30:00', berlin, second + 2000)).toBe(second);
    expect(parseTime('2025-10-26T02:30:00', berlin, second - 2000)).toBe(second);
  });

  test('a sensor that reports each minute through the night of the change is never late', () => {
    const wallClock = (at: number, offsetHours: number): string =>
      new Date(at + offsetHours * 3_600_000).toISOString().slice(0, -1);
    const change = utc('2025-10-26T01:00:00Z');
    for (let at = change - 7_200_000; at < change + 7_200_000; at += 60_000)
      expect(parseTime(wallClock(at, at < change ? 2 : 1), berlin, at + 500)).toBe(at);
  });

  test('an unknown zone is a RangeError', () => {
    expect(() => compileTimeZone('Europe/Atlantis')).toThrow(RangeError);
  });

  test('for any instant and zone, the wall clock read near that instant is the instant', () => {
    const zone = fc.constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'Pacific/Apia',
      'Africa/Casablanca',
      'UTC',
    );
    const instant = fc.oneof(
      fc.integer({ min: utc('1975-01-01T00:00:00Z'), max: utc('2037-01-01T00:00:00Z') }),
      fc.integer({ min: utc('2025-10-25T22:00:00Z'), max: utc('2025-10-26T04:00:00Z') }), // Berlin
      fc.integer({ min: utc('2025-04-05T13:00:00Z'), max: utc('2025-04-05T18:00:00Z') }), // Lord Howe, half an hour
    );
    fc.assert(
      fc.property(instant, zone, fc.integer({ min: -800_000, max: 800_000 }), (at, timeZone, lag) => {
        const parts = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(
          at,
        );
        expect(parseTime(parts, compileTimeZone(timeZone), at + lag)).toBe(Math.floor(at / 1000) * 1000);
      }),
    );
  });
});

test('one instant, written in any of the ways, is one time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 100_000_000_000, max: 8_640_000_000_000 }), (at) => {
      expect(parseTime(at, null)).toBe(at);
      expect(parseTime(String(at), null)).toBe(at);
      expect(parseTime(at / 1000, null)).toBe(at);
      expect(parseTime(at * 1000, null)).toBe(at);
      expect(parseTime(`${at}000000`, null)).toBe(at);
      expect(parseTime(new Date(at).toISOString(), null)).toBe(at);
    }),
  );
});

test('any value is a whole positive time or a reason', () => {
  const zone = compileTimeZone('Europe/Berlin');
  fc.assert(
    fc.property(
      fc.oneof(fc.anything(), fc.string({ unit: fc.constantFrom(...'0123456789-:T .Z+'.split('')) })),
      (value) => {
        const at = parseTime(value, zone);
        expect(typeof at === 'string' || (Number.isSafeInteger(at) && at >= 0)).toBe(true);
      },
    ),
    { numRuns: 1000 },
  );
});

test('the common form gives what Date.parse gives, for every day, and is refused where that refuses', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(1), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
      expect(parseTime(date.toISOString(), null)).toBe(date.getTime());
    }),
  );
  for (const text of [
    '2026-02-30T10:00:00.000Z',
    '2026-13-01T10:00:00.000Z',
    '2026-01-01T24:30:00.000Z',
    '2026-01-01T10:60:00.000Z',
  ])
    expect(parseTime(text, null)).toBe('not_a_time');
});
