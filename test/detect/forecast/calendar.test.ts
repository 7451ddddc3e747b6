import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Calendar, UTC } from '../../../src/detect/forecast/calendar.ts';
import { zoneOffset } from '../../../src/stream/time/time-zone.ts';

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const in_ = (zone: string): Calendar => new Calendar(zoneOffset(zone));
const time = (text: string): number => Date.parse(text);

/** Time of day of a share of it, as a wall clock shows it. */
const shown = (share: number): string => new Date(Math.round(share * DAY)).toISOString().slice(11, 16);
/** What the wall clock of a calendar shows at each instant. */
const clock = (calendar: Calendar, ...instants: string[]): string[] =>
  instants.map((text) => shown(calendar.day(time(text))));

test('UTC: noon of a Thursday is half of the day, and three and a half days of the week', () => {
  const at = time('2026-01-01T12:00:00Z');
  expect(UTC.day(at)).toBe(0.5);
  expect(UTC.week(at)).toBe(3.5 / 7);
});

test('a week begins at midnight before Monday', () => {
  const monday = time('2026-11-23T00:00:00Z');
  expect(UTC.week(monday)).toBe(0);
  expect(UTC.week(monday - 1)).toBeCloseTo(1, 8);
});

describe('the clock is changed', () => {
  test('in Berlin: forward on 29 March 2026 at 01:00 UTC, back on 25 October', () => {
    const berlin = in_('Europe/Berlin');
    expect(clock(berlin, '2026-03-29T00:59:00Z', '2026-03-29T01:00:00Z')).toEqual(['01:59', '03:00']);
    expect(clock(berlin, '2026-10-25T00:59:00Z', '2026-10-25T01:00:00Z')).toEqual(['02:59', '02:00']);
    expect(berlin.day(time('2026-03-29T22:00:00Z'))).toBe(0); // that Sunday had 23 hours
    expect(berlin.day(time('2026-10-25T23:00:00Z'))).toBe(0); // that one 25
  });

  test('in Adelaide, half an hour off: in the south it is summer at the other time', () => {
    const adelaide = in_('Australia/Adelaide');
    expect(clock(adelaide, '2026-04-04T16:29:00Z', '2026-04-04T16:30:00Z')).toEqual(['02:59', '02:00']);
    expect(clock(adelaide, '2026-10-03T16:29:00Z', '2026-10-03T16:30:00Z')).toEqual(['01:59', '03:00']);
  });

  test('on Lord Howe Island by half an hour', () => {
    const lordHowe = in_('Australia/Lord_Howe');
    expect(clock(lordHowe, '2026-04-04T14:59:00Z', '2026-04-04T15:00:00Z')).toEqual(['01:59', '01:30']);
    expect(clock(lordHowe, '2026-10-03T15:29:00Z', '2026-10-03T15:30:00Z')).toEqual(['01:59', '02:30']);
  });

  test('in Kathmandu never: quarters of an hour off all year', () => {
    expect(clock(in_('Asia/Kathmandu'), '2026-01-01T00:00:00Z', '2026-07-01T00:00:00Z')).toEqual(['05:45', '05:45']);
  });

  test('in Samoa a whole day: 30 December 2011 never was', () => {
    const apia = in_('Pacific/Apia');
    expect(apia.week(time('2011-12-30T09:59:00Z')) * 7).toBeCloseTo(3 + (24 * 60 - 1) / 1440, 9); // Thursday, 23:59
    expect(apia.week(time('2011-12-30T10:00:00Z')) * 7).toBeCloseTo(5, 9); // Saturday
  });
});

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/St_Johns',
  'Asia/Kolkata',
  'Australia/Adelaide',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Africa/Casablanca',
];
const instant = fc.integer({ min: time('2005-01-01T00:00:00Z'), max: time('2040-01-01T00:00:00Z') });

test('always in [0, 1), also long ago and far away', () => {
  const berlin = in_('Europe/Berlin');
  fc.assert(
    fc.property(fc.integer({ min: -1e15, max: 8e15 }), (at) => {
      for (const share of [berlin.day(at), berlin.week(at), UTC.day(at + 0.3), UTC.week(at + 0.3)]) {
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThan(1);
      }
    }),
  );
});

test('agrees with Intl in every zone, whatever was asked before', () => {
  const calendars = zones.map((zone): [Calendar, Intl.DateTimeFormat] => [
    in_(zone),
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      hour: '2-digit',
      minute: '2-digit',
      weekday: 'short',
    }),
  ]);
  const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  fc.assert(
    fc.property(fc.array(instant, { maxLength: 5 }), fc.nat(zones.length - 1), (instants, z) => {
      const [calendar, format] = calendars[z];
      for (const at of instants.map((at) => Math.floor(at / MINUTE) * MINUTE)) {
        const day = days[Math.floor(calendar.week(at) * 7 + 1e-9)];
        expect(`${day} ${shown(calendar.day(at))}`).toBe(format.format(at).replace(',', ''));
      }
    }),
  );
});

test('goes on with time, an hour in an hour, but where the clock is changed', () => {
  const calendars = zones.map((zone): [Calendar, (at: number) => number] => [in_(zone), zoneOffset(zone)]);
  fc.assert(
    fc.property(instant, fc.integer({ min: 1, max: 6 * HOUR }), fc.nat(zones.length - 1), (at, later, z) => {
      const [calendar, offsetAt] = calendars[z];
      const changed = offsetAt(at + later) - offsetAt(at);
      const gone = (calendar.week(at + later) - calendar.week(at) + 1) % 1;
      expect(gone * 7 * DAY).toBeCloseTo((later + changed + 7 * DAY) % (7 * DAY), 3);
    }),
  );
});

test('asks the zone twice for a day of readings, and on the day of a change a few dozen times', () => {
  let asked = 0;
  const offsetAt = zoneOffset('Europe/Berlin');
  const calendar = new Calendar((at) => {
    asked++;
    return offsetAt(at);
  });
  const readDay = (day: string): number => {
    asked = 0;
    for (let minute = 0; minute < 1440; minute++) calendar.day(time(day) + minute * MINUTE);
    return asked;
  };
  expect(readDay('2026-03-28T00:00:00Z')).toBe(2);
  expect(readDay('2026-03-29T00:00:00Z')).toBeLessThan(70);
});

describe('an instant in words', () => {
  test.each([
    ['Europe/Berlin', Date.UTC(2026, 2, 29, 0, 59, 59), '2026-03-29 01:59 +01:00'],
    ['Europe/Berlin', Date.UTC(2026, 2, 29, 1, 0), '2026-03-29 03:00 +02:00'],
    ['Asia/Kolkata', Date.UTC(2026, 0, 31, 20, 0), '2026-02-01 01:30 +05:30'],
    ['America/St_Johns', Date.UTC(2026, 0, 1, 2, 0), '2025-12-31 22:30 -03:30'],
    ['Europe/London', Date.UTC(2026, 0, 1, 2, 0), '2026-01-01 02:00 UTC'],
  ])('in %s', (zone, at, text) => {
    expect(new Calendar(zoneOffset(zone)).text(at)).toBe(text);
  });

  test('is in UTC where no zone is known', () => {
    expect(UTC.text(Date.UTC(2026, 10, 23, 8, 15))).toBe('2026-11-23 08:15 UTC');
  });
});

describe('a holiday', () => {
  // 25 December 2026 is a Friday.
  const christmas = Date.UTC(2026, 11, 25) / DAY;
  const berlin = new Calendar(zoneOffset('Europe/Berlin'), (day) => day === christmas);

  test('is a Sunday in the week, with its own time of day', () => {
    const noon = time('2026-12-25T12:00:00+01:00');
    expect([berlin.week(noon) * 7, berlin.day(noon)]).toEqual([6.5, 0.5]);
  });

  test('begins and ends at midnight of the site', () => {
    const around = ['2026-12-24T22:59:59Z', '2026-12-24T23:00:00Z', '2026-12-25T22:59:59Z', '2026-12-25T23:00:00Z'];
    expect(around.map((text) => Math.floor(berlin.week(time(text)) * 7))).toEqual([3, 6, 6, 5]);
  });
});
