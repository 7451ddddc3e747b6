/**
 * The start of the add-on: finds the broker, gives up root, serves the ingress, writes the site file at the first start, and runs the
 * service. Ends with the exit code of the service.
 */
/* global fetch, AbortSignal */
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveIngress } from './ingress.mjs';

const { env } = process;
const DATA = env.ADDON_DATA ?? '/data';
const CONFIG = env.ADDON_CONFIG ?? '/config';
const PROGRAM = env.ADDON_PROGRAM ?? '/usr/lib/zankyo/dist/cli/main.js';
const SUPERVISOR_API = env.ADDON_SUPERVISOR ?? 'http://supervisor';
const PORT = Number(env.ADDON_PORT ?? 8099);
/** `zankyo init` writes this address into the site file. */
const DASHBOARD = '127.0.0.1:8787';
const USER = 10001;

const site = join(CONFIG, 'site.yaml');
const state = join(DATA, 'zankyo');
const credentials = join(DATA, 'credentials');

/** The broker of the options, or the one that Home Assistant offers to its add-ons. */
const broker = async (options) => {
  if (options.broker) return { url: options.broker, username: options.username, password: options.password ?? '' };
  const answer = await fetch(`${SUPERVISOR_API}/services/mqtt`, {
    headers: { Authorization: `Bearer ${env.SUPERVISOR_TOKEN}` },
    signal: AbortSignal.timeout(10_000),
  }).catch((cause) => {
    throw new Error(`the Supervisor does not answer: ${cause.cause?.message ?? cause.message}`, { cause });
  });
  if (!answer.ok)
    throw new Error('no broker: install the Mosquitto add-on, or name a broker in the options of this add-on');
  const { data } = await answer.json();
  const scheme = data.ssl ? 'mqtts' : 'mqtt';
  return { url: `${scheme}://${data.host}:${data.port}`, username: data.username, password: data.password ?? '' };
};

/** Listens to the broker for a minute. Where it hears nothing, writes an example that the user changes. */
const writeSite = ({ url, username }, topics) => {
  const common = ['init', url, '-y', '-o', site, ...(username ? ['--username', username] : [])];
  const secret = ['--password-file', join(credentials, 'mqtt-password')];
  const zankyo = (...args) =>
    spawnSync(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'inherit', 'inherit'] }).status;
  const heard = zankyo(
    ...common,
    ...secret,
    ...(env.ADDON_LISTEN ? ['--for', env.ADDON_LISTEN] : []),
    ...topics.flatMap((topic) => ['--topic', topic]),
  );
  if (heard !== 0 && !existsSync(site)) zankyo(...common, '--no-discover');
};

/** Ends this process as `child` ends, and passes on the signals of the Supervisor. */
const follow = (child) => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('close', (code) => process.exit(code ?? 1));
};

/** As root: reads what only root may read, and starts the rest as a user without rights, to whom everything that it writes belongs. */
const prepare = async () => {
  const { topics = [], ...options } = JSON.parse(readFileSync(join(DATA, 'options.json'), 'utf8'));
  for (const path of [state, credentials]) mkdirSync(path, { recursive: true, mode: 0o700 });
  const { url, username, password } = await broker(options);
  // Written at each start, because Home Assistant may change it. `zankyo init` puts its path into the site file.
  writeFileSync(join(credentials, 'mqtt-password'), password, { mode: 0o600 });
  const give = (path) => {
    chownSync(path, USER, USER);
    for (const name of readdirSync(path)) chownSync(join(path, name), USER, USER);
  };
  for (const path of [state, credentials, CONFIG]) give(path);
  // A process of its own: Node 20 refuses setuid() in this one (CVE-2024-22017).
  const self = fileURLToPath(import.meta.url);
  const env = { ...process.env, ADDON_PREPARED: JSON.stringify({ url, username, topics }) };
  follow(spawn(process.execPath, [self], { stdio: ['ignore', 'inherit', 'inherit'], uid: USER, gid: USER, env }));
};

const serve = async ({ topics, ...found }) => {
  await serveIngress({ port: PORT, target: DASHBOARD, allowed: env.ADDON_ALLOWED });
  if (!existsSync(site)) writeSite(found, topics);
  const limits = ['--max-old-space-size=192', '--max-semi-space-size=2'];
  follow(
    spawn(process.execPath, [...limits, PROGRAM, 'run', '-c', site], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...env, STATE_DIRECTORY: state, CREDENTIALS_DIRECTORY: credentials },
    }),
  );
};

(env.ADDON_PREPARED === undefined ? prepare() : serve(JSON.parse(env.ADDON_PREPARED))).catch((error) => {
  console.error(`zankyo add-on: ${error.message}`);
  process.exit(1);
});
