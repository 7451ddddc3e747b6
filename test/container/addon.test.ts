import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBroker, type Broker } from './broker.ts';
import { Engine, until } from './engine.ts';

/*
 * The image of the add-on, run as the Supervisor of Home Assistant runs it (supervisor/docker/addon.py): its network and names, an init
 * process, /data and /config, the token, /dev read-only. AppArmor is not there. A container stands in for the Supervisor: it offers the
 * broker to those who have the token, and only from its address the ingress answers.
 */

const NETWORK = 'hassio';
const SUPERVISOR = '172.30.32.2';
const TOKEN = 'token-of-the-add-on';
const STAND_IN = `
import { createServer } from 'node:http';
const mqtt = JSON.parse(process.env.MQTT);
createServer((request, response) => {
  const known = request.headers.authorization === 'Bearer ${TOKEN}' && request.url === '/services/mqtt';
  response.writeHead(known ? 200 : 401).end(known ? JSON.stringify({ result: 'ok', data: mqtt }) : '');
}).listen(80);
`;

const cleanUps: (() => unknown)[] = [];
let engine: Engine;
let broker: Broker;
const place = mkdtempSync(join(tmpdir(), 'zankyo-addon-'));
const site = join(place, 'config/site.yaml');
cleanUps.push(() => {
  rmSync(place, { recursive: true });
});

beforeAll(async () => {
  engine = await Engine.start();
  cleanUps.push(() => engine.stop());
  await engine.buildImage();
  await engine.buildAddon(join(place, 'addon'));
  broker = await startBroker({ name: 'addons', password: 'sesame' });
  cleanUps.push(() => broker.stop());
  for (const folder of ['data', 'config']) mkdirSync(join(place, folder));
  // What the user has set on the page of the add-on, as the Supervisor writes it.
  writeFileSync(join(place, 'data/options.json'), JSON.stringify({ topics: [] }));
  writeFileSync(join(place, 'supervisor.mjs'), STAND_IN);
  await engine.must('network', 'create', '--ignore', '--subnet=172.30.32.0/23', '--gateway=172.30.32.1', NETWORK);
  const mqtt = { host: broker.host, port: broker.port, ssl: false, username: 'addons', password: 'sesame' };
  await engine.must(
    ...['run', '-d', '--name=supervisor', `--network=${NETWORK}`, `--ip=${SUPERVISOR}`, '--user=0'],
    ...['-v', `${place}/supervisor.mjs:/supervisor.mjs:ro`, '-e', `MQTT=${JSON.stringify(mqtt)}`],
    ...['--entrypoint=/usr/bin/node', 'zankyo', '/supervisor.mjs'],
  );
});
afterAll(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const start = (...options: readonly string[]): Promise<string> =>
  engine.must(
    ...['run', '-d', '--name=addon_local_zankyo', '--hostname=local-zankyo', '--init', `--network=${NETWORK}`],
    ...[`--add-host=supervisor:${SUPERVISOR}`, `--add-host=hassio:${SUPERVISOR}`, '--oom-score-adj=200'],
    ...['-e', 'TZ=Europe/Berlin', '-e', `SUPERVISOR_TOKEN=${TOKEN}`, '-e', `HASSIO_TOKEN=${TOKEN}`],
    ...['-v', '/dev:/dev:ro', '--tmpfs=/dev/shm', '-v', `${place}/data:/data`, '-v', `${place}/config:/config`],
    ...options,
    'zankyo-addon',
  );
/** The answer of the ingress to the Supervisor, or to another container. */
const ask = async (path: string, from = 'supervisor'): Promise<string> => {
  const code = `const a = await fetch('http://local-zankyo:8099${path}'); console.log(a.status, await a.text())`;
  const { stdout, stderr } = await engine.podman(
    'exec',
    from,
    'node',
    '--input-type=module',
    '-e',
    code.replace('local-zankyo', await address()),
  );
  return stdout + stderr;
};
const address = (): Promise<string> =>
  engine.must('inspect', 'addon_local_zankyo', `--format={{(index .NetworkSettings.Networks "${NETWORK}").IPAddress}}`);
const climate = (temperature: number, humidity: number): Promise<unknown> =>
  broker.send('zigbee2mqtt/kitchen', { temperature, humidity, linkquality: 80 });

test('at the first start it finds the broker, listens, and writes the site file', async () => {
  const readings = setInterval(() => void climate(20 + Math.random(), 45 + Math.random()), 500);
  try {
    await start('-e', 'ADDON_LISTEN=10s');
    await engine.logged('addon_local_zankyo', '"listening"');
  } finally {
    clearInterval(readings);
  }
  expect(readFileSync(site, 'utf8')).toContain('zigbee2mqtt/');
  expect(readFileSync(site, 'utf8')).not.toContain('sesame');
});

test('an alert; everything but the start runs without root', async () => {
  await climate(20, 450);
  const event = (): string | undefined => [...broker.received.keys()].find((topic) => topic.endsWith('humidity/event'));
  await until(
    () => event() !== undefined,
    () => [...broker.received.keys()].join(' '),
  );
  expect(await broker.receives(event()!)).toMatchObject({ event_type: 'opened', value: 450 });
  // The init process and the start are root's; the ingress and the service are not.
  const top = await engine.must('top', 'addon_local_zankyo', 'huser', 'args');
  const lines = top.split('\n').map((line) => line.split(/\s+/));
  const users = lines.filter(([, program]) => program === '/usr/bin/node').map(([user]) => user);
  expect(users.sort()).toEqual(['10001', '10001', 'root']);
  expect(statSync(join(place, 'data/zankyo/zankyo.db')).uid).toBe(10_001);
  expect(statSync(join(place, 'data/credentials/mqtt-password')).mode & 0o777).toBe(0o600);
});

test('the ingress answers to the Supervisor alone', async () => {
  expect(await ask('/healthz')).toMatch(/^200 \{"ok":true/);
  expect(await ask('/')).toMatch(/^200 <!doctype html>/i);
  expect(await ask('/healthz', 'addon_local_zankyo')).toMatch(/^403 /);
});

test('the Supervisor stops it, and after the next start it goes on with what it has learned', async () => {
  await engine.must('stop', '--time=20', 'addon_local_zankyo');
  const format = '--format={{.State.ExitCode}} {{.State.OOMKilled}}';
  expect(await engine.must('inspect', 'addon_local_zankyo', format)).toBe('0 false');
  expect(await engine.logs('addon_local_zankyo')).toContain('"stopping"');
  await engine.must('rm', 'addon_local_zankyo');

  const before = readFileSync(site, 'utf8');
  await start();
  await engine.logged('addon_local_zankyo', '"listening"');
  expect(readFileSync(site, 'utf8')).toBe(before);
  const status = await engine.must(
    ...['exec', '--user=10001', '-e', 'STATE_DIRECTORY=/data/zankyo', 'addon_local_zankyo'],
    ...['zankyo', 'status', '-c', '/config/site.yaml'],
  );
  expect(status).toContain('1 open alarm');
});

test('a mistake in the site file ends it with 78, and the log names the line', async () => {
  await engine.must('rm', '--force', '--time=20', 'addon_local_zankyo');
  const text = readFileSync(site, 'utf8');
  writeFileSync(site, text.replace(/^site: .*/m, 'site: 5 5 {'));
  await start();
  expect(await engine.must('wait', 'addon_local_zankyo')).toBe('78');
  expect(await engine.logs('addon_local_zankyo')).toContain('/config/site.yaml:');
  expect(existsSync(site)).toBe(true);
});
