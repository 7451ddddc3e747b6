import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectNats, type Nats } from '../../src/io/nats/connection.ts';
import { namesOf } from '../../src/io/nats/names.ts';
import type { PartitionRecord } from '../../src/io/nats/partition-table.ts';
import { startNats, type NatsServer } from '../integration/programs/nats.ts';
import { makeNamespace } from './namespaces.ts';
import { spawnWorker, type WorkerProcess } from './worker-process.ts';

export const SITE = 'fleet';
export const NAMES = namesOf(SITE, 'zankyo');

export interface RigOptions {
  readonly partitions: number;
  readonly maxSeries: number;
  readonly checkpointSec: number;
  /** Workers run in network namespaces of their own, so many; 0: in that of the test. */
  readonly namespaces: number;
  /** Folder that gets the log of each worker at the end. */
  readonly logs?: string | undefined;
}

/** What the site file of the workers depends on. */
export type SiteOptions = Omit<RigOptions, 'namespaces' | 'logs'>;

export interface FleetRig {
  readonly server: NatsServer;
  readonly nats: Nats;
  start(place: number): WorkerProcess;
  /** As the workers have written them; null where there is none yet. */
  readonly records: () => Promise<readonly (PartitionRecord | null)[]>;
  stop(): Promise<void>;
}

/**
 * The site file of the workers: a reading out of its range is a fault of the sensor, and gives an alert at once. Silence is none: when the sensors
 * have ended it would follow from the time that the workers need for the rest, and the one service has no such time.
 */
export const siteText = (server: string, { partitions, maxSeries, checkpointSec }: SiteOptions) =>
  `site: ${SITE}
mqtt: { url: 'mqtt://localhost' }
inputs:
  - { topic: hall/+/value, name: 's{1}', path: v, time: at, range: [-50, 50] }
max_series: ${maxSeries}
tuning: { hidden_size: 8, warmup: 30, silent_after: never }
cluster:
  servers: ['${server}']
  partitions: ${partitions}
  checkpoint_every: ${checkpointSec}s
`;

/** A nats-server, a place for each worker, and a client that sees what they do. */
export async function startFleet(options: RigOptions): Promise<FleetRig> {
  const { namespaces, partitions } = options;
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-fleet-'));
  const places = Array.from({ length: namespaces }, (_, i) => makeNamespace(i + 1));
  const server = await startNats(namespaces === 0 ? {} : { host: '0.0.0.0' });
  const nats = await connectNats({ servers: [server.url], tls: {}, name: 'test', log: () => undefined });
  const workers: WorkerProcess[] = [];
  let count = 0;
  return {
    server,
    nats,
    start: (place) => {
      const name = `worker-${++count}`;
      const url = namespaces === 0 ? server.url : `nats://${places[place - 1].gateway}:${server.port}`;
      const file = join(directory, `${name}.yaml`);
      writeFileSync(file, `${siteText(url, options)}  worker: ${name}\n`);
      const worker = spawnWorker(name, ['run', '-c', file], directory, places[place - 1]?.before);
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
      if (options.logs !== undefined) {
        mkdirSync(options.logs, { recursive: true });
        for (const worker of workers) writeFileSync(join(options.logs, `${worker.name}.log`), worker.text());
      }
      await nats.close();
      await server.stop();
      for (const place of places) place.remove();
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
