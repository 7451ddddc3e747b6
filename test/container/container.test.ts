import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../integration/programs/mosquitto.ts';
import { startBroker, type Broker } from './broker.ts';
import { Engine } from './engine.ts';

/*
 * The image of deploy/container in a real engine, with the options of docs/install.md: not root, read-only files, no capabilities, its
 * memory limited, a healthcheck.
 */

const cleanUps: (() => unknown)[] = [];
let engine: Engine;
let broker: Broker;
const site = mkdtempSync(join(tmpdir(), 'zankyo-site-'));
cleanUps.push(() => {
  rmSync(site, { recursive: true });
});
let port: number;

beforeAll(async () => {
  // As mkdir makes it: the user of the container has to read it.
  chmodSync(site, 0o755);
  engine = await Engine.start();
  cleanUps.push(() => engine.stop());
  await engine.buildImage();
  broker = await startBroker();
  cleanUps.push(() => broker.stop());
  port = await freePort();
});
afterAll(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const writeSite = (range: string): void => {
  const text = `site: hall
mqtt: { url: 'mqtt://${broker.host}:${broker.port}' }
inputs:
  - { topic: hall/+/value, name: 's{1}', path: v, range: ${range} }
publish: { state_every: 1s }
http: { listen: 0.0.0.0:8787, allow_remote: true }
tuning: { hidden_size: 4 }
`;
  writeFileSync(join(site, 'site.yaml'), text);
};
const start = (name: string): Promise<string> =>
  engine.must(
    ...['run', '-d', '--name', name, '--read-only', '--cap-drop=all', '--security-opt=no-new-privileges'],
    ...['--memory=384m', '-v', `${site}:/etc/zankyo:ro`, '-v', 'zankyo-state:/var/lib/zankyo'],
    ...['-p', `127.0.0.1:${port}:8787`, 'zankyo'],
  );
const STATE = 'zankyo/hall/series/s1/state';
const EVENT = 'zankyo/hall/series/s1/event';
/** The warm-up has seen so many readings of 400. */
const learned = (readings: number) =>
  broker.receives(STATE, ({ warmup }) => Math.round(Number(warmup) * 400) >= readings);
const sh = (command: string) => engine.podman('exec', 'zankyo', 'sh', '-c', command);

test('runs without root on read-only files, is healthy, and publishes an alert', async () => {
  writeSite('[0, 10]');
  await start('zankyo');
  await engine.logged('zankyo', '"listening"');
  await engine.logged('zankyo', 'HTTP server listens');
  expect(await engine.podman('healthcheck', 'run', 'zankyo')).toMatchObject({ status: 0 });
  expect(await engine.must('inspect', 'zankyo', '--format={{.State.Health.Status}}')).toBe('healthy');
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);

  for (const v of [1, 2, 3, 2, 1, 2]) await broker.send('hall/1/value', { v });
  await learned(6);
  await broker.send('hall/1/value', { v: 99 });
  expect(await broker.receives(EVENT)).toMatchObject({ event_type: 'opened', kind: 'sensor', value: 99 });

  expect((await sh('id -u; id -g; awk "/CapEff|CapBnd|NoNewPrivs/ { print \\$2 }" /proc/1/status')).stdout).toBe(
    ['10001', '10001', '0000000000000000', '0000000000000000', '1', ''].join('\n'),
  );
  for (const path of ['/x', '/etc/zankyo/x', '/usr/lib/zankyo/x'])
    expect((await sh(`touch ${path}`)).stderr).toContain('Read-only file system');
  expect((await sh('ls /usr/bin/npm /usr/bin/g++ /usr/bin/python3')).stdout).toBe('');
  // By its entry point, with the same database.
  expect((await engine.podman('exec', 'zankyo', 'zankyo', 'status', '-c', '/etc/zankyo/site.yaml')).stdout).toContain(
    '1 open alarm',
  );
});

test('a changed site file is in force after SIGHUP', async () => {
  writeSite('[0, 200]');
  await engine.must('kill', '--signal=HUP', 'zankyo');
  await engine.logged('zankyo', 'reloaded');
});

test('ends in order on SIGTERM, and a new container goes on with what it had learned', async () => {
  await engine.must('stop', '--time=30', 'zankyo');
  expect(await engine.must('inspect', 'zankyo', '--format={{.State.ExitCode}} {{.State.OOMKilled}}')).toBe('0 false');
  expect(await engine.logs('zankyo')).toContain('"stopping"');
  await engine.must('rm', 'zankyo');

  await start('zankyo');
  await engine.logged('zankyo', '"listening"');
  await broker.send('hall/1/value', { v: 2 });
  await learned(7);
});

test('a healthcheck without a service behind it fails', async () => {
  const { status } = await engine.podman(
    ...['run', '--rm', '--entrypoint=zankyo', '-v', `${site}:/etc/zankyo:ro`, 'zankyo'],
    ...['health', '-c', '/etc/zankyo/site.yaml'],
  );
  expect(status).not.toBe(0);
});

test('a mistake in the site file ends it with 78, and the log names the line', async () => {
  writeFileSync(join(site, 'site.yaml'), 'site: hall\nmqtt: { url: 5 }\ninputs: []\n');
  const { status, stderr } = await engine.podman('run', '--rm', '-v', `${site}:/etc/zankyo:ro`, 'zankyo');
  expect(status).toBe(78);
  expect(stderr).toContain('site.yaml:2');
});
