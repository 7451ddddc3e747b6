/**
 * The image of deploy/container and the file of deploy/compose in Docker, as the container tests run them in Podman. As root:
 *
 *   npm run test:docker [-- --images FILE]
 *
 * Starts a Docker daemon of its own, which sees none of this machine's containers, and removes it at the end, with its iptables rules and its
 * bridge. Builds the image, which takes minutes, on a Debian made by debootstrap where there is no registry; --images FILE takes it and that of
 * NATS from an archive of docker save or podman save. Debian's packages: docker.io docker-cli docker-buildx docker-compose mosquitto debootstrap.
 */
/* global fetch, AbortSignal */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import mqtt from 'mqtt';
import { openLoader } from '../typescript-loader.mjs';
import { hostNetwork } from './host-network.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const { values: options } = parseArgs({ options: { images: { type: 'string' } } });
const place = mkdtempSync(join(tmpdir(), 'zankyo-docker-'));
const socket = `unix://${place}/docker.sock`;
const cleanUps = [];
const loader = await openLoader();
const { BASE, debianArchive, NATS, natsFolder } = await loader.ssrLoadModule(join(import.meta.dirname, 'engine.ts'));
await loader.close();
const PASSWORDS = { ZANKYO_PASSWORD: 'z-1', SENSOR_PASSWORD: 's-2', SITE1_PASSWORD: 'l-3' };

const docker = (args, { cwd = ROOT } = {}) =>
  new Promise((done) => {
    const env = { ...process.env, DOCKER_HOST: socket };
    const child = execFile('docker', args, { cwd, env, maxBuffer: 64e6 }, (_, stdout, stderr) => {
      done({ status: child.exitCode, stdout, stderr });
    });
  });
const must = async (...args) => {
  const { status, stdout, stderr } = await docker(args);
  assert.equal(status, 0, `docker ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout.trim();
};
const logs = async (name) => Object.values(await docker(['logs', name])).join('');
const until = async (what, condition, ms = 300_000) => {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    if (await condition()) return;
    await sleep(300);
  }
  throw new Error(`not within ${ms / 1000} s: ${what}`);
};
const step = (text) => {
  console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);
};
const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => {
        done(port);
      });
    });
  });
const healthOf = (name) => must('inspect', name, '--format={{.State.Health.Status}}');
const endOf = (name) => must('inspect', name, '--format={{.State.ExitCode}} {{.State.OOMKilled}}');

async function startDaemon() {
  const folders = ['--data-root', join(place, 'data'), '--exec-root', join(place, 'exec')];
  const daemon = spawn('dockerd', [...folders, '-p', join(place, 'pid'), '-H', socket], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  daemon.stderr.on('data', (text) => {
    said = (said + text).slice(-4000);
  });
  const ended = new Promise((done) => daemon.once('exit', done));
  cleanUps.push(async () => {
    await docker(['ps', '-aq']).then(({ stdout }) => docker(['rm', '-f', '-v', ...stdout.split('\n').filter(Boolean)]));
    daemon.kill('SIGTERM');
    await ended;
    rmSync(place, { recursive: true, force: true });
  });
  await until(`dockerd does not start:\n${said}`, async () => {
    assert.equal(daemon.exitCode, null, `dockerd ended:\n${said}`);
    return (await docker(['info'])).status === 0;
  });
  step(`Docker ${await must('info', '--format={{.ServerVersion}}, storage {{.Driver}}, cgroups {{.CgroupVersion}}')}`);
}

/** Images of the registry, or where there is none, made of Debian's packages. */
async function getBases() {
  const pulled = async (image) => (await docker(['pull', '--quiet', image])).status === 0;
  if (!(await pulled(BASE))) await must('import', debianArchive(place), BASE);
  if (await pulled(NATS)) return;
  const folder = natsFolder(join(place, 'nats-image'));
  await must('build', '--network=host', '-f', join(folder, 'Containerfile'), '-t', NATS, folder);
}

async function getImages() {
  if (options.images === undefined) {
    await getBases();
    step('base images');
    await must('build', '--network=host', '-f', 'deploy/container/Containerfile', '-t', 'zankyo', '.');
  } else {
    await must('load', '-i', options.images);
    if ((await docker(['image', 'inspect', 'zankyo'])).status !== 0) await must('tag', 'localhost/zankyo', 'zankyo');
  }
  step('image');
}

async function runImage() {
  const port = await freePort();
  writeFileSync(join(place, 'mosquitto.conf'), `listener ${port} 0.0.0.0\nallow_anonymous true\n`);
  const broker = spawn('mosquitto', ['-c', join(place, 'mosquitto.conf')], { stdio: 'ignore' });
  cleanUps.push(() => broker.kill());
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`);
  cleanUps.push(() => client.endAsync(true));
  const events = [];
  client.on('message', (topic, payload) => {
    if (topic.endsWith('/event')) events.push(JSON.parse(payload.toString()));
  });
  await client.subscribeAsync('zankyo/#');
  const site = mkdtempSync(join(place, 'site-'));
  await must('volume', 'create', 'zankyo-state');
  writeFileSync(
    join(site, 'site.yaml'),
    `site: hall
mqtt: { url: 'mqtt://host.docker.internal:${port}' }
inputs:
  - { topic: hall/+/value, name: 's{1}', path: v, range: [0, 10] }
http: { listen: 0.0.0.0:8787, allow_remote: true }
tuning: { hidden_size: 4 }
`,
    { mode: 0o644 },
  );
  execFile('chmod', ['755', site, place]);
  const http = await freePort();
  await must(
    ...[
      'run',
      '-d',
      '--name=zankyo',
      '--read-only',
      '--cap-drop=all',
      '--security-opt=no-new-privileges',
      '--memory=384m',
    ],
    ...['-v', `${site}:/etc/zankyo:ro`, '-v', 'zankyo-state:/var/lib/zankyo', '-p', `127.0.0.1:${http}:8787`],
    ...['--add-host=host.docker.internal:host-gateway', 'zankyo'],
  );
  await until('the service listens', async () => (await logs('zankyo')).includes('"listening"'));
  step('docker run: listens');
  for (const v of [1, 2, 3, 2, 1, 2, 99]) await client.publishAsync('hall/1/value', JSON.stringify({ v }), { qos: 1 });
  await until('an alert', () => events.some(({ event_type, value }) => event_type === 'opened' && value === 99));
  step('an alert over MQTT');
  // Docker's proxy accepts connections before the server of the container does.
  const answer = () => fetch(`http://127.0.0.1:${http}/readyz`, { signal: AbortSignal.timeout(3_000) });
  await until('/readyz', async () => (await answer().catch(() => null))?.status === 200);
  const inside = async (command) => Object.values(await docker(['exec', 'zankyo', 'sh', '-c', command])).join('\n');
  assert.match(
    await inside('id -u; id -g; grep -E "CapEff|CapBnd|NoNewPrivs" /proc/1/status'),
    /10001\n10001\nCapEff:\s0{16}\nCapBnd:\s0{16}\nNoNewPrivs:\s1/,
  );
  for (const path of ['/x', '/etc/zankyo/x', '/usr/lib/zankyo/x'])
    assert.match(await inside(`touch ${path}`), /Read-only file system/);
  step('not root, no capabilities, read-only files');
  await until('healthy', async () => (await healthOf('zankyo')) === 'healthy');
  step('healthy');
  await must('stop', '--time=30', 'zankyo');
  assert.equal(await endOf('zankyo'), '0 false');
  step('docker stop: ends with 0');
}

async function runCompose() {
  for (const folder of ['compose', 'nats'])
    cpSync(join(ROOT, 'deploy', folder), join(place, folder), { recursive: true });
  const cwd = join(place, 'compose');
  const port = await freePort();
  const file = join(cwd, 'compose.yaml');
  const ports = `ports: ['127.0.0.1:${port}:1883']`;
  writeFileSync(file, readFileSync(file, 'utf8').replace("ports: ['1883:1883', '7422:7422']", ports));
  const site = readFileSync(join(ROOT, 'deploy/kubernetes/site.yaml'), 'utf8');
  writeFileSync(join(cwd, 'site.yaml'), site.replace('path: v }', 'path: v, range: [0, 100] }'));
  writeFileSync(
    join(cwd, '.env'),
    Object.entries(PASSWORDS)
      .map((pair) => `${pair.join('=')}\n`)
      .join(''),
  );
  const compose = async (...args) => {
    const { status, stdout, stderr } = await docker(['compose', ...args], { cwd });
    assert.equal(status, 0, `docker compose ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout.trim();
  };
  await compose('up', '-d');
  const workers = (await compose('ps', '-q', 'worker')).split('\n');
  assert.equal(workers.length, 3);
  step('docker compose up: a server and three workers');
  for (const worker of workers)
    await until('a worker has partitions', async () => (await logs(worker)).includes('partition taken'));
  // The command of the healthcheck: Docker would say the same after a minute.
  const check = (worker) => docker(['exec', worker, 'zankyo', 'health', '-c', '/etc/zankyo/site.yaml']);
  for (const worker of workers) await until('a worker is healthy', async () => (await check(worker)).status === 0);
  step('all workers have partitions and are healthy');
  const clientOf = async (username, password) => {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4, username, password });
    cleanUps.push(() => client.endAsync(true));
    return client;
  };
  const received = [];
  const reader = await clientOf('zankyo', PASSWORDS.ZANKYO_PASSWORD);
  reader.on('message', (topic) => received.push(topic));
  await reader.subscribeAsync('zankyo/#');
  const sensor = await clientOf('sensor', PASSWORDS.SENSOR_PASSWORD);
  for (const pump of ['1', '2', '3'])
    for (const v of [20, 21, 20, 500])
      await sensor.publishAsync(`pump/${pump}/temp`, JSON.stringify({ v }), { qos: 1 });
  const events = () => received.filter((topic) => /series\/.*\/event$/.test(topic)).sort();
  await until('three alerts', () => events().length >= 3);
  assert.deepEqual(
    events(),
    ['1', '2', '3'].map((pump) => `zankyo/plant/series/${pump}-temp/event`),
  );
  step('one alert for each of three pumps');
  await compose('stop');
  for (const worker of workers) assert.equal(await endOf(worker), '0 false');
  await compose('down', '-v');
  step('docker compose down: all ended with 0');
}

if (process.getuid?.() !== 0) {
  console.error('A Docker daemon runs as root: sudo npm run test:docker');
  process.exit(1);
}
try {
  cleanUps.push(await hostNetwork());
  await startDaemon();
  await getImages();
  await runImage();
  await runCompose();
  console.log('2 passed, 0 failed');
} finally {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
}
