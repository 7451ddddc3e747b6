import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { pbkdf2Sync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface MosquittoOptions {
  /** Further lines of mosquitto.conf, after ours: a loopback listener, anonymous clients, a long queue, persistence. */
  readonly config?: readonly string[];
  /** Files that these lines name, by name: it runs in the directory where they are. */
  readonly files?: Readonly<Record<string, string>>;
  readonly port?: number;
}

export interface Mosquitto {
  readonly url: string;
  readonly port: number;
  /** Where its files are. */
  readonly directory: string;
  /** Ends it in order (SIGTERM) and removes its files: for the end of a test. */
  stop(): Promise<void>;
  /** Ends it at once (SIGKILL): what it had not saved is gone, the rest waits for `restart`. */
  kill(): Promise<void>;
  /** Makes it write its file now, as it does every `autosave_interval` (SIGUSR1). */
  save(): Promise<void>;
  /** Makes it fall silent without closing anything (SIGSTOP); only `kill` ends it then. */
  freeze(): void;
  /** Ends it if it runs, and starts it again on the same port with the same data. */
  restart(): Promise<void>;
}

/** A loopback port that was free a moment ago. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** Whether a server accepts connections there. */
export const accepts = (port: number, host = '127.0.0.1'): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, host);
    const answer = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => {
      answer(true);
    });
    socket.once('error', () => {
      answer(false);
    });
  });

/**
 * Lines that `config` replaces. By its default the broker drops messages beyond 1,000 that wait for the service: tests publish faster
 * than a service on a busy machine takes them. With 0, no limit, Mosquitto 2.0.21 hangs up on a client whose publication it refuses.
 */
const DEFAULTS = ['allow_anonymous true', 'max_queued_messages 100000'];

const launch = async (directory: string, port: number): Promise<ChildProcess> => {
  // Debian keeps the broker in /usr/sbin, which a user's PATH often leaves out.
  const env = { ...process.env, PATH: [process.env['PATH'], '/usr/sbin', '/usr/local/sbin'].join(delimiter) };
  const child = spawn('mosquitto', ['-c', join(directory, 'mosquitto.conf')], {
    cwd: directory,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let report = '';
  child.stderr.on('data', (chunk: Buffer) => (report = (report + chunk.toString()).slice(-2000)));
  child.once('error', (error) => (report += error.message));
  for (let attempt = 0; attempt < 500; attempt++) {
    if (child.exitCode !== null) break;
    if (await accepts(port)) return child;
    await sleep(20);
  }
  child.kill('SIGKILL');
  throw new Error(`mosquitto does not accept connections on port ${port}: ${report}`);
};

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
};

/** A real broker of our own on a free loopback port, which accepts connections when this returns. `stop` it in the end. */
export const startMosquitto = async ({
  config = [],
  files = {},
  port: wanted,
}: MosquittoOptions = {}): Promise<Mosquitto> => {
  const port = wanted ?? (await freePort());
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-mosquitto-'));
  const lines = [
    `listener ${port} 127.0.0.1`,
    'persistence true',
    `persistence_location ${directory}/`,
    // Started by root it would become the user "mosquitto", who may not read our directory.
    'user root',
    'log_dest stderr',
    ...DEFAULTS.filter((line) => !config.some((other) => other.split(' ')[0] === line.split(' ')[0])),
    ...config,
  ];
  writeFileSync(join(directory, 'mosquitto.conf'), `${lines.join('\n')}\n`);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  let child = await launch(directory, port);
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    directory,
    stop: async () => {
      await end(child, 'SIGTERM');
      rmSync(directory, { recursive: true, force: true });
    },
    kill: () => end(child, 'SIGKILL'),
    save: async () => {
      const file = join(directory, 'mosquitto.db');
      const writtenAt = (): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      const before = writtenAt();
      child.kill('SIGUSR1');
      // It writes another file and renames it.
      for (let attempt = 0; attempt < 500 && writtenAt() === before; attempt++) await sleep(20);
      if (writtenAt() === before) throw new Error('mosquitto has not written its file within 10 s');
    },
    freeze: () => {
      child.kill('SIGSTOP');
    },
    restart: async () => {
      await end(child, 'SIGTERM');
      child = await launch(directory, port);
    },
  };
};

/** A line of mosquitto's password file: PBKDF2-SHA512, 101 rounds. */
export const passwordLine = (user: string, password: string): string => {
  const salt = Buffer.from('twelve bytes');
  const hash = pbkdf2Sync(password, salt, 101, 64, 'sha512');
  return `${user}:$7$101$${salt.toString('base64')}$${hash.toString('base64')}\n`;
};
