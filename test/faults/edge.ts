import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { connectNats, type Nats } from '../../src/io/nats/connection.ts';
import { HUB_ALERTS } from '../../src/io/nats/hub-forwarder.ts';
import { namesOf } from '../../src/io/nats/names.ts';
import { startDeployed, type DeployedServer } from '../integration/programs/nats.ts';
import { publishReadings } from './fleet-load.ts';
import { within } from './fleet-rig.ts';
import { allOf } from './fleet-verdict.ts';
import { makeNamespace, type Namespace } from './namespaces.ts';
import { spawnWorker } from './worker-process.ts';

export interface EdgeOptions {
  readonly streams: number;
  readonly messages: number;
  /** Messages a second. */
  readonly rate: number;
  /** Readings are published for so long before the fault. */
  readonly beforeMs: number;
  /** How long the hub is away. */
  readonly awayMs: number;
  /** `line`: the site is in a network namespace of its own (for root) and its line is cut; `hub`: the server of the hub is killed. */
  readonly fault: 'line' | 'hub';
}

export interface EdgeResult {
  /** Readings in the stream of the site, and readings that its worker has counted. */
  readonly stored: number;
  readonly counted: number;
  /** Alerts in the stream of the site; of these, those that came up while the hub was away. */
  readonly alerts: number;
  readonly away: number;
  /** Alerts of the site that the hub does not have, and those that it has twice. */
  readonly missing: number;
  readonly twice: number;
  /** Alerts that an MQTT client at the hub got twice; for the fault `line`, also those that it did not get. */
  readonly receivedTwice: number;
  readonly notReceived: number;
  /** From the end of the fault until the hub has all alerts that had come up before it ended. */
  readonly caughtUpMs: number;
  /** Longest time from the stream of the site to that of the hub, of the alerts after the end of the fault. */
  readonly latencyMs: number;
}

const SITE = 'site1';
const NAMES = namesOf(SITE, 'zankyo');
const ENV = { ZANKYO_PASSWORD: 'z', SENSOR_PASSWORD: 's', SITE1_PASSWORD: 'p1' };

const siteText = (server: string, streams: number): string => `site: ${SITE}
mqtt: { url: 'mqtt://localhost' }
inputs:
  - { topic: hall/+/value, name: 's{1}', path: v, time: at, range: [-50, 50] }
max_series: ${streams}
tuning: { hidden_size: 8, warmup: 30 }
cluster: { servers: ['${server}'], username: zankyo, password: z, partitions: 4, checkpoint_every: 5s, hub: {} }
`;

/** When each alert was stored, by its id. Ids of the site's stream have no name of the site in front. */
const storedAt = async (nats: Nats, stream: string): Promise<{ at: ReadonlyMap<string, number>; count: number }> => {
  const at = new Map<string, number>();
  let count = 0;
  for await (const { data, info } of allOf(nats, stream)) {
    const { message_id: id } = JSON.parse(Buffer.from(data).toString()) as { readonly message_id?: string };
    if (id === undefined) continue;
    count++;
    at.set(id, info.timestampNanos / 1e6);
  }
  return { at, count };
};

const countOf = async (nats: Nats, stream: string, filter: string): Promise<number> => {
  const { subjects = {} } = (await nats.jsm.streams.info(stream, { subjects_filter: filter })).state;
  return Object.values(subjects).reduce((sum, count) => sum + count, 0);
};

/** A site with its own nats-server and worker, with the configuration files of deploy/nats, while its hub is away. */
export async function edgeFault(
  options: EdgeOptions,
  say: (text: string) => void = () => undefined,
): Promise<EdgeResult> {
  const { streams, messages, rate, beforeMs, awayMs, fault } = options;
  const cleanUps: (() => unknown)[] = [];
  try {
    const place: Namespace | null = fault === 'line' ? makeNamespace(90) : null;
    if (place !== null)
      cleanUps.push(() => {
        place.remove();
      });
    const line = place?.addLine();
    const host = place === null ? {} : { host: '0.0.0.0' };
    const hub = await startDeployed('hub', { env: ENV, ...host, reached: '127.0.0.1' });
    cleanUps.push(() => hub.stop());
    const HUB_URL = `nats-leaf://${SITE}:p1@${line?.gateway ?? '127.0.0.1'}:${hub.leafPort}`;
    const leaf = await startDeployed('leaf', {
      env: { ...ENV, SITE, HUB_URL },
      ...host,
      ...(place === null ? {} : { reached: place.address, before: place.before }),
    });
    cleanUps.push(() => leaf.stop());
    const login = { username: 'zankyo', password: 'z', tls: {}, name: 'test', log: () => undefined };
    const clientOf = async (server: DeployedServer): Promise<Nats> => {
      const nats = await connectNats({ ...login, servers: [server.url] });
      cleanUps.push(() => nats.close());
      return nats;
    };
    const atSite = await clientOf(leaf);
    const atHub = await clientOf(hub);

    const directory = mkdtempSync(join(tmpdir(), 'zankyo-edge-'));
    cleanUps.push(() => {
      rmSync(directory, { recursive: true });
    });
    const file = join(directory, 'site.yaml');
    writeFileSync(file, siteText(leaf.url, streams));
    const worker = spawnWorker('edge', ['run', '-c', file], directory, place?.before);
    cleanUps.push(() => worker.end('SIGKILL'));
    const taken = (): boolean => worker.log().filter(({ msg }) => msg === 'partition taken').length === 4;
    if (!(await within(30_000, taken))) throw new Error('the worker did not take the partitions within 30 s');
    const hasStream = (): Promise<boolean> => atHub.jsm.streams.info(HUB_ALERTS).then(Boolean, () => false);
    if (!(await within(30_000, hasStream))) throw new Error('the site has not made the stream of the hub within 30 s');

    const received: string[] = [];
    const reader = await connectAsync(hub.mqtt, { protocolVersion: 4, username: 'zankyo', password: 'z' });
    cleanUps.push(() => reader.endAsync(true));
    reader.on('message', (topic, payload) => {
      if (topic.endsWith('/status')) return; // a word
      const { message_id: id } = JSON.parse(payload.toString()) as { readonly message_id?: string };
      if (id !== undefined) received.push(id);
    });
    await reader.subscribeAsync('zankyo/#');

    const user = { username: 'sensor', password: 's' };
    const published = publishReadings({ url: leaf.mqtt, streams, messages, rate, ...user });
    await sleep(beforeMs);
    const cutAt = Date.now();
    say(`the hub is away for ${awayMs / 1000} s`);
    if (fault === 'line') {
      line!.cut();
      await sleep(awayMs);
      line!.mend();
    } else await hub.restart('SIGKILL', awayMs);
    const backAt = Date.now();
    say('the hub is back');
    await published;

    // All readings are processed, and the hub has what the site has.
    let ids = await storedAt(atSite, NAMES.alerts);
    const complete = async (): Promise<boolean> => {
      const before = ids.count;
      ids = await storedAt(atSite, NAMES.alerts);
      return before === ids.count && (await storedAt(atHub, HUB_ALERTS)).count >= ids.count;
    };
    await sleep(2000);
    await within(60_000, complete);
    await worker.end('SIGTERM');
    const counted = worker.log().find(({ msg }) => msg === 'stopping')?.['readings'];
    const inHub = await storedAt(atHub, HUB_ALERTS);
    const all = [...ids.at];
    const arrival = (id: string): number => inHub.at.get(id) ?? Infinity;
    const old = all.filter(([, at]) => at >= cutAt && at < backAt);
    const unique = new Set(received);
    return {
      stored: await countOf(atSite, NAMES.readings, '_p.>'),
      counted: typeof counted === 'number' ? counted : 0,
      alerts: all.length,
      away: old.length,
      missing: all.filter(([id]) => !inHub.at.has(id)).length,
      twice: inHub.count - inHub.at.size,
      receivedTwice: received.length - unique.size,
      notReceived: fault === 'line' ? all.filter(([id]) => !unique.has(id)).length : 0,
      caughtUpMs: Math.round(Math.max(0, ...old.map(([id]) => arrival(id) - backAt))),
      latencyMs: Math.round(Math.max(0, ...all.filter(([, at]) => at >= backAt).map(([id, at]) => arrival(id) - at))),
    };
  } finally {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  }
}
