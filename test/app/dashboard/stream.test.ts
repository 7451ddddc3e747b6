import { Hono } from 'hono';
import { afterEach, describe, expect, test } from 'vitest';
import { calendarsOf } from '../../../src/app/calendars.ts';
import type { AlarmBody, HistoryBody, MarksBody, StreamEvent } from '../../../src/app/dashboard/contract/stream.ts';
import { streamRoutes } from '../../../src/app/dashboard/routes/stream.ts';
import { streamChannel } from '../../../src/app/dashboard/stream-live.ts';
import type { DashboardSources } from '../../../src/app/dashboard/sources.ts';
import type { Site } from '../../../src/config/schema/site.ts';
import { CommandLog } from '../../../src/io/sqlite/tables/command-log.ts';
import { HabitTable } from '../../../src/io/sqlite/tables/habit-table.ts';
import { HistoryStore } from '../../../src/io/sqlite/history/history-store.ts';
import { Random } from '../../../src/math/random.ts';
import { anomaly } from '../../cli/anomaly.ts';
import { habit } from '../../habit.ts';
import { siteOf, Tape, World } from '../world.ts';
import { opened, store } from './database.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const T = Date.UTC(2026, 0, 5);

const worlds: World[] = [];
afterEach(() => {
  for (const world of worlds.splice(0)) world.stop();
});

/** A pipeline with a history, and the routes and events of its pages. */
const served = (site: Site, rest: { readonly history?: false } = {}) => {
  const db = opened();
  const world = new World(site, {
    ledger: new Tape(),
    ...(rest.history === false ? {} : { history: new HistoryStore(db) }),
  });
  worlds.push(world);
  let now = T;
  const { schedule } = calendarsOf(site);
  const live = { schedule: () => schedule, now: () => now, db, pipeline: () => world.view };
  const sources = live as unknown as DashboardSources;
  const app = new Hono();
  streamRoutes(sources)(app);
  const get = async (path: string) => app.request(`/api/series/${path}`);
  return {
    ...{ db, world, get, sources },
    json: async <T>(path: string): Promise<T> => (await (await get(path)).json()) as T,
    send: (series: string, value: number, at: number): void => {
      now = at;
      world.send(`s/${series}`, String(value), { receivedAt: at });
    },
  };
};

const plain = siteOf({ tuning: { hidden_size: 4, network: false } });

describe('the history', () => {
  test('comes in columns, bounded, with the unit of the series and the length of a bucket', async () => {
    const { send, json } = served(siteOf({ inputs: [{ topic: 's/a', name: 'a', unit: 'bar', label: 'Pressure' }] }));
    for (let n = 0; n < 300; n++) send('a', 20 + (n % 7), T + n * MINUTE);
    const all = await json<HistoryBody>(`a/history?from=${T}&until=${T + 5 * HOUR}&points=1000`);
    expect(all).toMatchObject({
      series: 'a',
      label: 'Pressure',
      stream: 'a',
      unit: 'bar',
      bucketMs: MINUTE,
      storedMs: MINUTE,
      kept: true,
    });
    expect(all.at).toHaveLength(300);
    expect(all.columns.mean.slice(0, 8)).toEqual([20, 21, 22, 23, 24, 25, 26, 20]);
    expect(all.columns.count.every((count) => count === 1)).toBe(true);
    expect(all.columns.gapFrom).toHaveLength(300); // the seven values jump back: two intervals
    expect(all.oldest).toBe(T);
    const few = await json<HistoryBody>(`a/history?from=${T}&until=${T + 5 * HOUR}&points=20`);
    expect(few.at.length).toBeLessThanOrEqual(20);
    expect([Math.min(...few.columns.min.map(Number)), Math.max(...few.columns.max.map(Number))]).toEqual([20, 26]);
  });

  test('is the last day where nothing is asked, and says so where none is kept', async () => {
    const kept = served(plain);
    for (let n = 0; n < 3; n++) kept.send('a', n, T + n * 20 * HOUR);
    const { at, columns } = await kept.json<HistoryBody>('a/history');
    expect(at).toHaveLength(2);
    expect(columns.networkLoss).toEqual([]); // without a network there is none in any bucket
    const without = served(plain, { history: false });
    without.send('a', 1, T);
    expect(await without.json<HistoryBody>('a/history')).toMatchObject({ kept: false, oldest: null, at: [] });
  });

  test.each([
    ['an unknown series', 'b/history', 404, 'unknown_series'],
    ['a time that is none', 'a/history?from=yesterday', 400, 'not_read'],
    ['a window that ends before it begins', `a/history?from=${T}&until=${T - 1}`, 400, 'not_read'],
    ['a window of all times', 'a/history?from=-999999999999999&until=999999999999999', 400, 'not_read'],
    ['too many points', 'a/history?points=4001', 400, 'not_read'],
    ['one point', 'a/history?points=1', 400, 'not_read'],
    ['an alarm that is not there', 'a/alarms/a-p1', 404, 'no_alarm'],
    ['marks of an unknown series', "'; DROP TABLE label; --/marks", 404, 'unknown_series'],
  ])('%s is refused', async (_, path, status, code) => {
    const { send, get } = served(plain);
    send('a', 1, T);
    const response = await get(path);
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([status, code]);
  });
});

describe('the marks', () => {
  const pair = siteOf({
    groups: { pair: { series: ['a', 'b'] } },
    maintenance: [
      { from: '2026-01-05T03:00', until: '2026-01-05T04:00', series: ['pair'], reason: 'new meter' },
      { from: '2026-01-05T05:00', until: '2026-01-05T06:00', series: ['c'] },
    ],
  });
  const alarm = (id: string, series: string, at: number, rest: object = {}) =>
    anomaly({ id, stream: 'pair', series, startAt: at, openedAt: at, peakAt: at, endAt: at + HOUR, ...rest });

  test('are the alarms of the stream and of the own sensor, commands, answers, maintenance, habits', async () => {
    const { db, world, json } = served(pair);
    world.send('s/a', '1', { receivedAt: T });
    store(db, [
      alarm('pair-p1', 'b', T + HOUR),
      alarm('b-s1', 'b', T + HOUR, { kind: 'sensor' }),
      alarm('a-s1', 'a', T + 2 * HOUR, { kind: 'sensor', endAt: null }),
      alarm('pair-p0', 'a', T - 3 * HOUR),
    ]);
    const log = new CommandLog(db);
    const command = {
      row: null,
      source: 'cli',
      by: 'ada',
      request: '{}',
      status: 'done',
      code: null,
      reply: '{}',
      undo: null,
    } as const;
    log.record({ ...command, id: 'c1', at: T + HOUR, command: 'missed', series: 'a' });
    log.record({ ...command, id: 'c2', at: T + HOUR, command: 'freeze', series: 'other' });
    log.record({ ...command, id: 'c3', at: T + HOUR, command: 'mute', series: null });
    log.addLabel({
      id: 'c1',
      stream: 'pair',
      series: 'a',
      kind: 'missed',
      from: T,
      until: T + HOUR,
      event: null,
      note: null,
    });
    new HabitTable(db).record(habit({ series: 'a', stream: 'pair', since: T - HOUR, lastAt: T + HOUR }));
    const body = await json<MarksBody>(`a/marks?from=${T}&until=${T + 10 * HOUR}`);
    expect(body.alarms.map(({ id, until }) => [id, until])).toEqual([
      ['a-s1', null],
      ['pair-p1', T + 2 * HOUR],
    ]);
    expect(body.commands.map(({ id, command: name, by, undone }) => [id, name, by, undone])).toEqual([
      ['c3', 'mute', 'ada', false],
      ['c1', 'missed', 'ada', false],
    ]);
    expect(body.labels).toEqual([{ id: 'c1', kind: 'missed', from: T, until: T + HOUR, event: null }]);
    expect(body.maintenance).toEqual([{ from: T + 3 * HOUR, until: T + 4 * HOUR, reason: 'new meter' }]);
    expect(body.habits).toMatchObject([{ from: T - HOUR, until: T + HOUR }]);
    expect(body.cut).toBe(false);
  });

  test('of one alarm: its sentence, evidence and contributions, the largest first, and the last answer', async () => {
    const { db, world, json } = served(pair);
    world.send('s/a', '1', { receivedAt: T });
    store(db, [
      alarm('pair-p1', 'b', T, {
        score: Infinity,
        evidence: { level: 0.2, jump: 0.799, cycle: 0.001 },
        contributions: { a: 0.25, b: 0.75 },
      }),
    ]);
    const label = { stream: 'pair', series: 'b', from: T, until: T, event: 'pair-p1', note: null };
    const log = new CommandLog(db);
    log.addLabel({ ...label, id: 'x1', kind: 'normal' });
    log.addLabel({ ...label, id: 'x2', kind: 'fault' });
    const body = await json<AlarmBody>('a/alarms/pair-p1');
    expect(body).toMatchObject({ id: 'pair-p1', series: 'b', score: null, verdict: 'fault' });
    expect(body.evidence).toEqual([
      { name: 'jump', share: 0.799 },
      { name: 'level', share: 0.2 },
    ]);
    expect(body.contributions.map(({ name }) => name)).toEqual(['b', 'a']);
  });
});

describe('live', () => {
  test('a page gets the readings from the moment on in which the first one looks, each once', () => {
    const { send, sources } = served(plain);
    for (let n = 0; n < 50; n++) send('a', n, T + n * MINUTE);
    const source = streamChannel(sources).open('a')!;
    expect((source.whole() as StreamEvent).at).toEqual([]);
    send('a', 7, T + HOUR);
    send('a', 8, T + HOUR + 1000);
    const first = source.change() as StreamEvent;
    expect([first.at, first.value]).toEqual([
      [T + HOUR, T + HOUR + 1000],
      [7, 8],
    ]);
    expect(first.expected.every((expected) => expected !== null)).toBe(true);
    expect(source.change()).toBeNull();
    expect((source.whole() as StreamEvent).value).toEqual([7, 8]);
    source.close!();
    send('a', 9, T + 2 * HOUR);
    expect((source.whole() as StreamEvent).value).toEqual([]); // a new watch
  });

  test('a score above 1 that is no alarm has the reason', () => {
    const { send, sources } = served(plain);
    const random = new Random(3);
    send('a', 20, T - HOUR);
    const source = streamChannel(sources).open('a')!;
    const from = T + 7 * DAY;
    const events = new Map([[0, 40], [4.5, 12], [20, 40]]); // prettier-ignore
    const said: unknown[] = [];
    for (let at = T; at <= from + 20 * HOUR; at += 5 * MINUTE) {
      const event = events.get((at - from) / HOUR);
      send('a', (event ?? 20) + random.normal(), at);
      if (event !== undefined) said.push((source.whole() as StreamEvent).noAlarm);
    }
    // The first one is the alarm. It has ended within the hour before the second one (-7: within 83 min).
    expect(said).toEqual([
      null,
      { why: 'cool_down', until: expect.closeTo(from + 5 * HOUR, -7) as number },
      { why: 'same_event', until: from + DAY },
    ]);
  });

  test('the last 480 are kept', () => {
    const { send, sources } = served(plain);
    send('a', 0, T);
    const source = streamChannel(sources).open('a')!;
    source.whole();
    for (let n = 1; n <= 1000; n++) send('a', n, T + n * 1000);
    const { value } = source.change() as StreamEvent;
    expect([value.length, value[0], value.at(-1)]).toEqual([480, 521, 1000]);
  });

  test('of an unknown series there is nothing', () => {
    expect(streamChannel(served(plain).sources).open('nothing')).toBeNull();
  });
});
