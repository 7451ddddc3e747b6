import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { openSqliteFile } from '../../../src/io/sqlite/sql-database.ts';
import { episode } from '../../app/hub/messages.ts';
import { LOCAL_CA, LOCAL_CERT, LOCAL_KEY } from '../programs/certificates.ts';
import { freePort, passwordLine, startMosquitto } from '../programs/mosquitto.ts';
import { startDeployed } from '../programs/nats.ts';
import { directory, eventually, startHub, startService, warningsOf, type Program } from '../programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const page = readFileSync(join(import.meta.dirname, '../../../docs/hub.md'), 'utf8');
/** The lines of a file that docs/hub.md shows; `file` is in its first line. */
const shown = (file: string): string[] => {
  const block = page.split('```').find((text) => text.startsWith(`\n# ${file}`));
  if (block === undefined) throw new Error(`docs/hub.md does not show ${file}`);
  return block.trim().split('\n').slice(1);
};
const replaced = (lines: readonly string[], changes: Readonly<Record<string, string>>): string[] =>
  Object.entries(changes).reduce<string[]>(
    (all, [from, to]) => {
      expect(all).toContain(from);
      return all.map((line) => (line === from ? to : line));
    },
    [...lines],
  );

const startHubWith = (cwd: string, yaml: string): Promise<Program> => {
  writeFileSync(join(cwd, 'hub.yaml'), yaml, { mode: 0o600 });
  return startHub(cwd, cleanUps);
};
const alarmsIn = (cwd: string) => async (): Promise<number> => {
  const db = openSqliteFile(join(cwd, 'zankyo-hub.db'));
  try {
    return (await db.read<{ n: number }>('SELECT count(*) AS n FROM hub_alarm'))[0].n;
  } finally {
    await db.close();
  }
};
const sender =
  (client: MqttClient) =>
  async (from: number, to: number): Promise<void> => {
    for (let n = from; n < to; n++)
      await client.publishAsync('zankyo/north/series/p/event', JSON.stringify(episode({ id: `p-p${n}`, minute: n })), {
        qos: 1,
      });
  };

test(
  'the Mosquittos of docs/hub.md: alarms go up and commands down, and after kill -9 of either broker each alarm is counted once',
  { timeout: 60_000 },
  async () => {
    const central = await startMosquitto({
      config: [
        ...['certfile cert.pem', 'keyfile key.pem', 'allow_anonymous false'],
        ...replaced(shown('/etc/mosquitto/conf.d/central.conf'), {
          'password_file /etc/mosquitto/passwords': 'password_file passwords',
          'acl_file /etc/mosquitto/acl': 'acl_file acl',
        }),
      ],
      files: {
        'cert.pem': LOCAL_CERT,
        'key.pem': LOCAL_KEY,
        acl: `${shown('/etc/mosquitto/acl').join('\n')}\n`,
        passwords: passwordLine('hub', 'down') + passwordLine('north', 'up'),
      },
    });
    cleanUps.push(() => central.stop());
    const bridge = replaced(shown('/etc/mosquitto/conf.d/hub.conf at the site north'), {
      'address broker.example.org:8883': `address 127.0.0.1:${central.port}`,
      'bridge_capath /etc/ssl/certs': 'bridge_cafile ca.pem',
      'remote_password ...': 'remote_password up',
    });
    // Its own time between two attempts is 5 to 30 s.
    const site = await startMosquitto({ config: [...bridge, 'restart_timeout 1'], files: { 'ca.pem': LOCAL_CA } });
    cleanUps.push(() => site.stop());
    const { path: cwd, remove } = directory({ 'ca.pem': LOCAL_CA });
    cleanUps.push(remove);
    const port = await freePort();
    const hub = await startHubWith(
      cwd,
      `mqtt: { url: 'mqtts://127.0.0.1:${central.port}', username: hub, password: down, tls: { ca: ca.pem } }\n` +
        `commands: true\nhttp: { listen: '127.0.0.1:${port}' }\n`,
    );
    writeFileSync(
      join(cwd, 'site.yaml'),
      `site: north\nmqtt: { url: '${site.url}' }\ninputs: [{ topic: s/p, name: p }]\ncommands: { mqtt: true }\n`,
    );
    await startService(cwd, cleanUps);
    const get = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}/${path}`)).text();
    await eventually(async () => (await get('metrics')).includes('zankyo_hub_sites{state="online"} 1'));
    const answer = await fetch(`http://127.0.0.1:${port}/api/site/north/command`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ command: 'mute', for: '2h', by: 'Ada' }),
    });
    expect(await answer.json()).toMatchObject({ status: 'done' });

    const client = await connectAsync(site.url);
    cleanUps.push(() => client.endAsync(true));
    const send = sender(client);
    const alarms = alarmsIn(cwd);
    const are = (wanted: number): Promise<void> =>
      eventually(
        async () => (await alarms()) === wanted,
        () => `there are not ${wanted} alarms`,
      );
    await send(0, 30);
    await are(30);
    // autosave_interval passes: the central broker knows the session of the hub after kill -9.
    await central.save();
    await send(30, 40);
    await are(40);
    await central.kill();
    expect(await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()).toMatchObject({ ok: true });
    await eventually(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 503);
    await send(40, 70);
    await site.save();
    await client.endAsync();
    await site.kill();
    await site.restart();
    await central.restart();
    await are(70);
    const again = await connectAsync(site.url);
    cleanUps.push(() => again.endAsync(true));
    await sender(again)(60, 80);
    await are(80);
    expect(await get('metrics')).toMatch(/zankyo_hub_messages_total\{kind="event"\} (9\d|1\d\d)\n/);
    expect(await get('metrics')).not.toContain('zankyo_hub_messages_rejected_total{');
    expect(warningsOf(hub).filter((text) => !text.includes('127.0.0.1'))).toEqual([]);
  },
);

test(
  'nats-server with deploy/nats/hub.conf as the broker of the hub: killed -9, each alarm is counted once',
  { timeout: 50_000 },
  async () => {
    const env = { ZANKYO_PASSWORD: '"hub pass"', SENSOR_PASSWORD: '"s"', SITE1_PASSWORD: '"t"' };
    const nats = await startDeployed('hub', { env });
    cleanUps.push(() => nats.stop());
    const { path: cwd, remove } = directory();
    cleanUps.push(remove);
    const yaml = `mqtt: { url: '${nats.mqtt}', username: zankyo, password: hub pass }\n`;
    const hub = await startHubWith(cwd, yaml);
    const client = await connectAsync(nats.mqtt, { username: 'zankyo', password: 'hub pass', protocolVersion: 4 });
    cleanUps.push(() => client.endAsync(true));
    const send = sender(client);
    const alarms = alarmsIn(cwd);
    await send(0, 30);
    await eventually(async () => (await alarms()) > 0);
    hub.child.kill('SIGKILL');
    await hub.ended;
    await send(30, 60);
    await nats.restart('SIGKILL');
    await startHubWith(cwd, yaml);
    await eventually(() => client.connected);
    await send(50, 70);
    await eventually(async () => (await alarms()) === 70);
  },
);
