import { Hono } from 'hono';
import { expect, test } from 'vitest';
import type { IncidentsBody, IncidentStory } from '../../../src/app/dashboard/contract/incidents.ts';
import { incidentsBody } from '../../../src/app/dashboard/incidents.ts';
import { incidentsRoutes } from '../../../src/app/dashboard/routes/incidents.ts';
import type { PipelineView } from '../../../src/app/pipeline/view.ts';
import type { Anomaly } from '../../../src/detect/episode/anomaly.ts';
import { AnomalyLog } from '../../../src/io/sqlite/tables/anomaly-log.ts';
import { CommandLog } from '../../../src/io/sqlite/tables/command-log.ts';
import type { Database } from '../../../src/io/sqlite/database.ts';
import { IncidentTable } from '../../../src/io/sqlite/tables/incident-table.ts';
import { anomaly } from '../../cli/anomaly.ts';
import { opened, store } from './database.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 0, 12);

/** An episode of one hour in `series` that began so many hours before now. */
const before = (hours: number, series: string, rest: Partial<Anomaly> = {}): Anomaly => {
  const startAt = NOW - hours * HOUR;
  const id = `${series}-p${startAt.toString(36)}`;
  const times = { startAt, openedAt: startAt + 60_000, peakAt: startAt + 120_000, endAt: startAt + HOUR };
  return anomaly({ id, stream: series, series, ...times, reason: `${series} is high.`, incident: id, ...rest });
};

const served = (db: Database) => {
  const app = new Hono();
  const series = [{ slug: 'hall', label: 'Hall' }, { slug: 'pump' }, { slug: 'quiet' }];
  const view = { streams: () => [{ series }] } as unknown as PipelineView;
  incidentsRoutes({ now: () => NOW, db, pipeline: () => view })(app);
  const get = async (path: string) => app.request(`/api/incidents${path}`);
  return {
    get,
    list: async (query = '') => (await (await get(`?${query}`)).json()) as IncidentsBody,
    story: async (id: string) => (await (await get(`/${id}`)).json()) as IncidentStory,
  };
};

/** The pump fails, three minutes later the hall; two days before the hall alone; a month before, the pump. */
const site = () => {
  const db = opened();
  const pump = before(5, 'pump', { severity: 'critical', evidence: { level: 0.25, jump: 0.75 } });
  const hall = before(5 - 1 / 20, 'hall', { severity: 'minor', kind: 'drift', endAt: null, incident: pump.id });
  const alone = before(48, 'hall');
  const old = before(24 * 30, 'pump');
  // Stored in another order than that of their begin.
  store(db, [hall, old, alone, pump]);
  return { db, pump, hall, alone, old };
};

test('the last week: a lane for each series, the worst first, and the incidents, the newest first', async () => {
  const { db, pump, alone } = site();
  const body = await served(db).list();
  expect(body).toMatchObject({ now: NOW, since: NOW + 1 - 7 * DAY, until: NOW + 1, cut: false, incidentsBeyond: 0 });
  expect(body.lanes.map(({ series, label, alarms }) => [series, label, alarms])).toEqual([
    ['pump', null, 1],
    ['hall', 'Hall', 2],
    ['quiet', null, 0],
  ]);
  expect(body.lanesBeyond).toEqual({ withAlarms: 0, quiet: 0 });
  expect(body.incidents.map(({ id, alarms, series, endAt }) => ({ id, alarms, series, endAt }))).toEqual([
    { id: pump.id, alarms: 2, series: ['pump', 'hall'], endAt: null },
    { id: alone.id, alarms: 1, series: ['hall'], endAt: alone.endAt },
  ]);
  expect(body.incidents[0]).toMatchObject({
    severity: 'critical',
    reason: 'pump is high.',
    kinds: ['process', 'drift'],
  });
  expect(body.counts).toEqual({ alarms: 3, incidents: 2, open: 1, severity: { minor: 1, major: 1, critical: 1 } });
  expect(body.series).toEqual(['hall', 'pump', 'quiet']);
});

test('each filter leaves only its alarms, and an incident stays when one of its alarms passes', async () => {
  const { db, pump, alone } = site();
  const { list } = served(db);
  const ids = async (query: string) => (await list(query)).incidents.map(({ id }) => id);
  expect(await ids('series=hall')).toEqual([pump.id, alone.id]);
  expect(await ids('series=pump')).toEqual([pump.id]);
  expect(await ids('severity=major')).toEqual([alone.id]);
  expect(await ids('kind=drift')).toEqual([pump.id]);
  expect(await ids('open=1')).toEqual([pump.id]);
  expect(await ids(`since=${NOW - 60 * HOUR}&until=${NOW - 40 * HOUR}`)).toEqual([alone.id]);
  expect(await ids(`span=${40 * HOUR}`)).toEqual([pump.id]);
  expect(await ids("series=hall' OR 1=1 --")).toEqual([]);
});

test('an alarm that began before the period and was open in it belongs to it', async () => {
  const { db, alone } = site();
  const body = await served(db).list(`since=${alone.startAt + HOUR / 2}&until=${alone.startAt + 2 * HOUR}`);
  expect(body.incidents.map(({ id }) => id)).toEqual([alone.id]);
  expect(body.lanes.find(({ series }) => series === 'hall')?.bars).toEqual([
    { from: alone.startAt, until: alone.endAt, severity: 'major', alarms: 1, incident: alone.id },
  ]);
});

test('a story has its alarms in the order in which the deviations began, with evidence and the last answer', async () => {
  const { db, pump, hall } = site();
  const commands = new CommandLog(db);
  const label = { stream: 'pump', series: 'pump', from: pump.startAt, until: pump.endAt!, event: pump.id, note: null };
  const command = { row: null, source: 'cli', by: null, command: 'normal', series: 'pump', request: '{}' } as const;
  const done = { ...command, status: 'done', code: null, reply: '{}', undo: null } as const;
  // Answered twice; the ids are in the other order.
  for (const [id, kind, at] of [
    ['b', 'normal', 1],
    ['a', 'fault', 2],
  ] as const) {
    commands.record({ ...done, id, at: NOW + at });
    commands.addLabel({ ...label, id, kind });
  }
  const body = await served(db).story(pump.id);
  expect(body).toMatchObject({
    id: pump.id,
    startAt: pump.startAt,
    endAt: null,
    severity: 'critical',
    alarmsBeyond: 0,
  });
  expect(body.alarms.map(({ series, label: name, startAt, verdict }) => [series, name, startAt, verdict])).toEqual([
    ['pump', null, pump.startAt, 'fault'],
    ['hall', 'Hall', hall.startAt, null],
  ]);
  expect(body.alarms[0].evidence).toEqual([
    { name: 'jump', share: 0.75 },
    { name: 'level', share: 0.25 },
  ]);
});

test('an incident that has not heard of its newer alarms yet has their severity and begin all the same', async () => {
  const db = opened();
  const first = before(5, 'hall', { severity: 'minor', endAt: null });
  const earlier = before(6, 'pump', { severity: 'critical', endAt: null, incident: first.id });
  store(db, [first]);
  new AnomalyLog(db, { quarantineRows: 0 }).record({ anomaly: earlier, at: NOW, receivedAt: NOW });
  const { list, story } = served(db);
  const expected = { id: first.id, startAt: earlier.startAt, severity: 'critical', endAt: null };
  expect((await list()).incidents).toMatchObject([{ ...expected, series: ['pump', 'hall'] }]);
  expect(await story(first.id)).toMatchObject(expected);
});

test('an alarm that no incident names yet is a story by itself', async () => {
  const db = opened();
  const alarm = before(1, 'hall', { incident: null, score: Infinity });
  store(db, [alarm]);
  const { list, story } = served(db);
  expect((await list()).incidents).toMatchObject([
    { id: alarm.id, startAt: alarm.startAt, alarms: 1, reason: 'hall is high.' },
  ]);
  expect((await story(alarm.id)).alarms).toMatchObject([{ id: alarm.id, score: null }]);
});

test('an alarm that has been open for years is in each period', async () => {
  const db = opened();
  const old = before(24 * 1000, 'hall', { endAt: null });
  store(db, [old, before(24 * 999, 'pump'), before(3, 'pump')]);
  const { list } = served(db);
  expect((await list(`span=${DAY}`)).incidents.map(({ series }) => series[0])).toEqual(['pump', 'hall']);
  expect((await list('open=1')).incidents.map(({ id }) => id)).toEqual([old.id]);
});

test('alarms that begin in the same hundred-and-sixtieth of the period are one bar with the worst severity', async () => {
  const db = opened();
  const minutes = (n: number) => n / 60;
  const [a, b, c] = [
    before(100, 'hall', { severity: 'minor' }),
    before(100 - minutes(10), 'hall', { severity: 'critical', endAt: NOW - 90 * HOUR }),
    before(50, 'hall'),
  ];
  store(db, [a, b, c]);
  const body = await served(db).list(`since=${NOW - 160 * HOUR}&until=${NOW}`);
  const [{ bars }] = body.lanes;
  expect(bars).toEqual([
    { from: a.startAt, until: b.endAt, severity: 'critical', alarms: 2, incident: b.id },
    { from: c.startAt, until: c.endAt, severity: 'major', alarms: 1, incident: c.id },
  ]);
  expect(body.together).toEqual(bars);
});

test('a site with a flood of alarms gets a bounded answer that says so', () => {
  const db = opened();
  // 60 series with 50 alarms each, and 30 that had none.
  const alarms = Array.from({ length: 3000 }, (_, i) => before(1 + i / 20, `s${i % 60}`));
  store(db, alarms);
  const quiet = Array.from({ length: 30 }, (_, i) => ({ slug: `q${i}` }));
  const asked = {
    period: { since: NOW - 7 * DAY, until: NOW },
    filter: { series: null, severity: null, kind: null, open: false },
    now: NOW,
  };
  const body = incidentsBody(new IncidentTable(db), quiet, asked);
  expect([body.lanes.length, body.incidents.length, body.incidentsBeyond]).toEqual([40, 100, 2900]);
  expect(body.lanesBeyond).toEqual({ withAlarms: 20, quiet: 30 });
  expect(body.cut).toBe(false);
  const newest = incidentsBody(new IncidentTable(db), quiet, asked, 1000);
  expect([newest.counts.alarms, newest.cut]).toEqual([1000, true]);
  expect(newest.incidents[0].id).toBe(alarms[0].id);
});

test.each(['since=yesterday', 'since=5&until=4', 'severity=terrible', 'kind=1'])(
  'a question that cannot be read is refused: %s',
  async (query) => {
    expect((await served(opened()).get(`?${query}`)).status).toBe(400);
  },
);

test.each(['hall-p1zz', '..%2f..', '%3Cscript%3E', "hall-p1'--"])('%s is no incident', async (id) => {
  const response = await served(site().db).get(`/${id}`);
  expect([response.status, await response.text()]).toEqual([404, expect.stringContaining('no such incident')]);
});
