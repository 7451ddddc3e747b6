/**
 * The start of the add-on: finds the broker, writes the site file at the first start, gives up root, serves the ingress and runs the
 * service. Ends with the exit code of the service.
 */
/* global fetch, AbortSignal */
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** Everything that the service writes belongs to a user without rights. */
const giveUpRoot = () => {
  if (process.getuid() !== 0) return;
  const give = (path) => {
    chownSync(path, USER, USER);
    for (const name of readdirSync(path)) chownSync(join(path, name), USER, USER);
  };
  for (const path of [state, credentials, CONFIG]) give(path);
  process.setgroups([]);
  process.setgid(USER);
  process.setuid(USER);
};

const main = async () => {
  const options = JSON.parse(readFileSync(join(DATA, 'options.json'), 'utf8'));
  for (const path of [state, credentials]) mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = await broker(options);
  // Read at each start, because Home Assistant may change it. A site file without a password takes this one.
  writeFileSync(join(credentials, 'mqtt-password'), found.password, { mode: 0o600 });
  giveUpRoot();
  await serveIngress({ port: PORT, target: DASHBOARD, ...(env.ADDON_ALLOWED ? { allowed: env.ADDON_ALLOWED } : {}) });
  if (!existsSync(site)) writeSite(found, options.topics ?? []);
  const service = spawn(
    process.execPath,
    ['--max-old-space-size=192', '--max-semi-space-size=2', PROGRAM, 'run', '-c', site],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...env, STATE_DIRECTORY: state, CREDENTIALS_DIRECTORY: credentials },
    },
  );
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => service.kill(signal));
  service.on('close', (code) => process.exit(code ?? 1));
};

main().catch((error) => {
  console.error(`zankyo add-on: ${error.message}`);
  process.exit(1);
});
