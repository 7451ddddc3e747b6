import { describe, expect, test } from 'vitest';
import { readCalendar, readCalendarFile } from '../../../src/config/calendar/calendar-file.ts';
import { compileTimeZone } from '../../../src/stream/time/time-zone.ts';
import { directoryWith } from '../site.ts';

const berlin = compileTimeZone('Europe/Berlin');

const calendar = (...events: string[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//test//EN',
    ...events.flatMap((event) => ['BEGIN:VEVENT', event, 'END:VEVENT']),
    'END:VCALENDAR',
  ].join('\r\n');

const read = (text: string) => readCalendar(text, berlin, 'a.ics');

/** The spans of all events in a year, in UTC. */
const spansIn = (year: number, text: string): string[] =>
  read(text).events.flatMap(({ spans }) =>
    spans(Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)).map(({ from, until }) =>
      [from, until].map((at) => new Date(at).toISOString().slice(0, 16)).join(' '),
    ),
  );

describe('times', () => {
  test('in UTC, of a named zone, and local ones, which are those of the site', () => {
    const hour = (start: string): string => calendar(`DTSTART${start}\r\nDURATION:PT1H`);
    expect(spansIn(2026, hour(':20260701T080000Z'))).toEqual(['2026-07-01T08:00 2026-07-01T09:00']);
    expect(spansIn(2026, hour(';TZID=America/New_York:20260701T080000'))).toEqual([
      '2026-07-01T12:00 2026-07-01T13:00',
    ]);
    expect(spansIn(2026, hour(':20260701T080000'))).toEqual(['2026-07-01T06:00 2026-07-01T07:00']);
  });

  test('a recurring one keeps its time of day when the clock is changed, and its length', () => {
    const text = calendar(
      'DTSTART;TZID=Europe/Berlin:20260322T013000\r\nDTEND;TZID=Europe/Berlin:20260322T033000\r\nRRULE:FREQ=WEEKLY;COUNT=3',
    );
    // On 29 March 02:00 becomes 03:00 in Berlin: the second one ends at 04:30 there.
    expect(spansIn(2026, text)).toEqual([
      '2026-03-22T00:30 2026-03-22T02:30',
      '2026-03-29T00:30 2026-03-29T02:30',
      '2026-04-04T23:30 2026-04-05T01:30',
    ]);
  });

  test('a whole day is from midnight to midnight, 23 hours when the clock goes forward', () => {
    expect(spansIn(2026, calendar('DTSTART;VALUE=DATE:20260329'))).toEqual(['2026-03-28T23:00 2026-03-29T22:00']);
  });

  test('a zone that the file describes itself, as those of Windows', () => {
    const text = calendar(
      'DTSTART;TZID=W. Europe Standard Time:20260701T080000\r\nDURATION:PT1H\r\nRRULE:FREQ=MONTHLY;INTERVAL=5;COUNT=2',
    );
    const zone = [
      'BEGIN:VTIMEZONE',
      'TZID:W. Europe Standard Time',
      ...['BEGIN:STANDARD', 'DTSTART:16010101T030000', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100'],
      ...['RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10', 'END:STANDARD'],
      ...['BEGIN:DAYLIGHT', 'DTSTART:16010101T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200'],
      ...['RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3', 'END:DAYLIGHT'],
      'END:VTIMEZONE',
    ];
    const withZone = text.replace('BEGIN:VEVENT', `${zone.join('\r\n')}\r\nBEGIN:VEVENT`);
    expect(spansIn(2026, withZone)).toEqual(['2026-07-01T06:00 2026-07-01T07:00', '2026-12-01T07:00 2026-12-01T08:00']);
    expect(read(text)).toMatchObject({
      events: [],
      problems: ['a.ics: event "" is left out: unknown time zone "W. Europe Standard Time"'],
    });
  });
});

test('dates that are left out, added, moved or cancelled', () => {
  const weekly =
    'UID:1\r\nSUMMARY:Service\\, pump 1\r\nDTSTART:20260601T080000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=4';
  const text = calendar(
    `${weekly}\r\nEXDATE:20260608T080000Z\r\nRDATE:20260610T080000Z`,
    'UID:1\r\nRECURRENCE-ID:20260615T080000Z\r\nDTSTART:20260616T100000Z\r\nDURATION:PT2H',
    'UID:1\r\nRECURRENCE-ID:20260622T080000Z\r\nSTATUS:CANCELLED\r\nDTSTART:20260622T080000Z\r\nDURATION:PT1H',
  );
  expect(read(text).events[0].summary).toBe('Service, pump 1');
  expect(spansIn(2026, text)).toEqual([
    '2026-06-01T08:00 2026-06-01T09:00',
    '2026-06-10T08:00 2026-06-10T09:00',
    '2026-06-16T10:00 2026-06-16T12:00',
  ]);
});

test('an event that cannot be used is left out and named; the others count', () => {
  const text = calendar(
    'SUMMARY:every second\r\nDTSTART:20260601T080000Z\r\nDURATION:PT1S\r\nRRULE:FREQ=SECONDLY',
    'SUMMARY:a moment\r\nDTSTART:20260601T080000Z',
    'SUMMARY:no start',
    'SUMMARY:a year\r\nDTSTART:20260101T080000Z\r\nDTEND:20270101T080000Z',
    'SUMMARY:good\r\nDTSTART:20260601T080000Z\r\nDURATION:PT1H',
  );
  const { events, problems } = read(text);
  expect(events.map(({ summary }) => summary)).toEqual(['good']);
  expect(problems).toEqual([
    'a.ics: event "every second" is left out: FREQ must be DAILY, WEEKLY, MONTHLY, YEARLY; for several times a day use BYHOUR',
    'a.ics: event "a moment" is left out: it does not end after its start',
    'a.ics: event "no start" is left out: it has no DTSTART',
    'a.ics: event "a year" is left out: it lasts for more than 62 days',
  ]);
});

describe('a file that cannot be used', () => {
  test.each([
    ['empty', ''],
    ['text', 'nothing\nof this kind'],
    ['cut off', 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT'],
    ['something else', 'BEGIN:VCARD\r\nEND:VCARD'],
  ])('%s', (_, text) => {
    expect(() => read(text)).toThrow(/^a\.ics: not an iCalendar file \(/);
  });

  test('too many events, too many bytes, or missing', () => {
    expect(() => read(calendar(...Array<string>(1001).fill('DTSTART:20260601T080000Z')))).toThrow(
      'more than 1000 events',
    );
    const directory = directoryWith({ 'a.ics': ' '.repeat(1024 * 1024 + 1) });
    expect(() => readCalendarFile(`${directory}/a.ics`, berlin)).toThrow('larger than 1 MiB');
    expect(() => readCalendarFile(`${directory}/b.ics`, berlin)).toThrow('there is no such file');
  });
});
