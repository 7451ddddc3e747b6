import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './mosquitto.ts';

export interface Postgres {
  /** Of its database, without credentials. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Ends it at once (SIGQUIT); `restart` recovers its data. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** PEM texts: then it accepts TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

const INSTALLED = '/usr/lib/postgresql';

/** A real PostgreSQL of our own on a free loopback port, with a password. It does not run as root: Debian's user postgres does it then. */
export const startPostgres = async ({ tls }: PostgresOptions = {}): Promise<Postgres> => {
  const [version] = readdirSync(INSTALLED).toSorted((a, b) => Number(b) - Number(a));
  const program = (name: string): string => join(INSTALLED, version, 'bin', name);
  const [uid, gid] = process.getuid?.() === 0 ? ids('postgres') : [undefined, undefined];
  const user = uid === undefined ? {} : { uid, gid: gid };
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-postgres-'));
  const passwordFile = join(directory, 'password');
  writeFileSync(passwordFile, 'pg pass');
  if (uid !== undefined) for (const path of [directory, passwordFile]) chownSync(path, uid, gid);
  const data = join(directory, 'data');
  const made = ['-D', data, '-U', 'hub', '-A', 'scram-sha-256', '--pwfile', passwordFile, '-E', 'UTF8', '--no-sync'];
  execFileSync(program('initdb'), made, { ...user, cwd: directory, stdio: 'pipe' });
  const secured = tls === undefined ? [] : ['-c', 'ssl=on'];
  // It refuses a key that others may read.
  for (const [name, pem] of Object.entries({ 'server.crt': tls?.cert, 'server.key': tls?.key }))
    if (pem !== undefined) {
      writeFileSync(join(data, name), pem, { mode: 0o600 });
      if (uid !== undefined) chownSync(join(data, name), uid, gid);
    }
  const port = await freePort();
  const launch = async (): Promise<ChildProcess> => {
    const options = [
      '-D',
      data,
      '-p',
      String(port),
      '-k',
      directory,
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'log_min_messages=fatal',
      ...secured,
    ];
    const child = spawn(program('postgres'), options, { ...user, cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
    let report = '';
    child.stderr.on('data', (chunk: Buffer) => (report = (report + chunk.toString()).slice(-2000)));
    for (let attempt = 0; attempt < 500 && child.exitCode === null; attempt++) {
      if (isReady(join(data, 'postmaster.pid'))) return child;
      await sleep(20);
    }
    child.kill('SIGKILL');
    throw new Error(`postgres does not accept connections on port ${port}: ${report}`);
  };
  let child = await launch();
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  return {
    url: `postgres://127.0.0.1:${port}/postgres`,
    username: 'hub',
    password: 'pg pass',
    kill: () => end('SIGQUIT'),
    restart: async () => {
      await end('SIGQUIT');
      child = await launch();
    },
    stop: async () => {
      await end('SIGQUIT');
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

/** Line 8 of the file has the state, as pg_ctl reads it. A server that still starts accepts a connection, and refuses its requests. */
const isReady = (file: string): boolean =>
  existsSync(file) && readFileSync(file, 'utf8').split('\n').at(7)?.trim() === 'ready';

const ids = (name: string): readonly [number, number] => {
  const id = (kind: string): number => Number(execFileSync('id', [kind, name], { encoding: 'utf8' }));
  return [id('-u'), id('-g')];
};
