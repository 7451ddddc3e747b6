import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { holidaysOf } from '../../../src/config/calendar/holidays.ts';
import { Schedule } from '../../../src/config/calendar/schedule.ts';
import { holidaysSchema, maintenanceSchema } from '../../../src/config/schema/maintenance.ts';
import { compileTimeZone } from '../../../src/stream/time/time-zone.ts';
import { directoryWith, failure, load, SITE } from '../site.ts';

const time = (text: string): number => Date.parse(text);
const scheduleOf = (windows: readonly object[], zone = 'Europe/Berlin'): Schedule =>
  new Schedule(maintenanceSchema.parse(windows), compileTimeZone(zone));
const shown = (schedule: Schedule, from: string, until: string): string[] =>
  schedule
    .windows(time(from), time(until))
    .map((window) => [window.from, window.until].map((at) => new Date(at).toISOString().slice(0, 16)).join(' '));

const ICS = (start: string): string =>
  `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Filter change\r\nDTSTART:${start}\r\nDURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR`;

describe('windows', () => {
  test('one-off: local time of the site, or with an offset', () => {
    const window = (from: string, until: string): Schedule => scheduleOf([{ from, until, series: ['a'], reason: 'x' }]);
    const local = window('2026-07-01T08:00', '2026-07-01 12:00');
    expect(local.windows(0, time('2027-01-01'))).toEqual([
      { from: time('2026-07-01T06:00Z'), until: time('2026-07-01T10:00Z'), series: ['a'], reason: 'x' },
    ]);
    expect(shown(window('2026-07-01', '2026-07-02T00:00Z'), '2026-01-01', '2027-01-01')).toEqual([
      '2026-06-30T22:00 2026-07-02T00:00',
    ]);
    // `until` of the question, and of the window, do not belong to it.
    expect(local.windows(time('2026-07-01T10:00Z'), time('2027-01-01'))).toEqual([]);
    expect(local.windows(0, time('2026-07-01T06:00Z'))).toEqual([]);
  });

  test('recurring: at the same time of day all year, each of the same length', () => {
    const schedule = scheduleOf([{ rule: 'FREQ=WEEKLY', start: '2026-03-22T01:30', for: '2h' }]);
    expect(shown(schedule, '2026-03-22', '2026-04-06')).toEqual([
      '2026-03-22T00:30 2026-03-22T02:30',
      '2026-03-29T00:30 2026-03-29T02:30',
      '2026-04-04T23:30 2026-04-05T01:30',
    ]);
    const inUtc = scheduleOf([{ rule: 'FREQ=WEEKLY', start: '2026-03-22T01:30Z', for: '2h' }]);
    expect(shown(inUtc, '2026-03-29', '2026-04-06').map((span) => span.slice(11, 16))).toEqual(['01:30', '01:30']);
  });

  test('an hour that the clock shows twice is the first; one that it leaves out is read as before the change', () => {
    const nightly = scheduleOf([{ rule: 'FREQ=DAILY', start: '2026-01-01T02:30', for: '30m' }]);
    expect(shown(nightly, '2026-10-25', '2026-10-26')).toEqual(['2026-10-25T00:30 2026-10-25T01:00']);
    expect(shown(nightly, '2026-03-29', '2026-03-30')).toEqual(['2026-03-29T01:30 2026-03-29T02:00']);
  });

  test('of a window that began before the question', () => {
    const schedule = scheduleOf([{ rule: 'FREQ=MONTHLY;BYMONTHDAY=1', start: '2026-01-01T00:00', for: '20d' }], 'UTC');
    expect(shown(schedule, '2026-05-15T12:00Z', '2026-05-15T13:00Z')).toEqual(['2026-05-01T00:00 2026-05-21T00:00']);
  });
});

describe('an .ics file', () => {
  test('is read again when it has changed; while it is missing or damaged its windows stay', () => {
    const directory = directoryWith({ 'a.ics': ICS('20260701T080000Z') });
    const path = join(directory, 'a.ics');
    const schedule = scheduleOf([{ calendar: path, series: ['a'] }]);
    const problems: string[] = [];
    const refresh = (): boolean => schedule.refresh((problem) => problems.push(problem));
    expect(schedule.windows(0, 2e12)).toMatchObject([{ reason: 'Filter change', series: ['a'] }]);
    expect(refresh()).toBe(false);

    writeFileSync(join(directory, 'new.ics'), ICS('20260801T080000Z'));
    renameSync(join(directory, 'new.ics'), path);
    expect(refresh()).toBe(true);
    expect(shown(schedule, '2026-01-01', '2027-01-01')).toEqual(['2026-08-01T08:00 2026-08-01T09:00']);

    rmSync(path);
    expect([refresh(), refresh()]).toEqual([false, false]);
    expect(problems).toEqual([`${path}: there is no such file; its windows stay as they were`]);
    expect(shown(schedule, '2026-01-01', '2027-01-01')).toHaveLength(1);
  });
});

describe('holidays', () => {
  const day = (text: string): number => time(`${text}T00:00Z`) / 86_400_000;

  test('of one year, of each year, and of a file; a negative answer without any', () => {
    const directory = directoryWith({
      'h.ics': [
        'BEGIN:VCALENDAR',
        ...[
          'BEGIN:VEVENT',
          'DTSTART;VALUE=DATE:20250402',
          'DTEND;VALUE=DATE:20250404',
          'RRULE:FREQ=YEARLY',
          'END:VEVENT',
        ],
        ...['BEGIN:VEVENT', 'DTSTART:20260601T080000Z', 'DURATION:PT1H', 'END:VEVENT'],
        'END:VCALENDAR',
      ].join('\r\n'),
    });
    const calendar = join(directory, 'h.ics');
    const { isHoliday, problems } = holidaysOf(holidaysSchema.parse({ dates: ['2026-12-24', '12-25'], calendar }));
    const days = [
      '2026-12-24',
      '2027-12-24',
      '2026-12-25',
      '2031-12-25',
      '2026-04-01',
      '2026-04-02',
      '2026-04-03',
      '2026-04-04',
      '2026-06-01',
    ];
    expect(days.filter((text) => isHoliday!(day(text)))).toEqual([
      '2026-12-24',
      '2026-12-25',
      '2031-12-25',
      '2026-04-02',
      '2026-04-03',
    ]);
    expect(isHoliday!(1e9)).toBe(false); // no date at all
    expect(problems).toEqual([`${calendar}: 1 events with a time of day are no holidays`]);
    expect(holidaysOf(holidaysSchema.parse({})).isHoliday).toBeNull();
  });
});

describe('in a site file', () => {
  const mistakes = (yaml: string): string[] => failure(SITE + yaml).lines.map((line) => line.replace('site.yaml:', ''));

  test('a rule that cannot be read is named with its line and column', () => {
    expect(mistakes('maintenance:\n  - rule: FREQ=MONTHLY;BYDAY=8XX\n    start: 2026-01-01\n    for: 2h\n')).toEqual([
      '8:11: maintenance[0].rule: expected an iCalendar rule such as FREQ=MONTHLY;BYDAY=1SA: BYDAY must be days such as MO,TU, or 1SA and -1SU for the first and last of a month; got "FREQ=MONTHLY;BYDAY=8XX"',
    ]);
  });

  test.each([
    [
      '- { from: 2026-01-01, until: 2025-12-31 }',
      '8:32: maintenance[0].until: expected a time after from, which is "2026-01-01"',
    ],
    [
      '- { from: yesterday, until: 2026-01-01 }',
      '8:13: maintenance[0].from: expected a time such as 2026-12-01T08:00, in the time zone of the site, or with an offset; got "yesterday"',
    ],
    ['- { from: 2026-01-01 }', '8:5: maintenance[0]: expected until as well'],
    ['- { rule: FREQ=DAILY }', '8:5: maintenance[0]: expected start and for as well'],
    ['- { reason: x }', '8:5: maintenance[0]: expected one of: from and until; rule, start and for; or calendar'],
    [
      '- { from: 2026-01-01, until: 2026-01-02, series: [c] }',
      '8:53: maintenance[0].series[0]: no input gives a series "c", and no group has this name',
    ],
    ['- { calendar: b.ics }', '8:17: maintenance[0].calendar: b.ics: there is no such file'],
  ])('%s', (window, line) => {
    expect(mistakes(`maintenance:\n  ${window}\n`)).toEqual([line]);
  });

  test('holidays', () => {
    expect(mistakes('holidays:\n  dates: [2026-02-30, 13-01]\n')).toEqual(
      ['8:11', '8:23'].map(
        (place, i) =>
          `${place}: holidays.dates[${i}]: expected a date such as 2026-12-24, or 12-25 for each year; got ${['"2026-02-30"', '"13-01"'][i]}`,
      ),
    );
  });

  test('paths of calendars start at the file; an event that is left out is a warning', () => {
    const bad = ICS('20260701T080000Z').replace('PT1H', 'PT0S');
    const { site, warnings } = load(`${SITE}maintenance:\n  - calendar: a.ics\nholidays: { calendar: a.ics }\n`, {
      'a.ics': bad,
    });
    const [{ calendar }] = site.maintenance;
    expect(calendar).toMatch(/^\/.*\/a\.ics$/);
    expect(site.holidays.calendar).toBe(calendar);
    expect(warnings).toEqual(
      Array(2).fill(`${calendar!}: event "Filter change" is left out: it does not end after its start`),
    );
  });
});
