import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { HubAlerts } from '../../../src/app/hub/alerts.ts';
import { Intake } from '../../../src/app/hub/intake.ts';
import { HubSiteWatch } from '../../../src/app/hub/site-watch.ts';
import { hubFilters, topicReader } from '../../../src/app/hub/topics.ts';
import { forgetOld } from '../../../src/io/hub/retention.ts';
import { prepareTables } from '../../../src/io/hub/tables.ts';
import { openSqliteFile } from '../../../src/io/sqlite/sql-database.ts';
import { compileFilter } from '../../../src/stream/topic-filter.ts';
import type { SqlDatabase } from '../../../src/stream/sql.ts';
import { episode, health, state } from './messages.ts';

const MIN = 60_000;
const T0 = Date.UTC(2026, 10, 27);

const database = async (): Promise<SqlDatabase> => {
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-hub-'));
  const db = openSqliteFile(join(directory, 'hub.db'));
  onTestFinished(async () => {
    await db.close();
    rmSync(directory, { recursive: true });
  });
  await prepareTables(db);
  return db;
};

const intakeOf = async (db: SqlDatabase) => {
  const acknowledged: number[] = [];
  const intake = new Intake({
    db,
    prefix: 'zankyo',
    acknowledge: (receipts) => acknowledged.push(...receipts.map(({ id }) => id)),
    onReply: () => undefined,
    log: () => undefined,
  });
  await intake.begin();
  let id = 0;
  const send = (topic: string, payload: object | string, more: { retained?: boolean; at?: number } = {}): void => {
    const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
    const { retained = false, at = T0 } = more;
    intake.receive({
      topic: `zankyo/${topic}`,
      payload: bytes,
      receivedAt: at,
      retained,
      redelivered: false,
      receipt: { id: ++id, connection: 1 },
    });
  };
  return { intake, send, acknowledged };
};

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
  test('an older event of an alarm changes nothing, and of two of one time the one that closes holds', async () => {
    const db = await database();
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
    const db = await database();
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
    const db = await database();
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

  test('kept messages of the broker say nothing about now: they do not bring an offline site back', async () => {
    const db = await database();
    const { intake, send } = await intakeOf(db);
    send('n/status', 'offline', { retained: true });
    send('n/health', health({ minute: 3 }), { retained: true, at: T0 + 600 * MIN });
    await intake.stop();
    expect(await db.read('SELECT status, heard_at FROM hub_site')).toEqual([
      { status: 'offline', heard_at: T0 + 3 * MIN },
    ]);
  });

  test('a state that comes again, or late, is not counted again, also after a restart', async () => {
    const db = await database();
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
    const db = await database();
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

  test('is told once, and told when it is back; one that must be there and never was too', async () => {
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

  test('an alert that the broker never took is published at the next start, and no other', async () => {
    const { published, alertsOf, watchOf } = await world();
    await watchOf(await alertsOf(false)).check(T0 + 11 * MIN, T0);
    await alertsOf(true);
    await alertsOf(true);
    expect(published.map(({ message_id }) => message_id)).toEqual(Array(2).fill(published[0].message_id));
  });
});

test('what ended long ago is forgotten, what is open stays', async () => {
  const db = await database();
  const { intake, send } = await intakeOf(db);
  send('n/series/p/event', episode({ id: 'p-p1', minute: 1 }));
  send('n/series/p/event', episode({ id: 'p-p2', minute: 1, event_type: 'closed' }));
  send('n/series/p/event', episode({ id: 'p-p3', minute: 9, event_type: 'closed' }));
  await intake.stop();
  await forgetOld(db, T0 + 5 * MIN);
  expect(await db.read('SELECT id FROM hub_alarm ORDER BY id')).toEqual([{ id: 'p-p1' }, { id: 'p-p3' }]);
});
