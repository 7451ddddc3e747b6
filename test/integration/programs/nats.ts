import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  /** Ends it at once; `restart` starts it again. */
  kill(): Promise<void>;
  /** Ends it if it runs, and starts it again on the same ports with the same data; `away` ms later. */
  restart(signal?: 'SIGTERM' | 'SIGKILL', away?: number): Promise<void>;
}

export interface NatsOptions {
  readonly host?: string;
  /** Largest size of all streams, as in its configuration. */
  readonly storage?: string;
  /** More of its configuration. */
  readonly more?: string;
}

interface Launch {
  readonly file: string;
  readonly ports: readonly number[];
  readonly host: string;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** What starts the program in another network namespace. */
  readonly before?: readonly string[] | undefined;
}

const launch = async ({ file, ports, host, env: own, before = [] }: Launch): Promise<ChildProcess> => {
  const path = [process.env['PATH'], '/usr/sbin', '/usr/local/sbin'].join(delimiter);
  const env = { ...process.env, PATH: path, ...own };
  const [program, ...args] = [...before, 'nats-server', '-c', file];
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
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

/** The server of a configuration file, which it removes with its directory in the end. */
const serverOf = async (directory: string, options: Launch): Promise<Pick<NatsServer, 'stop' | 'kill' | 'restart'>> => {
  let child = await launch(options);
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  return {
    stop: async () => {
      await end('SIGTERM');
      rmSync(directory, { recursive: true, force: true });
    },
    kill: () => end('SIGKILL'),
    restart: async (signal = 'SIGTERM', away = 0) => {
      await end(signal);
      await sleep(away);
      child = await launch(options);
    },
  };
};

/** A real nats-server of our own with JetStream and MQTT, which accepts connections when this returns. `stop` it in the end. */
export const startNats = async ({ host = '127.0.0.1', storage, more = '' }: NatsOptions = {}): Promise<NatsServer> => {
  const port = await freePort();
  const mqttPort = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-nats-'));
  const file = join(directory, 'nats.conf');
  const lines = [
    'server_name: test',
    `listen: "${host}:${port}"`,
    `jetstream { store_dir: "${directory}/data"${storage === undefined ? '' : `, max_file_store: ${storage}`} }`,
    `mqtt { listen: "${host}:${mqttPort}" }`,
    more,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const server = await serverOf(directory, { file, ports: [port, mqttPort], host });
  return { url: `nats://${host}:${port}`, mqtt: `mqtt://${host}:${mqttPort}`, port, ...server };
};

export interface DeployedOptions {
  /** Values of the environment that the file asks for. */
  readonly env: Readonly<Record<string, string>>;
  /** All addresses on which it listens. */
  readonly host?: string;
  /** Address at which this process reaches it, where it listens on all. */
  readonly reached?: string;
  /** PEM files that the options for TLS name, by their name; without them those options are off. */
  readonly tls?: Readonly<Record<string, string>>;
  readonly before?: readonly string[];
}

export interface DeployedServer extends NatsServer {
  /** For leaf nodes; 0 where there are none. */
  readonly leafPort: number;
}

/** A nats-server with a configuration file of deploy/nats as it is, but for ports, folders, and options that are switched on. */
export const startDeployed = async (name: 'hub' | 'leaf', options: DeployedOptions): Promise<DeployedServer> => {
  const { env, host = '127.0.0.1', reached = host, tls, before } = options;
  const directory = mkdtempSync(join(tmpdir(), `zankyo-${name}-`));
  let text = readFileSync(join(import.meta.dirname, `../../../deploy/nats/${name}.conf`), 'utf8');
  const ports = new Map<number, number>();
  const listens = /listen: "[\d.]+:(\d+)"/g;
  for (const [, port] of text.matchAll(listens)) ports.set(Number(port), await freePort());
  text = text.replace(listens, (_, port: string) => `listen: "${host}:${ports.get(Number(port))}"`);
  text = text.replace('"/var/lib/nats/jetstream"', `"${directory}/data"`);
  if (tls !== undefined) text = text.replace(/^( *)#(?=tls )/gm, '$1').replaceAll('/etc/nats/', `${directory}/`);
  for (const [file, pem] of Object.entries(tls ?? {})) writeFileSync(join(directory, file), pem);
  const file = join(directory, `${name}.conf`);
  writeFileSync(file, text);
  const open = [...ports.values()];
  const server = await serverOf(directory, { file, ports: open, host: reached, env, before });
  const port = ports.get(4222)!;
  const [nats, mqtt] = tls === undefined ? ['nats', 'mqtt'] : ['tls', 'mqtts'];
  return {
    ...{ url: `${nats}://${reached}:${port}`, mqtt: `${mqtt}://${reached}:${ports.get(1883)!}`, port },
    leafPort: ports.get(7422) ?? 0,
    ...server,
  };
};
