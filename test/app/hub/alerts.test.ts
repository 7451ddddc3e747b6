import { describe, expect, test } from 'vitest';
import { HubAlerts } from '../../../src/app/hub/alerts.ts';
import { HubSiteWatch } from '../../../src/app/hub/site-watch.ts';
import { hubDatabase } from './database.ts';
import { intakeOf, T0 } from './intake.ts';
import { health } from './messages.ts';

const MIN = 60_000;

/** The alerts of a hub that publishes; `start` is a start of it. The broker takes a message when `taken` is called. */
async function hub() {
  const db = await hubDatabase();
  const published: { readonly event: string; readonly at: string; readonly taken: () => void }[] = [];
  const start = async (): Promise<HubAlerts> => {
    const publish = (payload: string, taken: () => void): void => {
      const { event_type, at } = JSON.parse(payload) as { event_type: string; at: string };
      published.push({ event: event_type, at, taken });
    };
    const alerts = new HubAlerts({ db, publish, log: () => undefined });
    await alerts.begin();
    return alerts;
  };
  const send = async (topic: string, payload: object | string, more: { retained?: boolean; at?: number }) => {
    const { intake, send: receive } = await intakeOf(db);
    receive(topic, payload, more);
    await intake.stop();
  };
  const unsent = () => db.read<{ unsent: number }>('SELECT unsent FROM hub_alert');
  return { db, published, start, send, unsent };
}

const timeOf = (minute: number): string => new Date(T0 + minute * MIN).toISOString();

describe('the alerts', () => {
  test('one that is closed is not open after a restart, and opens again', async () => {
    const { db, start } = await hub();
    const first = await start();
    await first.open('site', 'n', T0, 'missing');
    await first.open('site', 'n', T0 + MIN, 'still missing');
    await first.close('site', 'n', T0 + 2 * MIN, 'back');
    expect(first.isOpen('site', 'n')).toBe(false);
    const second = await start();
    expect(second.openOf('site')).toEqual([]);
    await second.open('site', 'n', T0 + 3 * MIN, 'missing');
    expect((await start()).openOf('site')).toEqual(['n']);
    expect(await db.read('SELECT opened_at, closed_at FROM hub_alert ORDER BY opened_at')).toEqual([
      { opened_at: T0, closed_at: T0 + 2 * MIN },
      { opened_at: T0 + 3 * MIN, closed_at: null },
    ]);
  });

  test('the end of one that was not published is published at the next start, with its own time', async () => {
    const { published, start } = await hub();
    const alerts = await start();
    await alerts.open('site', 'n', T0, 'missing');
    await alerts.close('site', 'n', T0 + 2 * MIN, 'back');
    await start();
    expect(published.map(({ event, at }) => [event, at])).toEqual([
      ['opened', timeOf(0)],
      ['closed', timeOf(2)],
      ['closed', timeOf(2)],
    ]);
  });

  test('a beginning that the broker takes after the end was stored does not count for the end', async () => {
    const { published, start, unsent } = await hub();
    const alerts = await start();
    await alerts.open('site', 'n', T0, 'missing');
    await alerts.close('site', 'n', T0 + MIN, 'back');
    const [opened, closed] = published;
    opened.taken();
    expect(await unsent()).toEqual([{ unsent: 1 }]);
    closed.taken();
    await expect.poll(unsent).toEqual([{ unsent: 0 }]);
  });
});

describe('a missing site', () => {
  const watched = async () => {
    const world = await hub();
    const alerts = await world.start();
    const watch = new HubSiteWatch({ db: world.db, alerts, expected: [], missingAfterMs: 10 * MIN });
    await world.send('n/health', health(), { at: T0 });
    await watch.check(T0 + 11 * MIN, T0);
    expect(alerts.openOf('site')).toEqual(['n']);
    return { ...world, alerts, watch };
  };

  test('is not back with its last will, but with the next message', async () => {
    const { alerts, watch, send } = await watched();
    await send('n/status', 'offline', { at: T0 + 12 * MIN });
    await watch.check(T0 + 13 * MIN, T0);
    expect(alerts.openOf('site')).toEqual(['n']);
    await send('n/status', 'online', { at: T0 + 14 * MIN });
    await watch.check(T0 + 15 * MIN, T0);
    expect(alerts.openOf('site')).toEqual([]);
  });

  test('is not back because the hub has connected again', async () => {
    const { alerts, watch } = await watched();
    await watch.check(T0 + 61 * MIN, T0 + 60 * MIN);
    expect(alerts.openOf('site')).toEqual(['n']);
  });

  test('of which only the kept status of the broker is known: since an unknown time', async () => {
    const { db, watch, send } = await watched();
    await send('old/status', 'offline', { retained: true });
    await watch.check(T0 + 12 * MIN, T0);
    expect(await db.read(`SELECT reason FROM hub_alert WHERE subject = 'old'`)).toEqual([
      { reason: 'old is missing since an unknown time: it has lost its broker, or was stopped.' },
    ]);
  });
});
