import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, describe, expect, test } from 'vitest';
import { openPostgres } from '../../../src/io/postgres/sql-database.ts';
import { openSqliteFile } from '../../../src/io/sqlite/sql-database.ts';
import type { SqlDatabase } from '../../../src/stream/ports/sql.ts';
import { episode, health, incident, state } from '../../app/hub/messages.ts';
import { freePort, startMosquitto, type Mosquitto } from '../programs/mosquitto.ts';
import { startPostgres } from '../programs/postgres.ts';
import {
  directory,
  eventually,
  runProgram,
  startHub,
  startService,
  warningsOf,
  type Program,
} from '../programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

interface Place {
  readonly cwd: string;
  readonly broker: Mosquitto;
  readonly client: MqttClient;
  readonly start: () => Promise<Program>;
  readonly open: () => Promise<SqlDatabase>;
}

const place = async (more: string, open: (cwd: string) => Promise<SqlDatabase>): Promise<Place> => {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  const { path: cwd, remove } = directory();
  cleanUps.push(remove);
  writeFileSync(join(cwd, 'hub.yaml'), `mqtt: { url: '${broker.url}' }\n${more}`, { mode: 0o600 });
  const client = await connectAsync(broker.url);
  cleanUps.push(() => client.endAsync());
  const start = (): Promise<Program> => startHub(cwd, cleanUps);
  return { cwd, broker, client, start, open: () => open(cwd) };
};

const sqlite = (): Promise<Place> => place('', (cwd) => Promise.resolve(openSqliteFile(join(cwd, 'zankyo-hub.db'))));
const postgres = async () => {
  const server = await startPostgres();
  cleanUps.push(() => server.stop());
  const { url, username, password } = server;
  const more = `postgres: { url: '${url}', username: ${username}, password: '${password}' }\n`;
  const open = (): Promise<SqlDatabase> =>
    openPostgres({ url, username, password, tls: false, onError: () => undefined });
  return { ...(await place(more, open)), server };
};

/** The rows of a query over a connection of its own. */
const rowsOf = async (open: () => Promise<SqlDatabase>, text: string): Promise<readonly object[]> => {
  const db = await open();
  try {
    return await db.read(text);
  } finally {
    await db.close();
  }
};

describe.each([
  ['SQLite', sqlite],
  ['PostgreSQL', postgres],
] as const)('a hub with %s', (_, make) => {
  test(
    'killed -9 in the middle of 600 messages of three sites, each published twice: each is there once',
    { timeout: 50_000 },
    async () => {
      const { client, start, open } = await make();
      const first = await start();
      const publish = (topic: string, payload: object): Promise<unknown> =>
        client.publishAsync(`zankyo/${topic}`, JSON.stringify(payload), { qos: 1 });
      const sites = ['north', 'south', 'west'];
      const send = async (n: number): Promise<void> => {
        for (const site of sites) {
          const alarm = episode({ id: `p-p${n}`, minute: n, event_type: n % 2 === 0 ? 'opened' : 'closed' });
          for (const payload of [alarm, alarm]) await publish(`${site}/series/p/event`, payload);
          const reading = state({ minute: n, value: n });
          for (const payload of [reading, reading]) await publish(`${site}/series/p/state`, payload);
        }
      };
      for (let n = 0; n < 20; n++) await send(n);
      first.child.kill('SIGKILL');
      for (let n = 20; n < 40; n++) await send(n);
      const second = await start();
      for (let n = 40; n < 50; n++) await send(n);
      for (const site of sites) {
        await publish(`${site}/health`, health({ minute: 50 }));
        await publish(`${site}/incident/event`, incident({ id: 'p-p1', minute: 50 }));
      }
      await eventually(async () => (await rowsOf(open, 'SELECT site FROM hub_incident')).length === 3);
      await second.end('SIGTERM');
      expect(
        await rowsOf(
          open,
          'SELECT site, closed, count(*) AS alarms FROM hub_alarm GROUP BY site, closed ORDER BY site, closed',
        ),
      ).toEqual(sites.flatMap((site) => [0, 1].map((closed) => ({ site, closed, alarms: 25 }))));
      expect(await rowsOf(open, 'SELECT site, count, sum FROM hub_day ORDER BY site')).toEqual(
        sites.map((site) => ({ site, count: 50, sum: (49 * 50) / 2 })),
      );
      expect(await rowsOf(open, 'SELECT site, status, version FROM hub_site ORDER BY site')).toEqual(
        sites.map((site) => ({ site, status: 'online', version: '1.2.3' })),
      );
      expect(warningsOf(second)).toEqual([]);
    },
  );
});

test(
  'while PostgreSQL is away the messages wait at the broker; then they are stored',
  { timeout: 50_000 },
  async () => {
    const { client, start, open, server } = await postgres();
    const hub = await start();
    await server.kill();
    for (let n = 0; n < 300; n++)
      await client.publishAsync('zankyo/north/series/p/event', JSON.stringify(episode({ id: `p-p${n}`, minute: n })), {
        qos: 1,
      });
    await hub.logged('the database of the hub cannot be written');
    await server.restart();
    await hub.logged('the database of the hub can be written again');
    await eventually(async () => (await rowsOf(open, 'SELECT id FROM hub_alarm')).length === 300);
  },
);

test('a command from the hub is carried out by the site, which stores who asked; without a name, and for an unknown site, it is not sent', async () => {
  const port = await freePort();
  const { cwd, broker, start, open } = await place(
    `commands: true\nhttp: { listen: '127.0.0.1:${port}' }\n`,
    (directory) => Promise.resolve(openSqliteFile(join(directory, 'zankyo-hub.db'))),
  );
  const site = `site: north\nmqtt: { url: '${broker.url}' }\ninputs: [{ topic: s/p, name: p }]\ncommands: { mqtt: true }\n`;
  writeFileSync(join(cwd, 'site.yaml'), site);
  await startService(cwd, cleanUps);
  await start();
  await eventually(async () => (await rowsOf(open, 'SELECT site FROM hub_site')).length === 1);
  const post = async (name: string, body: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/site/${name}/command`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return {
      status: response.status,
      body: (await response.json().catch(() => null)) as { code?: string; text: string },
    };
  };
  const mute = { command: 'mute', for: '2h' };
  expect(await post('north', { ...mute, by: 'Ada' })).toMatchObject({ status: 200, body: { status: 'done' } });
  expect(await rowsOf(open, 'SELECT site, command, sender, status FROM hub_command')).toEqual([
    { site: 'north', command: 'mute', sender: 'Ada', status: 'done' },
  ]);
  const listed = await runProgram(['commands', '-c', 'site.yaml', '--json'], cwd);
  expect(listed.stdout).toContain('Ada');
  expect(await post('north', mute)).toMatchObject({ status: 400, body: { code: 'not_sent' } });
  expect(await post('elsewhere', { ...mute, by: 'Ada' })).toMatchObject({
    status: 400,
    body: { text: 'This hub has no site elsewhere.' },
  });
  expect(await post('north', { ...mute, by: 'Eve' }, { Origin: 'https://evil.example' })).toMatchObject({
    status: 403,
  });
  expect(await rowsOf(open, 'SELECT id FROM hub_command')).toHaveLength(1);
});
