import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectNats, type Nats } from '../../src/io/nats/connection.ts';
import { namesOf } from '../../src/io/nats/names.ts';
import type { PartitionRecord } from '../../src/io/nats/partition-table.ts';
import { MAIN } from '../integration/program.ts';
import { startNats, type NatsServer } from '../integration/nats.ts';

export const SITE = 'fleet';
export const NAMES = namesOf(SITE, 'zankyo');

export interface RigOptions {
  readonly partitions: number;
  readonly maxSeries: number;
  readonly checkpointSec: number;
  /** Workers run in network namespaces of their own, so many; 0: in that of the test. */
  readonly namespaces: number;
}

/** What the site file of the workers depends on. */
export type SiteOptions = Omit<RigOptions, 'namespaces'>;

/** A worker as a process of its own. */
export interface WorkerProcess {
  readonly name: string;
  readonly child: ChildProcess;
  log(): readonly Readonly<Record<string, unknown>>[];
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export interface FleetRig {
  readonly server: NatsServer;
  readonly nats: Nats;
  start(place: number): WorkerProcess;
  /** As the workers have written them; null where there is none yet. */
  readonly records: () => Promise<readonly (PartitionRecord | null)[]>;
  stop(): Promise<void>;
}

/** The site file of the workers: a reading out of its range is a fault of the sensor, and gives an alert at once. */
export const siteText = (server: string, { partitions, maxSeries, checkpointSec }: SiteOptions) =>
  `site: ${SITE}
mqtt: { url: 'mqtt://localhost' }
inputs:
  - { topic: hall/+/value, name: 's{1}', path: v, time: at, range: [-50, 50] }
max_series: ${maxSeries}
tuning: { hidden_size: 8, warmup: 30 }
cluster:
  servers: ['${server}']
  partitions: ${partitions}
  checkpoint_every: ${checkpointSec}s
`;

const ip = (...args: string[]): void => {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
};

/** Namespace `i` with an address of its own, 10.77.i.2; the test is at 10.77.i.1. */
const makeNamespace = (i: number): void => {
  removeNamespace(i);
  ip('netns', 'add', `zkfleet${i}`);
  ip('link', 'add', `zkf${i}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', `zkfleet${i}`);
  ip('addr', 'add', `10.77.${i}.1/24`, 'dev', `zkf${i}`);
  ip('link', 'set', `zkf${i}`, 'up');
  ip('-n', `zkfleet${i}`, 'addr', 'add', `10.77.${i}.2/24`, 'dev', 'eth0');
  ip('-n', `zkfleet${i}`, 'link', 'set', 'eth0', 'up');
  ip('-n', `zkfleet${i}`, 'link', 'set', 'lo', 'up');
};

const removeNamespace = (i: number): void => {
  try {
    ip('netns', 'del', `zkfleet${i}`);
  } catch {
    // It was not there.
  }
};

/** A nats-server, a place for each worker, and a client that sees what they do. */
export async function startFleet(options: RigOptions): Promise<FleetRig> {
  const { namespaces, partitions } = options;
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-fleet-'));
  for (let i = 1; i <= namespaces; i++) makeNamespace(i);
  const server = await startNats(namespaces === 0 ? {} : { host: '0.0.0.0' });
  const nats = await connectNats({ servers: [server.url], tls: {}, name: 'test', log: () => undefined });
  const workers: WorkerProcess[] = [];
  let count = 0;
  return {
    server,
    nats,
    start: (place) => {
      const name = `worker-${++count}`;
      const url = namespaces === 0 ? server.url : `nats://10.77.${place}.1:${server.port}`;
      const file = join(directory, `${name}.yaml`);
      writeFileSync(file, `${siteText(url, options)}  worker: ${name}\n`);
      const run = [MAIN, 'run', '-c', file];
      const [command, ...args] =
        namespaces === 0
          ? [process.execPath, ...run]
          : ['ip', 'netns', 'exec', `zkfleet${place}`, process.execPath, ...run];
      const child = spawn(command, args, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
      let text = '';
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      const worker: WorkerProcess = {
        name,
        child,
        log: () =>
          text
            .split('\n')
            .filter((line) => line.startsWith('{') && line.endsWith('}'))
            .map((line) => JSON.parse(line) as Record<string, unknown>),
        end: async (signal) => {
          if (child.exitCode === null && child.signalCode === null) {
            child.kill(signal);
            await once(child, 'exit');
          }
          return child.exitCode;
        },
      };
      workers.push(worker);
      return worker;
    },
    records: async () => {
      const bucket = await nats.kv.open(NAMES.partitions);
      return Promise.all(
        Array.from(
          { length: partitions },
          // Without a bucket there is none.
          async (_, n) => (await bucket.get(`p.${n}`).catch(() => null))?.json<PartitionRecord>() ?? null,
        ),
      );
    },
    stop: async () => {
      for (const worker of workers) await worker.end('SIGKILL');
      await nats.close();
      await server.stop();
      for (let i = 1; i <= namespaces; i++) removeNamespace(i);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Waits until `holds`, at most `ms`; whether it does. */
export async function within(ms: number, holds: () => boolean | Promise<boolean>): Promise<boolean> {
  const until = performance.now() + ms;
  for (;;) {
    if (await holds()) return true;
    if (performance.now() > until) return false;
    await sleep(100);
  }
}

/** The partitions of each worker that has one. */
export const sharesOf = (records: readonly (PartitionRecord | null)[]): ReadonlyMap<string, number> => {
  const shares = new Map<string, number>();
  for (const record of records)
    if (record?.owner != null) shares.set(record.owner, (shares.get(record.owner) ?? 0) + 1);
  return shares;
};
