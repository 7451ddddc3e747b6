import { expect, test } from 'vitest';
import { periodPage } from '../../../src/app/report/period-page.ts';
import { summaryOf } from '../../../src/app/report/summary.ts';
import { localTicks } from '../../../src/app/report/swim-lanes.ts';
import { Calendar } from '../../../src/detect/forecast/calendar.ts';
import type { Anomaly } from '../../../src/detect/episode/anomaly.ts';
import { AnomalyLog } from '../../../src/io/sqlite/tables/anomaly-log.ts';
import { CommandLog } from '../../../src/io/sqlite/tables/command-log.ts';
import type { Database } from '../../../src/io/sqlite/database.ts';
import { readPeriod, type PeriodRecords } from '../../../src/io/sqlite/tables/period.ts';
import type { CommandRecord, Label } from '../../../src/stream/ports/ports.ts';
import { zoneOffset } from '../../../src/stream/time/time-zone.ts';
import { anomaly } from '../../cli/anomaly.ts';
import { habit } from '../../habit.ts';
import { opened } from '../dashboard/database.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SINCE = Date.UTC(2026, 0, 5);
const period = { since: SINCE, until: SINCE + 7 * DAY };
const berlin = new Calendar(zoneOffset('Europe/Berlin'));

const SCRIPT = '<script>alert(1)</script>';

/** An episode of one hour that began `hours` after the begin of the period. */
const at = (id: string, hours: number, rest: Partial<Anomaly> = {}): Anomaly => {
  const startAt = SINCE + hours * HOUR;
  const times = { startAt, openedAt: startAt, peakAt: startAt, endAt: startAt + HOUR };
  return anomaly({ id, ...times, reason: `Sentence of ${id}.`, evidence: { level: 1 }, incident: id, ...rest });
};
const command = (id: string, hours: number, rest: Partial<CommandRecord> = {}): CommandRecord => ({
  ...{ row: null, id, at: SINCE + hours * HOUR, source: 'mqtt', by: 'ada', command: 'normal', series: 'hall' },
  ...{ request: '{}', status: 'done', code: null, reply: '{"text":"done"}', undo: null },
  ...rest,
});
const label = (id: string, event: Anomaly | null, kind: Label['kind'], rest: Partial<Label> = {}): Label => ({
  ...{ id, stream: 'hall', series: 'hall', kind, event: event?.id ?? null, note: null },
  ...{ from: event?.startAt ?? SINCE, until: event?.endAt ?? SINCE },
  ...rest,
});

const pageWith = (records: PeriodRecords): string =>
  periodPage(records, summaryOf(records, SINCE), period, { name: 'house', calendar: berlin, version: '1.0.0' });

/** Seven alarms, of which five were open in the period, and all else that a report has. */
const site = (text = 'plain'): Database => {
  const db = opened();
  const log = new AnomalyLog(db, { quarantineRows: 0 });
  const all = {
    before: at('before', -2),
    into: at('into', -5, { endAt: SINCE + HOUR, severity: 'minor' }),
    jump: at('jump', 24, { severity: 'critical' }),
    with: at('with', 25, { series: text, incident: 'jump', reason: `Sentence of with, ${text}.` }),
    dead: at('dead', 48, { kind: 'sensor', series: 'bath', evidence: { silent: 1 }, severity: 'major' }),
    open: at('open', 72, { kind: 'drift', severity: 'minor', endAt: null, incident: null }),
    after: at('after', 7 * 24),
  };
  for (const each of Object.values(all)) log.record({ anomaly: each, at: each.startAt, receivedAt: each.startAt });
  for (const [{ id, startAt, endAt, severity }, episodes] of [
    [all.before, 1],
    [all.into, 1],
    [all.jump, 2],
    [all.dead, 1],
  ] as const) {
    const incident = { id, startAt, endAt, severity, episodes, open: 0, series: [text], reason: `Began with ${text}.` };
    log.recordIncident({ phase: 'closed', at: startAt, incident });
  }
  log.recordHabit(habit({ id: 'h1', at: SINCE - DAY, since: SINCE - 9 * DAY, lastAt: SINCE + DAY, reason: text }));
  log.recordHabit(habit({ id: 'h2', at: SINCE + DAY, since: SINCE - DAY, lastAt: SINCE + 2 * DAY, reason: 'New.' }));
  log.recordHabit(
    habit({ id: 'h3', at: SINCE - 9 * DAY, since: SINCE - 20 * DAY, lastAt: SINCE - DAY, reason: 'Old.' }),
  );
  const commands = new CommandLog(db);
  // An answer that was changed: the later command counts, whatever the order of their ids.
  for (const each of [
    command('z', 26, { by: text }),
    command('a', 27, { command: 'fault' }),
    command('m', 50, { command: 'missed' }),
    command('n', 51),
    command('r', 52, { command: text, status: 'refused', code: 'unknown_series' }),
    command('late', 7 * 24),
  ])
    commands.record(each);
  commands.addLabel(label('z', all.jump, 'normal', { note: text }));
  commands.addLabel(label('a', all.jump, 'fault'));
  commands.addLabel(label('n', all.with, 'normal', { series: text }));
  commands.addLabel(label('m', null, 'missed', { from: SINCE + DAY, until: SINCE + DAY + HOUR }));
  commands.addLabel(label('gone', all.before, 'normal'));
  return db;
};

const pageOf = (db: Database): string => pageWith(readPeriod(db, period));

test('the numbers of a period, worked by hand', () => {
  const none = { minor: 0, major: 0, critical: 0 };
  expect(summaryOf(readPeriod(site(), period), SINCE)).toEqual({
    alarms: {
      ...{ alarms: 5, open: 1, fault: 1, normal: 1 },
      severity: { minor: 2, major: 2, critical: 1 },
      kind: { process: 3, drift: 1, sensor: 1 },
      kindAndSeverity: {
        process: { minor: 1, major: 1, critical: 1 },
        drift: { ...none, minor: 1 },
        sensor: { ...none, major: 1 },
      },
    },
    sensorFaults: { silent: 1 },
    series: [
      { series: 'hall', alarms: 3, fault: 1, normal: 0, sensor: 0, minor: 2, major: 0, critical: 1 },
      { series: 'bath', alarms: 1, fault: 0, normal: 0, sensor: 1, minor: 0, major: 1, critical: 0 },
      { series: 'plain', alarms: 1, fault: 0, normal: 1, sensor: 0, minor: 0, major: 1, critical: 0 },
    ],
    incidents: { all: 3, open: 0 },
    habits: { all: 2, fresh: 1 },
    answers: { fault: 1, normal: 2, missed: 1 },
    commands: { done: 4, refused: 1, waiting: 0 },
    cut: false,
  });
});

test('the page tells each incident in sentences, in order of start, with the times of the site', () => {
  const page = pageOf(site());
  expect(page).toContain('<h1>5 alarms in 3 incidents, 1 still open</h1>');
  expect(page).toContain('2026-01-05 01:00 +01:00 to 2026-01-12 01:00 +01:00');
  const story = page.slice(page.indexOf('<h2>Incidents</h2>'));
  const places = [
    'Sentence of open.',
    'Sentence of dead.',
    'Sentence of jump.',
    'Sentence of with, plain.',
    'Sentence of into.',
  ];
  expect(places.map((text) => story.indexOf(text)).every((place, i, all) => place > (all[i - 1] ?? 0))).toBe(true);
  expect(story).toMatch(/<time>2026-01-06 01:00<\/time>\s*<b class="of-critical">/);
  expect(story).toMatch(/Sentence of jump\.\s*<span class="tag">confirmed fault<\/span>/);
  expect(story).toMatch(/Sentence of with, plain\.\s*<span class="tag">false alarm<\/span>/);
  expect(page).toContain('<p>silent 1</p>');
  expect(page).toContain('<td>2026-01-06 01:00 to 02:00</td>');
  expect(page).not.toMatch(/Sentence of (?:before|after)|Old\.|NaN|Infinity|undefined|null|\[object/);
});

test('a lane has the bars of its series, at their place and in the colour of their severity', () => {
  const bars = [...pageOf(site()).matchAll(/<rect\s+class="of-(\w+)"\s+x="([\d.]+)"\s+y="12"\s+width="([\d.]+)"/g)];
  // A week is 1000 wide, so an hour is 5.95; the first began before the period, and the open one lasts until its end.
  expect(bars.map(([, ...bar]) => bar)).toEqual([
    ['minor', '0.0', '6.0'],
    ['minor', '428.6', '571.4'],
    ['critical', '142.9', '6.0'],
    ['major', '285.7', '6.0'],
    ['major', '148.8', '6.0'],
  ]);
});

test('text of the database is text and never markup, and the page loads nothing', () => {
  const tags = (page: string): readonly string[] => page.match(/<\/?[a-z0-9]+/g)!;
  const page = pageOf(site(SCRIPT));
  expect(page).not.toContain('<script');
  // By: series in lane, tables and label; sentence; habit; note, person and name of a command.
  expect(page.split('&lt;script&gt;alert(1)&lt;/script&gt;').length).toBeGreaterThan(9);
  expect(tags(page).toSorted()).toEqual(tags(pageOf(site())).toSorted());
  expect(page).not.toMatch(/\b(?:src|href|action|data)=|url\(|@import|https?:|javascript:/);
  expect(page).toContain('prefers-color-scheme: dark');
});

test('of more alarms than a report may have, the newest are counted, and the page says so', () => {
  const db = site();
  const all = readPeriod(db, period, 5);
  expect(all.cut).toBe(false);
  const newest = readPeriod(db, period, 2);
  expect(newest.alarms.map(({ id }) => id)).toEqual(['dead', 'open']);
  expect(newest.incidents.map(({ id }) => id)).toEqual(['jump', 'dead']);
  const page = pageWith(newest);
  expect(page).toContain('<h1>The newest 2 alarms in 2 incidents, 1 still open</h1>');
  expect(page).toContain('The period has more alarms than one report counts');
});

test('a period without anything says so', () => {
  const db = opened();
  const page = pageOf(db);
  expect(page).toContain('<h1>No alarms in this period</h1>');
  for (const text of ['No habits came', 'No answers about', 'No commands in']) expect(page).toContain(text);
  expect(page).not.toContain('<svg');
  expect(summaryOf(readPeriod(db, period), SINCE)).toMatchObject({ alarms: { alarms: 0 }, series: [], cut: false });
});

test('marks of the time axis are round times of the site, also where the clock changes', () => {
  // The clock in Berlin was put forward on 2026-03-29 at 01:00 UTC.
  const ticks = localTicks(Date.UTC(2026, 2, 27, 12), Date.UTC(2026, 2, 30, 12), berlin);
  expect(ticks.map(({ at: time, label: text }) => `${berlin.text(time)} ${text}`)).toEqual([
    '2026-03-28 00:00 +01:00 28 Mar',
    '2026-03-28 12:00 +01:00 12:00',
    '2026-03-29 00:00 +01:00 29 Mar',
    '2026-03-29 12:00 +02:00 12:00',
    '2026-03-30 00:00 +02:00 30 Mar',
    '2026-03-30 12:00 +02:00 12:00',
  ]);
  // In New York it was 02:00 to 03:00 at 07:00 UTC, and 02:00 does not exist.
  const newYork = new Calendar(zoneOffset('America/New_York'));
  const hours = localTicks(Date.UTC(2026, 2, 8, 5), Date.UTC(2026, 2, 8, 17), newYork);
  expect(hours.map(({ at: time, label: text }) => `${newYork.text(time).slice(11)} ${text}`)).toEqual([
    '00:00 -05:00 8 Mar',
    '04:00 -04:00 04:00',
    '06:00 -04:00 06:00',
    '08:00 -04:00 08:00',
    '10:00 -04:00 10:00',
    '12:00 -04:00 12:00',
  ]);
});
