import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { HubAlerts } from '../../../src/app/hub/alerts.ts';
import { hubStatusLine, OF_A_HUB } from '../../../src/app/hub/manager.ts';
import { hubMetrics } from '../../../src/app/hub/metrics.ts';
import { incidentsOf, sitesOf } from '../../../src/app/hub/queries.ts';
import { HubSiteWatch } from '../../../src/app/hub/site-watch.ts';
import { ServiceManager } from '../../../src/app/service-manager/service-manager.ts';
import { hubFilters, topicReader } from '../../../src/app/hub/topics.ts';
import { forgetOld } from '../../../src/io/hub/retention.ts';
import { compileFilter } from '../../../src/stream/names/topic-filter.ts';
import { hubDatabase } from './database.ts';
import { intakeOf, T0 } from './intake.ts';
import { episode, health, incident, state } from './messages.ts';

const MIN = 60_000;

test('each topic that a site publishes on is subscribed to and read; others are not', () => {
  const read = topicReader('a/b');
  const filters = hubFilters('a/b').map(compileFilter);
  for (const [rest, kind] of Object.entries({
    'n/status': 'status',
    'n/health': 'health',
    'n/incident/event': 'incident',
    'n/cmd/reply': 'reply',
    'n/series/p/event': 'event',
    'n/series/p/state': 'state',
    'n/series/p/cmd/reply': 'reply',
  })) {
    expect(read(`a/b/${rest}`)).toMatchObject({ kind, site: 'n' });
    expect(filters.filter((matches) => matches(`a/b/${rest}`) !== null)).toHaveLength(1);
  }
  for (const topic of ['a/n/status', 'a/b/N/status', 'a/b/n/cmd', 'a/b/../status', `a/b/${'n'.repeat(129)}/status`])
    expect(read(topic)).toBeNull();
});

describe('the intake', () => {
  test('the later message of two events of one time that do not close is kept, in one transaction and in two', async () => {
    const db = await hubDatabase();
    const update = episode({ event_type: 'updated', severity: 'major' });
    const { intake, send } = await intakeOf(db);
    for (const event of [episode(), update]) send('one/series/p/event', event);
    send('two/series/p/event', episode());
    await intake.stop();
    const next = await intakeOf(db);
    next.send('two/series/p/event', update);
    await next.intake.stop();
    expect(await db.read('SELECT site, severity FROM hub_alarm ORDER BY site')).toEqual([
      { site: 'one', severity: 'major' },
      { site: 'two', severity: 'major' },
    ]);
  });

  test('the time of a site is that of its newest message, in any order; a state without a value has no part in the sums', async () => {
    const db = await hubDatabase();
    const { intake, send } = await intakeOf(db);
    send('n/health', health(), { at: T0 + 5 * MIN });
    send('n/series/p/state', state({ value: null }), { at: T0 + 3 * MIN });
    await intake.stop();
    expect(await db.read('SELECT heard_at FROM hub_site')).toEqual([{ heard_at: T0 + 5 * MIN }]);
    expect(await db.read('SELECT value FROM hub_series')).toEqual([{ value: null }]);
    expect(await db.read('SELECT * FROM hub_day')).toEqual([]);
  });

  test('an older event of an alarm changes nothing, and of two of one time the one that closes holds', async () => {
    const db = await hubDatabase();
    const closed = episode({ event_type: 'closed', minute: 5 });
    for (const [site, events] of Object.entries({
      one: [closed, episode({ minute: 1 }), episode({ event_type: 'updated', severity: 'major', minute: 5 })],
      two: [episode({ minute: 1 }), closed],
      three: [episode({ minute: 5 }), closed],
    })) {
      for (const event of events) {
        const { intake, send } = await intakeOf(db);
        send(`${site}/series/p/event`, event);
        await intake.stop();
      }
      const { intake, send } = await intakeOf(db);
      for (const event of events) send(`${site}/series/p/event`, event);
      await intake.stop();
    }
    expect(await db.read('SELECT site, closed, severity FROM hub_alarm ORDER BY site')).toEqual([
      { site: 'one', closed: 1, severity: 'minor' },
      { site: 'three', closed: 1, severity: 'minor' },
      { site: 'two', closed: 1, severity: 'minor' },
    ]);
  });

  test('what cannot be read is counted and acknowledged; a newer site may send more fields', async () => {
    const db = await hubDatabase();
    const { intake, send, acknowledged } = await intakeOf(db);
    send('n/health', '{"schema":');
    send('n/health', { ...health(), alarms: 'many' });
    send('N!/health', health());
    send('n/series/p/state', 'x'.repeat(65 * 1024));
    send('n/series/p/event', { schema: 1, event_type: 'habit', id: 'h', message_id: 'h' });
    send('n/health', { ...health(), colour: 'green' });
    await intake.stop();
    expect(intake.rejected).toEqual({ bad_payload: 2, bad_topic: 1, too_large: 1 });
    expect(acknowledged.toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await db.read('SELECT site, version FROM hub_site')).toEqual([{ site: 'n', version: '1.2.3' }]);
    expect(await db.read('SELECT * FROM hub_alarm')).toEqual([]);
  });

  test('nothing is acknowledged that is not stored', async () => {
    const db = await hubDatabase();
    const { intake, send, acknowledged } = await intakeOf({
      ...db,
      read: (text, values) => db.read(text, values),
      write: () => Promise.reject(new Error('full')),
      close: () => db.close(),
    });
    send('n/health', health());
    await intake.stop();
    expect([acknowledged, intake.stored]).toEqual([[], 0]);
  });

  test('what arrives while the hub stops is neither written nor acknowledged: it comes again', async () => {
    const db = await hubDatabase();
    const { intake, send, acknowledged } = await intakeOf(db);
    send('n/series/p/event', episode());
    await intake.stop();
    const settled: boolean[] = [];
    const write = vi.spyOn(db, 'write');
    for (let n = 0; n < 30; n++) send('n/series/p/event', episode({ id: `p-p${n}` }));
    send('n/series/p/event', episode(), { settle: (done) => settled.push(done) });
    await new Promise((resolve) => setTimeout(resolve, 150)); // longer than a batch waits
    expect([write.mock.calls, acknowledged, settled, intake.queued]).toEqual([[], [1], [false], 0]);
  });

  test('a message of a stream is settled when it is stored or refused, and not before; one without room must come again', async () => {
    const db = await hubDatabase();
    let store = (): void => undefined;
    const stored = new Promise<void>((resolve) => (store = resolve));
    const { intake, send } = await intakeOf({
      read: (text, values) => db.read(text, values),
      write: (statements) => stored.then(() => db.write(statements)),
      close: () => db.close(),
    });
    const settled: (readonly [string, boolean])[] = [];
    const sendOne = (name: string, payload: string): void => {
      send('n/status', payload, { settle: (done) => settled.push([name, done]) });
    };
    sendOne('first', 'online');
    sendOne('wrong', 'on');
    for (let n = 0; n < 20_999; n++) send('n/status', 'online');
    sendOne('no room', 'online');
    expect(settled).toEqual([
      ['wrong', true],
      ['no room', false],
    ]);
    store();
    await intake.stop();
    expect(settled[2]).toEqual(['first', true]);
    expect(intake.rejected).toEqual({ bad_payload: 1, overflow: 1 });
  });

  test('kept messages of the broker say nothing about now: they do not bring an offline site back', async () => {
    const db = await hubDatabase();
    const { intake, send } = await intakeOf(db);
    send('n/status', 'offline', { retained: true });
    send('n/health', health({ minute: 3 }), { retained: true, at: T0 + 600 * MIN });
    await intake.stop();
    expect(await db.read('SELECT status, heard_at FROM hub_site')).toEqual([
      { status: 'offline', heard_at: T0 + 3 * MIN },
    ]);
  });

  test('a state that comes again, or late, is not counted again, also after a restart', async () => {
    const db = await hubDatabase();
    for (const minutes of [
      [1, 2, 2],
      [2, 1, 3],
    ]) {
      const { intake, send } = await intakeOf(db);
      for (const minute of minutes) send('n/series/p/state', state({ minute, value: minute }));
      await intake.stop();
    }
    expect(await db.read('SELECT count, sum, squares FROM hub_day')).toEqual([{ count: 3, sum: 6, squares: 14 }]);
  });
});

describe('a missing site', () => {
  const world = async () => {
    const db = await hubDatabase();
    const published: { event_type: string; subject: string; message_id: string }[] = [];
    const alertsOf = async (settle: boolean): Promise<HubAlerts> => {
      const publish = (payload: string, done: () => void): void => {
        published.push(JSON.parse(payload) as (typeof published)[number]);
        if (settle) done();
      };
      const alerts = new HubAlerts({ db, publish, log: () => undefined });
      await alerts.begin();
      return alerts;
    };
    const heard = async (site: string, at: number): Promise<void> => {
      const { intake, send } = await intakeOf(db);
      send(`${site}/health`, health(), { at });
      await intake.stop();
    };
    const watchOf = (alerts: HubAlerts) =>
      new HubSiteWatch({ db, alerts, expected: ['never'], missingAfterMs: 10 * MIN });
    const reasons = () =>
      db.read<{ subject: string; reason: string }>(
        'SELECT subject, reason FROM hub_alert WHERE closed_at IS NULL ORDER BY subject',
      );
    return { db, published, alertsOf, heard, watchOf, reasons };
  };

  test('has one alert, and one when it is back; so has a site that must be there and never was', async () => {
    const { published, alertsOf, heard, watchOf, reasons } = await world();
    const watch = watchOf(await alertsOf(true));
    await heard('n', T0);
    await watch.check(T0 + 10 * MIN, T0);
    expect(published).toEqual([]);
    for (const minute of [11, 12]) await watch.check(T0 + minute * MIN, T0);
    expect(published).toMatchObject([
      { event_type: 'opened', about: 'site', subject: 'n' },
      { event_type: 'opened', about: 'site', subject: 'never' },
    ]);
    expect((await reasons()).map(({ reason }) => reason)).toEqual([
      'n is missing since 2026-11-27 00:00 UTC: no message arrives. Look at its machine and at the bridge of its broker.',
      'never is missing: it has never sent a message. Is it installed, and does its broker forward to this one?',
    ]);
    await heard('n', T0 + 13 * MIN);
    await watch.check(T0 + 14 * MIN, T0);
    expect(published.slice(2)).toMatchObject([{ event_type: 'closed', subject: 'n', reason: 'n is back.' }]);
  });

  test('silence while the hub was not connected is not that of the site', async () => {
    const { published, alertsOf, heard, watchOf } = await world();
    await heard('n', T0);
    await heard('never', T0);
    const watch = watchOf(await alertsOf(true));
    await watch.check(T0 + 60 * MIN, T0 + 55 * MIN);
    expect(published).toEqual([]);
  });

  test('a cluster is offline when its last health has expired, a service is not; with the next message it is online', async () => {
    const { db, alertsOf, watchOf } = await world();
    const send = async (at: number): Promise<void> => {
      const { intake, send: sent } = await intakeOf(db);
      sent('cluster/health', health({ workers: 2, expire_after: 93 }), { at });
      sent('service/health', health(), { at });
      await intake.stop();
    };
    const states = () => db.read('SELECT site, status FROM hub_site ORDER BY site');
    const both = (status: string) => [
      { site: 'cluster', status },
      { site: 'service', status: 'online' },
    ];
    const watch = watchOf(await alertsOf(true));
    await send(T0);
    await watch.check(T0 + 93_000, T0);
    expect(await states()).toEqual(both('online'));
    // The hub was away itself.
    await watch.check(T0 + 60 * MIN, T0 + 59 * MIN);
    expect(await states()).toEqual(both('online'));
    await watch.check(T0 + 93_001, T0);
    expect(await states()).toEqual(both('offline'));
    await send(T0 + 2 * MIN);
    await watch.check(T0 + 3 * MIN, T0);
    expect(await states()).toEqual(both('online'));
  });

  test('an alert that the broker never took is published at the next start, and no other', async () => {
    const { published, alertsOf, watchOf } = await world();
    await watchOf(await alertsOf(false)).check(T0 + 11 * MIN, T0);
    await alertsOf(true);
    await alertsOf(true);
    expect(published.map(({ message_id }) => message_id)).toEqual(Array(2).fill(published[0].message_id));
  });
});

test('rows that ended long ago are deleted, open ones stay', async () => {
  const db = await hubDatabase();
  const { intake, send } = await intakeOf(db);
  send('n/series/p/event', episode({ id: 'p-p1', minute: 1 }));
  send('n/series/p/event', episode({ id: 'p-p2', minute: 1, event_type: 'closed' }));
  send('n/series/p/event', episode({ id: 'p-p3', minute: 9, event_type: 'closed' }));
  await intake.stop();
  await forgetOld(db, T0 + 5 * MIN);
  expect(await db.read('SELECT id FROM hub_alarm ORDER BY id')).toEqual([{ id: 'p-p1' }, { id: 'p-p3' }]);
});

describe('a transaction', () => {
  test('20 messages are written after 2 ms, fewer after 100 ms: a broker that sends no more than that does not wait', async () => {
    const { intake, send } = await intakeOf(await hubDatabase());
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    for (let n = 0; n < 19; n++) send('n/series/p/event', episode({ id: `p-${n}` }), { at: T0 + n });
    expect([intake.queued, intake.oldestAt]).toEqual([19, T0]);
    await vi.advanceTimersByTimeAsync(99);
    expect(intake.stored).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect([intake.stored, intake.queued, intake.oldestAt]).toEqual([19, 0, null]);
    for (let n = 0; n < 20; n++) send('n/series/p/event', episode({ id: `q-${n}` }));
    await vi.advanceTimersByTimeAsync(2);
    expect(intake.storedBy).toEqual({ status: 0, health: 0, state: 0, event: 39, incident: 0, reply: 0 });
    expect(intake.commits.count).toBe(2);
  });
});

describe('pages have 200 rows at most', () => {
  test('each of 450 incidents is on one page, open ones first and then the newest; a severity has pages of its own', async () => {
    const db = await hubDatabase();
    const { intake, send } = await intakeOf(db);
    for (let n = 0; n < 450; n++)
      send(`s${n % 3}/incident/event`, {
        ...incident({ id: `p-${n}`, minute: n, event_type: n < 5 ? 'opened' : 'closed' }),
        severity: n % 10 === 0 ? 'critical' : 'minor',
      });
    await intake.stop();
    const read = async (severity: 'critical' | null, open = false) => {
      const pages = [];
      for (let page = 0; page < 4; page++) pages.push(await incidentsOf(db, { open, severity, page }));
      return pages;
    };
    const all = await read(null);
    expect(all.map(({ incidents, more }) => [incidents.length, more])).toEqual([
      [200, true],
      [200, true],
      [50, false],
      [0, false],
    ]);
    const order = [4, 3, 2, 1, 0, ...Array.from({ length: 445 }, (_, i) => 449 - i)];
    expect(all.flatMap(({ incidents }) => incidents.map(({ id }) => id))).toEqual(order.map((n) => `p-${n}`));
    const [critical] = await read('critical');
    expect(critical.incidents.map(({ id }) => id)).toEqual(order.filter((n) => n % 10 === 0).map((n) => `p-${n}`));
    expect((await read(null, true))[0].incidents).toHaveLength(5);
  });

  test('the sites with trouble are the first of 450; a part of a name finds sites on all pages', async () => {
    const db = await hubDatabase();
    const { intake, send } = await intakeOf(db);
    const name = (n: number): string => `s-${String(n).padStart(3, '0')}`;
    for (let n = 0; n < 450; n++) send(`${name(n)}/status`, n === 449 ? 'offline' : 'online');
    send('s-300/series/p/event', episode({ severity: 'critical' }));
    send('s-301/series/p/event', episode({ severity: 'minor' }));
    send('s-301/series/p/state', state());
    await intake.stop();
    const pageOf = (page: number, filter = '') => sitesOf(db, ['s-100', 'never'], { filter, page });
    const first = await pageOf(0);
    expect(first.sites.slice(0, 6).map(({ site }) => site)).toEqual([
      's-100',
      'never',
      's-449',
      's-300',
      's-301',
      's-000',
    ]);
    expect(first).toMatchObject({ found: 451, more: true, all: { sites: 451, missing: 2, alarms: 2 } });
    expect(first.sites[3]).toMatchObject({ alarms: 1, critical: 1, series: 0 });
    expect(first.sites[4]).toMatchObject({ alarms: 1, critical: 0, series: 1 });
    const rest = [await pageOf(1), await pageOf(2)];
    expect(rest.map(({ sites, more }) => [sites.length, more])).toEqual([
      [200, true],
      [51, false],
    ]);
    expect(new Set([first, ...rest].flatMap(({ sites }) => sites.map(({ site }) => site))).size).toBe(451);
    expect((await pageOf(0, '44')).sites.map(({ site }) => site)).toContain('s-449');
    expect(await pageOf(0, '44')).toMatchObject({ found: 14, more: false, all: { sites: 451 } });
  });
});

test('metrics count messages, refused ones and sites by state; no label has the name of a site', async () => {
  const db = await hubDatabase();
  const { intake, send } = await intakeOf(db);
  for (const site of ['a', 'b', 'c']) send(`${site}/status`, site === 'b' ? 'offline' : 'online');
  send('a/health', '{');
  send('a/series/p/state', state());
  while (intake.queued > 0) await new Promise(setImmediate);
  send('a/series/p/event', episode(), { at: Date.now() - 90_000 });
  const metrics = hubMetrics(
    {
      intake,
      broker: { connections: 2, waiting: 1, dropped: 0 },
      streams: { isConnected: true, count: 3, failures: { server: 2, stream: 0 } },
      alerts: { openOf: (about) => (about === 'site' ? ['c', 'never'] : []) },
      transfers: { count: 1, stored: 3, taken: 2, refused: { site_full: 4 } },
      isConnected: () => true,
    },
    db,
  );
  const text = await metrics.text();
  for (const line of [
    'zankyo_hub_sites{state="online"} 1',
    'zankyo_hub_sites{state="offline"} 1',
    'zankyo_hub_sites{state="missing"} 2',
    'zankyo_hub_alerts_open{about="site"} 2',
    'zankyo_hub_messages_total{kind="status"} 3',
    'zankyo_hub_messages_total{kind="state"} 1',
    'zankyo_hub_messages_rejected_total{reason="bad_payload"} 1',
    'zankyo_hub_messages_waiting 1',
    'zankyo_hub_database_writable 1',
    'zankyo_hub_mqtt_connected 1',
    'zankyo_hub_mqtt_connections_total 2',
    'zankyo_hub_nats_connected 1',
    'zankyo_hub_nats_streams 3',
    'zankyo_hub_nats_failures_total{reason="server"} 2',
    'zankyo_hub_transfers_running 1',
    'zankyo_hub_learned_stored_total 3',
    'zankyo_hub_learned_taken_total 2',
    'zankyo_hub_learned_refused_total{reason="site_full"} 4',
  ])
    expect(text.split('\n')).toContain(line);
  expect(Number(/^zankyo_hub_database_lag_seconds (\S+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(90);
  expect(text).not.toContain('never');
  const names = new Set([...text.matchAll(/^# TYPE (zankyo_hub_\w+)/gm)].map(([, name]) => name));
  const page = readFileSync(join(import.meta.dirname, '../../../docs/hub.md'), 'utf8');
  expect([...names].filter((name) => !page.includes(`\`${name}`))).toEqual([]);
});

describe('the service manager', () => {
  const managed = (sources: { passed: number; late: number; connected: boolean }) => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const sent: object[] = [];
    const notifier = {
      watchdogMs: 120_000,
      send: (notification: object) => void sent.push(notification),
      close: () => undefined,
    };
    const manager = new ServiceManager(notifier, OF_A_HUB, () => Date.now());
    manager.begin({
      passed: () => sources.passed,
      commitLateMs: () => sources.late,
      statusLine: () => hubStatusLine({ connected: sources.connected, writable: true, sites: 2 }),
    });
    return { sent, manager };
  };

  test('is told once that the hub listens; without a broker after 10 s', () => {
    const { sent, manager } = managed({ passed: 0, late: 0, connected: true });
    manager.listening([]);
    manager.listening([]);
    expect(sent).toEqual([{ READY: 1, STATUS: 'Listening: 2 sites' }]);
    const without = managed({ passed: 0, late: 0, connected: false });
    vi.advanceTimersByTime(9_999);
    expect(without.sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(without.sent).toContainEqual({ READY: 1, STATUS: 'Waiting for the broker: 2 sites' });
    manager.stop('SIGTERM');
    without.manager.stop('SIGTERM');
    expect(sent.at(-1)).toEqual({ STOPPING: 1, STATUS: 'Stopping (SIGTERM)' });
  });

  test('gets a sign for the watchdog only after progress, and none while a transaction is late', () => {
    const sources = { passed: 0, late: 0, connected: true };
    const { sent, manager } = managed(sources);
    manager.listening([]);
    sent.length = 0;
    const signs = (ms: number): number => {
      vi.advanceTimersByTime(ms);
      return sent.splice(0).filter((each) => 'WATCHDOG' in each).length;
    };
    expect(signs(10_000)).toBe(1);
    expect(signs(120_000)).toBe(0);
    sources.passed = 1;
    expect(signs(30_000)).toBe(1);
    sources.passed = 2;
    sources.late = 20_000;
    expect(signs(30_000)).toBe(0);
    sources.late = 0;
    expect(signs(10_000)).toBe(1);
    manager.stop('SIGTERM');
  });
});
