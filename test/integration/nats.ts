import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { accepts, freePort } from './mosquitto.ts';

export interface NatsServer {
  /** For workers. */
  readonly url: string;
  /** For sensors. */
  readonly mqtt: string;
  readonly port: number;
  /** Ends it in order and removes its files. */
  stop(): Promise<void>;
  /** Ends it if it runs, and starts it again on the same ports with the same data. */
  restart(): Promise<void>;
}

export interface NatsOptions {
  readonly host?: string;
  /** Further lines of its configuration. */
  readonly config?: readonly string[];
}

const launch = async (file: string, ports: readonly number[], host: string): Promise<ChildProcess> => {
  const env = { ...process.env, PATH: [process.env['PATH'], '/usr/sbin', '/usr/local/sbin'].join(delimiter) };
  const child = spawn('nats-server', ['-c', file], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let report = '';
  child.stderr.on('data', (chunk: Buffer) => (report = (report + chunk.toString()).slice(-2000)));
  child.once('error', (error) => (report += error.message));
  for (let attempt = 0; attempt < 500; attempt++) {
    if (child.exitCode !== null) break;
    if ((await Promise.all(ports.map((port) => accepts(port, host)))).every(Boolean)) return child;
    await sleep(20);
  }
  child.kill('SIGKILL');
  throw new Error(`nats-server does not accept connections on port ${ports.join()}: ${report}`);
};

/** A real nats-server of our own with JetStream and MQTT, which accepts connections when this returns. `stop` it in the end. */
export const startNats = async ({ host = '127.0.0.1', config = [] }: NatsOptions = {}): Promise<NatsServer> => {
  const port = await freePort();
  const mqttPort = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-nats-'));
  const file = join(directory, 'nats.conf');
  const lines = [
    'server_name: test',
    `listen: "${host}:${port}"`,
    `jetstream { store_dir: "${directory}/data" }`,
    `mqtt { listen: "${host}:${mqttPort}" }`,
    ...config,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const start = () => launch(file, [port, mqttPort], host);
  let child = await start();
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return {
    url: `nats://${host}:${port}`,
    mqtt: `mqtt://${host}:${mqttPort}`,
    port,
    stop: async () => {
      await end();
      rmSync(directory, { recursive: true, force: true });
    },
    restart: async () => {
      await end();
      child = await start();
    },
  };
};
