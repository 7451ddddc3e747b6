import { Hono } from 'hono';
import { expect, test } from 'vitest';
import type { AuditBody, LogBody, QuarantineBody, SystemBody } from '../../../src/app/dashboard/contract/system.ts';
import { systemRoutes } from '../../../src/app/dashboard/routes/system.ts';
import { Rates } from '../../../src/app/dashboard/system.ts';
import type { Sources } from '../../../src/app/health/figures.ts';
import { Tallies } from '../../../src/app/pipeline/tallies.ts';
import { AnomalyLog } from '../../../src/io/sqlite/tables/anomaly-log.ts';
import { CommandLog } from '../../../src/io/sqlite/tables/command-log.ts';
import type { CommandRecord, Rejected } from '../../../src/stream/ports/ports.ts';
import { load, SITE } from '../../config/site.ts';
import { opened } from './database.ts';

const T = Date.UTC(2026, 0, 12);
const HOUR = 3_600_000;

const sources = (tallies: Tallies, rest: Partial<Sources> = {}): Sources => ({
  version: '1.2.3',
  now: () => T,
  uptime: () => 2 * HOUR,
  topics: () => ['a/+', 'b'],
  tallies,
  pipeline: () => null,
  connection: () => 'connected',
  broker: { waiting: 3, dropped: 1, connections: 2 },
  ledger: { waitingWrites: 4, droppedWrites: 5, failingSince: null, commits: { count: 10, ms: 25 } },
  targets: () => [],
  writtenBytes: () => 1e6,
  writtenDay: () => ({ ms: 2 * HOUR, bytes: 1e6 }),
  memory: () => null,
  databaseBytes: () => 5e6,
  ...rest,
});

const served = (figures: Sources = sources(new Tallies())) => {
  const db = opened();
  const app = new Hono();
  const lines = [1, 2, 3].map((n) => ({ n, at: T, level: 'info' as const, message: `line ${n}`, fields: '{}' }));
  const log = { lines: (after = 0) => lines.filter(({ n }) => n > after) };
  systemRoutes({ site: () => load(SITE).site, db, figures, log })(app);
  const get = async (path: string): Promise<unknown> => (await app.request(`/api/${path}`)).json();
  return { db, get };
};

const rejected = (topic: string, payload: string | Uint8Array, reason = 'not_json'): Rejected => ({
  at: T,
  topic,
  reason,
  payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
});

test('the figures of the service', async () => {
  const tallies = new Tallies();
  tallies.rejected.set('not_json', 2).set('time_in_future', 7).set('gone', 1);
  const body = (await served(sources(tallies)).get('system')) as SystemBody;
  expect(body).toMatchObject({
    uptimeMs: 2 * HOUR,
    broker: { state: 'connected', url: 'mqtt://localhost', connections: 2 },
    inputs: [
      { topic: 'a/+', messages: 0 },
      { topic: 'b', messages: 0 },
    ],
    commits: { count: 10, meanMs: 2.5, failingMs: null },
    // A million bytes in two hours are twelve in a day.
    disk: { database: 5e6, written: 1e6, perDay: 12e6, perDayOverMs: 2 * HOUR },
    rates: { cpu: null, readings: null },
    quarantined: { rows: 0 },
  });
  expect(body.queues).toEqual([
    { name: 'broker', waiting: 3, dropped: 1 },
    { name: 'database', waiting: 4, dropped: 5 },
    { name: 'notifications', waiting: 0, dropped: 0 },
  ]);
  expect(body.rejected.map(({ reason, count, note, text }) => [reason, count, note, text === ''])).toEqual([
    ['time_in_future', 7, true, false],
    ['not_json', 2, false, false],
    ['gone', 1, false, true],
  ]);
});

test('in its first hour a service says no figure for a day, and none where the system counts no bytes', async () => {
  const early = sources(new Tallies(), { writtenDay: () => ({ ms: HOUR - 1, bytes: 1e6 }) });
  expect(((await served(early).get('system')) as SystemBody).disk).toMatchObject({ written: 1e6, perDay: null });
  const uncounted = sources(new Tallies(), { writtenBytes: () => null, writtenDay: () => null });
  expect(((await served(uncounted).get('system')) as SystemBody).disk).toMatchObject({
    written: null,
    perDay: null,
    cardYears: null,
  });
});

test('rates are those since the question before, and of at least two seconds', () => {
  const rates = new Rates();
  expect(rates.at(1000, 100)).toEqual({ cpu: null, readings: null });
  expect(rates.at(2999, 200).readings).toBeNull();
  const measured = rates.at(5000, 500);
  expect(measured.readings).toBe(100);
  expect(measured.cpu).toBeGreaterThan(0);
  expect(rates.at(6000, 9000)).toBe(measured);
});

test('quarantined payloads are text or hexadecimal digits, the newest first', async () => {
  const { db, get } = served();
  const cut = Buffer.from(`${'x'.repeat(63)}é`).subarray(0, 64); // in the middle of a character
  new AnomalyLog(db, { quarantineRows: 100 }).quarantine([
    rejected('a', '<script>alert(1)</script>'),
    rejected('b', Uint8Array.of(0, 255, 16), 'not_utf8'),
    rejected('c', 'left \u202e right'),
    rejected('d', cut),
  ]);
  const { rows, next, reasons } = (await get('quarantine')) as QuarantineBody;
  expect(rows.map(({ topic, payload, form, bytes, cut: more }) => [topic, payload, form, bytes, more])).toEqual([
    ['d', 'x'.repeat(63), 'text', 64, true],
    ['c', '6c 65 66 74 20 e2 80 ae 20 72 69 67 68 74', 'hex', 14, false],
    ['b', '00 ff 10', 'hex', 3, false],
    ['a', '<script>alert(1)</script>', 'text', 25, false],
  ]);
  expect(next).toBeNull();
  expect(reasons).toEqual([
    { reason: 'not_json', rows: 3 },
    { reason: 'not_utf8', rows: 1 },
  ]);
  expect(((await get('quarantine?reason=not_utf8')) as QuarantineBody).rows.map(({ topic }) => topic)).toEqual(['b']);
});

test('a long quarantine comes page by page, each message once', async () => {
  const { db, get } = served();
  const all = Array.from({ length: 120 }, (_, i) => rejected(`t${i}`, '{'));
  new AnomalyLog(db, { quarantineRows: 1000 }).quarantine(all);
  const topics: string[] = [];
  for (let next: number | null = 1e9; next !== null;) {
    const page = (await get(`quarantine?before=${next}`)) as QuarantineBody;
    expect(page.rows.length).toBeLessThanOrEqual(50);
    topics.push(...page.rows.map(({ topic }) => topic));
    ({ next } = page);
  }
  expect(topics).toEqual(all.map(({ topic }) => topic).toReversed());
});

test('the audit says who asked for what, and what became of it', async () => {
  const { db, get } = served();
  const log = new CommandLog(db);
  const record: CommandRecord = {
    ...{ row: null, id: 'a1', at: T, source: 'mqtt', by: 'ada', command: 'sensitivity', series: 'hall' },
    ...{ status: 'done', code: null, reply: '{"text":"The sensitivity of hall is 0.8."}', undo: '{}' },
    request: '{"command":"sensitivity","note":"too loud","series":"hall","value":0.8}',
  };
  log.record(record);
  log.setUndone('a1', 'a2');
  const unread = { command: null, series: null, status: 'refused', code: 'not_json' } as const;
  log.record({ ...record, ...unread, id: null, by: null, request: '"<b>"', reply: '{"text":"Not JSON."}' });
  log.enqueue({ id: 'w', at: T, by: 'pi', request: '{"command":"freeze"}' });
  const { rows } = (await get('audit')) as AuditBody;
  const said = rows.map(({ by, command, details, note, status, text, undoneBy }) => {
    return { by, command, details, note, status, text, undoneBy };
  });
  expect(said).toEqual([
    {
      by: 'pi',
      command: null,
      details: '',
      note: null,
      status: 'waiting',
      text: 'Waits for the service.',
      undoneBy: null,
    },
    { by: null, command: null, details: '', note: null, status: 'refused', text: 'Not JSON.', undoneBy: null },
    {
      ...{ by: 'ada', command: 'sensitivity', details: 'value 0.8', note: 'too loud', status: 'done' },
      ...{ text: 'The sensitivity of hall is 0.8.', undoneBy: 'a2' },
    },
  ]);
});

test('the log goes on after the line that the page has', async () => {
  const { get } = served();
  const numbers = async (query: string) => ((await get(`log${query}`)) as LogBody).lines.map(({ n }) => n);
  expect(await numbers('')).toEqual([1, 2, 3]);
  expect(await numbers('?after=2')).toEqual([3]);
  expect(await numbers("?after=2'")).toEqual([1, 2, 3]);
});
