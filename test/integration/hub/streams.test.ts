import { isDeepStrictEqual } from 'node:util';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterEach, describe, expect, test } from 'vitest';
import { publishTopic } from '../../../src/app/cluster/partition-outlets.ts';
import { connectNats, type Nats } from '../../../src/io/nats/connection.ts';
import { EventPublisher } from '../../../src/io/nats/event-publisher.ts';
import { HubForwarder } from '../../../src/io/nats/hub-forwarder.ts';
import { namesOf } from '../../../src/io/nats/names.ts';
import { makeStreams } from '../../../src/io/nats/streams.ts';
import { openPostgres } from '../../../src/io/postgres/sql-database.ts';
import { openSqliteFile } from '../../../src/io/sqlite/sql-database.ts';
import type { SqlDatabase } from '../../../src/stream/ports/sql.ts';
import { episode, incident, state } from '../../app/hub/messages.ts';
import { freePort, startMosquitto } from '../programs/mosquitto.ts';
import { startDeployed, startNats } from '../programs/nats.ts';
import { startPostgres, type Postgres } from '../programs/postgres.ts';
import { directory, eventually, startHub, warningsOf, type Program } from '../programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const page = readFileSync(join(import.meta.dirname, '../../../docs/hub.md'), 'utf8');
const log = (): void => undefined;
const SILENT = 'no stream has alerts: expected zankyo-hub-alerts or zankyo-<site>-alerts, with mqtt.prefix';

/** A NATS client with the streams of a site, which publishes as its workers do. */
const cluster = async (site: string, url: string, user: { username?: string; password?: string } = {}) => {
  const nats: Nats = await connectNats({ servers: [url], ...user, tls: {}, name: site, log });
  const names = namesOf(site, 'zankyo');
  const transforms = [{ src: `${site}.*`, dest: `_p.0.${site}.{{wildcard(1)}}` }];
  await makeStreams(nats, {
    ...{ names, transforms, commands: false, maxBytes: 16e6, deduplicateMs: 120_000, leaseMs: 1000, replicas: 1 },
  });
  const publisher = new EventPublisher(nats);
  const publish = (topic: string, message: { readonly message_id: string }): void => {
    publishTopic(
      { site, prefix: 'zankyo', names, publisher },
      `zankyo/${site}/${topic}`,
      JSON.stringify(message),
      message.message_id,
    );
  };
  cleanUps.push(() => {
    publisher.close();
    return nats.close();
  });
  return {
    nats,
    /** Alarms from `from` to `to`, one after the other, each with an incident; those before `closed` end. */
    raise: async (from: number, to: number, closed = 0): Promise<void> => {
      for (let n = from; n < to; n++) {
        const [id, minute] = [`p-p${n}`, n];
        publish('series/p/event', episode({ id, minute }));
        publish('incident/event', incident({ id, minute }));
        if (n < closed) publish('series/p/event', episode({ id, minute: n + 1, event_type: 'closed' }));
        await publisher.settled();
      }
    },
    say: (minute: number): void => {
      publisher.publishState(`${names.subjects.states}.p`, JSON.stringify(state({ minute, value: 2 })));
    },
    forward: (domain: string): void => {
      const options = { nats, names, site, prefix: 'zankyo', domain, replicas: 1, deduplicateMs: 120_000, log };
      const forwarder = new HubForwarder(options);
      forwarder.start();
      cleanUps.push(() => forwarder.stop());
    },
  };
};

interface Place {
  readonly start: () => Promise<Program>;
  readonly rows: (text: string) => Promise<readonly object[]>;
  readonly get: (path: string) => Promise<Response>;
  readonly post: (command: object) => Promise<Response>;
}

const placeWith = async (yaml: string, open: (cwd: string) => Promise<SqlDatabase>): Promise<Place> => {
  const { path: cwd, remove } = directory();
  cleanUps.push(remove);
  const port = await freePort();
  writeFileSync(join(cwd, 'hub.yaml'), `${yaml}\nhttp: { listen: '127.0.0.1:${port}' }\n`, { mode: 0o600 });
  const rows = async (text: string): Promise<readonly object[]> => {
    const db = await open(cwd);
    try {
      return await db.read(text);
    } finally {
      await db.close();
    }
  };
  const url = `http://127.0.0.1:${port}`;
  const headers = { 'Content-Type': 'application/json' };
  return {
    start: () => startHub(cwd, cleanUps),
    rows,
    get: (path) => fetch(`${url}/${path}`),
    post: (command) =>
      fetch(`${url}/api/site/plant/command`, { method: 'POST', headers, body: JSON.stringify(command) }),
  };
};

const sqlite = (yaml: string): Promise<Place> =>
  placeWith(yaml, (cwd) => Promise.resolve(openSqliteFile(join(cwd, 'zankyo-hub.db'))));
const postgres = async (yaml: string): Promise<Place & { readonly server: Postgres }> => {
  const server = await startPostgres();
  cleanUps.push(() => server.stop());
  const { url, username, password } = server;
  const more = `postgres: { url: '${url}', username: ${username}, password: '${password}' }`;
  const open = () => openPostgres({ url, username, password, tls: false, onError: log });
  return { ...(await placeWith(`${yaml}\n${more}`, open)), server };
};

const alarms = ({ rows }: Place): Promise<readonly object[]> =>
  rows('SELECT site, closed, count(*) AS alarms FROM hub_alarm GROUP BY site, closed ORDER BY site, closed');

/** States that a hub gets before it is killed. */
const STATES = 5;

/** Waits until a query gives these rows. */
async function stored(query: () => Promise<readonly object[]>, rows: readonly object[]): Promise<void> {
  let found: readonly object[] = [];
  await eventually(
    async () => isDeepStrictEqual((found = await query()), rows),
    () => `expected ${JSON.stringify(rows)}, found ${JSON.stringify(found)}`,
  );
}

describe.each([
  ['SQLite', sqlite],
  ['PostgreSQL', postgres],
] as const)('a hub with %s that was started before the first cluster', (_, make) => {
  test(
    'killed -9 while a leaf site and a cluster on its own server raise alarms: each is there once',
    { timeout: 60_000 },
    async () => {
      const env = { ZANKYO_PASSWORD: 'z', SENSOR_PASSWORD: 's', SITE1_PASSWORD: 'p1' };
      const central = await startDeployed('hub', { env });
      cleanUps.push(() => central.stop());
      const HUB_URL = `nats-leaf://site1:p1@127.0.0.1:${central.leafPort}`;
      const leaf = await startDeployed('leaf', { env: { ...env, SITE: 'site1', HUB_URL } });
      cleanUps.push(() => leaf.stop());
      const user = { username: 'zankyo', password: 'z' };
      const place = await make(
        `mqtt: { url: '${central.mqtt}', username: zankyo, password: z }\n` +
          `nats: { servers: ['${central.url}'], username: zankyo, password: z }`,
      );
      const first = await place.start();
      await first.logged('no stream has alerts');
      const plant = await cluster('plant', central.url, user);
      const site1 = await cluster('site1', leaf.url, user);
      site1.forward('hub');
      const metrics = async (): Promise<string> => (await place.get('metrics')).text();
      await eventually(async () => (await metrics()).includes('zankyo_hub_nats_streams 3\n'));
      const days = (): Promise<readonly object[]> => place.rows('SELECT site, count, sum FROM hub_day');
      await plant.raise(0, 10);
      await eventually(async () => (await metrics()).includes('kind="event"} 20\n'));
      // Each state comes over MQTT too, and is counted once. One at a time: the stream has the last state of a series only.
      for (let minute = 0; minute < STATES; minute++) {
        plant.say(minute);
        await stored(days, [{ site: 'plant', count: minute + 1, sum: 2 * (minute + 1) }]);
      }
      expect(await alarms(place)).toEqual([{ site: 'plant', closed: 0, alarms: 10 }]);
      expect(warningsOf(first)).toEqual([SILENT]);

      const raised = Promise.all([plant.raise(10, 60, 30), site1.raise(0, 60, 20)]);
      await eventually(async () => (await alarms(place)).length > 1);
      first.child.kill('SIGKILL');
      await first.ended;
      await raised;
      plant.say(59);
      // As another hub with `alerts: true` does: it is in the stream too, and no message of a site.
      const other = await connectAsync(central.mqtt, { protocolVersion: 4, ...user });
      cleanUps.push(() => other.endAsync(true));
      await other.publishAsync('zankyo-hub/east/alert', '{}', { qos: 1 });
      const second = await place.start();
      const all = [
        { site: 'plant', closed: 0, alarms: 40 },
        { site: 'plant', closed: 1, alarms: 20 },
        { site: 'site1', closed: 0, alarms: 40 },
        { site: 'site1', closed: 1, alarms: 20 },
      ];
      await stored(() => alarms(place), all);
      const incidents = 'SELECT site, count(*) AS incidents FROM hub_incident GROUP BY site ORDER BY site';
      await eventually(async () => (await place.rows('SELECT id FROM hub_incident')).length === 120);
      expect(await place.rows(incidents)).toEqual(['plant', 'site1'].map((site) => ({ site, incidents: 60 })));
      await stored(days, [{ site: 'plant', count: STATES + 1, sum: 2 * (STATES + 1) }]);
      expect(await metrics()).not.toContain('rejected_total{');
      expect(warningsOf(second)).toEqual([]);
      expect((await second.end('SIGTERM')).code).toBe(0);
    },
  );
});

/** A hub whose messages come from NATS alone: no cluster publishes to its broker. */
const apart = async (nats: string): Promise<string> => {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  return `mqtt: { url: '${broker.url}' }\nnats: ${nats}`;
};

const found = (place: Place, count: number): Promise<void> =>
  eventually(async () => (await place.rows('SELECT id FROM hub_alarm')).length === count);

test('an alarm is acknowledged when the database has it: a hub that is killed before that gets it again', async () => {
  const server = await startNats();
  cleanUps.push(() => server.stop());
  const plant = await cluster('plant', server.url);
  const place = await postgres(await apart(`{ servers: ['${server.url}'] }`));
  const first = await place.start();
  await first.logged('reading messages of clusters');
  await place.server.kill();
  await plant.raise(0, 30);
  await first.logged('the database of the hub cannot be written');
  first.child.kill('SIGKILL');
  await first.ended;
  await place.server.restart();
  await eventually(() => place.rows('SELECT 1 AS one').then(Boolean, () => false));
  await place.start();
  await found(place, 30);
  await eventually(async () => {
    const { num_pending, num_ack_pending } = await plant.nats.jsm.consumers.info('zankyo-plant-alerts', 'database-hub');
    return num_pending + num_ack_pending === 0;
  });
  // They say when the site was there, and not that it is.
  expect(await place.rows('SELECT site, status, heard_at FROM hub_site')).toEqual([
    { site: 'plant', status: null, heard_at: Date.parse(episode({ minute: 29 }).at) },
  ]);
});

test('a NATS server that comes later, is killed, or loses a stream: the hub stays up and catches up', async () => {
  const server = await startNats();
  cleanUps.push(() => server.stop());
  await server.kill();
  const place = await sqlite(await apart(`{ servers: ['${server.url}'] }`));
  const hub = await place.start();
  expect(await hub.logged('the hub cannot use the NATS server')).toMatchObject({
    err: { code: 'cluster_unavailable', message: expect.stringContaining('ECONNREFUSED') as string },
  });
  expect((await place.get('healthz')).status).toBe(200);
  expect(await (await place.get('readyz')).json()).toMatchObject({ checks: { broker: true, nats: false } });
  await server.restart();
  const plant = await cluster('plant', server.url);
  await plant.raise(0, 5);
  await found(place, 5);
  await server.restart('SIGKILL');
  await plant.raise(5, 10);
  await found(place, 10);

  await plant.nats.jsm.streams.delete('zankyo-plant-alerts');
  expect(await hub.logged('the hub cannot read a stream of NATS')).toMatchObject({ stream: 'zankyo-plant-alerts' });
  const again = await cluster('plant', server.url);
  await again.raise(10, 15);
  await found(place, 15);
  expect(await (await place.get('metrics')).text()).toMatch(/zankyo_hub_nats_failures_total\{reason="stream"\} [1-9]/);
  expect((await hub.end('SIGTERM')).code).toBe(0);
});

test('the user of docs/hub.md may read the streams and send commands, and no more', async () => {
  const shown = page.split('```').find((text) => text.startsWith('\n# deploy/nats/hub.conf'))!;
  const user = shown.replaceAll('$HUB_PASSWORD', 'h');
  const more = `accounts { Z: { jetstream: enabled, users: [ { user: zankyo, password: z }\n${user} ] } }`;
  const server = await startNats({ more });
  cleanUps.push(() => server.stop());
  const plant = await cluster('plant', server.url, { username: 'zankyo', password: 'z' });
  const login = 'username: hub, password: h';
  const place = await sqlite(
    `mqtt: { url: '${server.mqtt}', ${login} }\nnats: { servers: ['${server.url}'], ${login} }\ncommands: true`,
  );
  await plant.raise(0, 5);
  const hub = await place.start();
  await found(place, 5);
  const commands: unknown[] = [];
  const workers = await connectAsync(server.mqtt, { protocolVersion: 4, username: 'zankyo', password: 'z' });
  cleanUps.push(() => workers.endAsync(true));
  workers.on('message', (_, payload) => commands.push(JSON.parse(payload.toString())));
  await workers.subscribeAsync('zankyo/plant/cmd', { qos: 1 });
  void place.post({ command: 'mute', for: '2h', by: 'Ada' }).catch(() => undefined);
  await eventually(() => commands.length > 0);

  const nats = await connectNats({ servers: [server.url], username: 'hub', password: 'h', tls: {}, name: 'test', log });
  cleanUps.push(() => nats.close());
  await expect(nats.js.publish('zankyo-hub.plant.incident.event', '{}')).rejects.toThrow('Permissions Violation');
  await expect(nats.jsm.streams.delete('zankyo-plant-alerts')).rejects.toThrow('Permissions Violation');
  expect(warningsOf(hub)).toEqual([]);
});

test('with a wrong password the hub names it, stays up, and ends at a signal', async () => {
  const env = { ZANKYO_PASSWORD: 'z', SENSOR_PASSWORD: 's', SITE1_PASSWORD: 'p1' };
  const server = await startDeployed('hub', { env });
  cleanUps.push(() => server.stop());
  const place = await sqlite(await apart(`{ servers: ['${server.url}'], username: zankyo, password: wrong }`));
  const hub = await place.start();
  expect(await hub.logged('the hub cannot use the NATS server')).toMatchObject({
    err: { message: expect.stringContaining('Authorization Violation') as string },
  });
  const metrics = async (): Promise<string> => (await place.get('metrics')).text();
  await eventually(async () => /zankyo_hub_nats_failures_total\{reason="server"\} [2-9]/.test(await metrics()));
  expect(hub.log().filter(({ msg }) => msg.includes('NATS server'))).toHaveLength(1);
  expect((await place.get('healthz')).status).toBe(200);
  expect((await hub.end('SIGTERM')).code).toBe(0);
});
