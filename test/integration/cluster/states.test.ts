import { connectAsync } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { SavedPartitions } from '../../../src/app/cluster/learned/saved-partitions.ts';
import type { PartitionState } from '../../../src/app/cluster/partition-state.ts';
import { connectNats, type Nats } from '../../../src/io/nats/connection.ts';
import { namesOf } from '../../../src/io/nats/names.ts';
import { PartitionTable, type Held } from '../../../src/io/nats/partition-table.ts';
import { StateStore } from '../../../src/io/nats/state-store.ts';
import { makeStreams } from '../../../src/io/nats/streams.ts';
import { openCheckpoints } from './checkpoints.ts';
import { startNats, type NatsServer } from '../programs/nats.ts';
import { directory, eventually, startProgram, type Program } from '../programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const NAMES = namesOf('plant', 'zankyo');
/** Of four pumps at least four have no stream, and so no checkpoint. */
const PARTITIONS = 8;
/** Three pieces. */
const LARGE = new Uint8Array(1_200_000).map((_, i) => i % 251);

const nats = async (): Promise<NatsServer> => {
  const server = await startNats();
  cleanUps.push(() => server.stop());
  return server;
};

/** The keys of all pieces, and of what was deleted. */
const keysIn = async ({ jsm }: Nats): Promise<readonly string[]> => {
  const prefix = `$KV.${NAMES.state}.`;
  const { state } = await jsm.streams.info(`KV_${NAMES.state}`, { subjects_filter: `${prefix}>` });
  return Object.keys(state.subjects ?? {})
    .map((subject) => subject.slice(prefix.length))
    .toSorted();
};
const namesIn = async (connection: Nats): Promise<readonly string[]> => [
  ...new Set((await keysIn(connection)).map((key) => key.split('.')[0])),
];

/** The streams and buckets without a worker. */
const place = async () => {
  const { url } = await nats();
  const connection = await connectNats({ servers: [url], tls: {}, name: 'test', log: () => undefined });
  cleanUps.push(() => connection.close());
  const { partitions } = await makeStreams(connection, {
    names: NAMES,
    transforms: [{ src: 'hall.*', dest: `_p.{{partition(${PARTITIONS},1)}}.hall.{{wildcard(1)}}` }],
    ...{ commands: false, maxBytes: 1e8, deduplicateMs: 120_000, leaseMs: 3_000, replicas: 1 },
  });
  const table = new PartitionTable(partitions, PARTITIONS);
  const store = await StateStore.open(connection, NAMES.state);
  const claim = async (n: number, worker: string): Promise<Held> => {
    // The first one after another program only sees the record.
    const held = (await table.claim(n, worker)) ?? (await table.claim(n, worker));
    return held!;
  };
  /** A checkpoint. */
  const save = async (held: Held, seq: number, bytes: Uint8Array): Promise<void> => {
    const ref = await store.put(held.n, held.epoch, held.record.state, bytes);
    expect(await held.save(seq, ref)).toBe(true);
  };
  return { connection, table, store, claim, save };
};

test('a claim removes all that killed workers and imports have left of its partition, but not the state of its record', async () => {
  const { connection, table, store, claim, save } = await place();
  const first = await claim(2, 'first');
  await save(first, 10, LARGE);
  const second = await claim(2, 'second');
  await save(second, 20, LARGE); // killed before it could remove the state of the first
  await store.put(2, second.epoch, second.record.state, LARGE); // killed in its second checkpoint
  const third = await claim(2, 'third');
  await store.put(2, third.epoch, third.record.state, LARGE); // killed in its first checkpoint
  const { revision } = (await table.read(2))!;
  await store.put(2, `${revision}iab`, null, LARGE); // an import that was killed
  await connection.kv.open(NAMES.state).then((values) => values.put(`p2-${revision}icd-0.1`, 'x')); // earlier
  const others = [await claim(1, 'first'), await claim(3, 'first')];
  for (const held of others) await store.put(held.n, held.epoch, null, LARGE);
  expect(await keysIn(connection)).toHaveLength(3 * 5 + 1 + 3 * 2);

  const fourth = await claim(2, 'fourth');
  await store.removeBefore(2, fourth.epoch, fourth.record.state);
  const { name } = second.record.state!;
  expect(await namesIn(connection)).toEqual([name, ...others.map(({ n, epoch }) => `p${n}-${epoch}-0`)].toSorted());
  expect(Buffer.compare(await store.get(fourth.record.state!), LARGE)).toBe(0);
});

test('a state that a worker or an import is writing stays, also when an earlier claim removes late', async () => {
  const { connection, table, store, claim, save } = await place();
  const first = await claim(2, 'first');
  await save(first, 10, Buffer.from('first'));
  const early = (await table.read(2))!;
  const overtaken = await store.put(2, `${early.revision}iab`, null, LARGE);

  const second = await claim(2, 'second');
  const writing = await store.put(2, second.epoch, second.record.state, LARGE);
  const seen = (await table.read(2))!;
  const imported = await store.put(2, `${seen.revision}icd`, null, LARGE);
  await store.removeBefore(2, second.epoch, second.record.state);
  const kept = [first.record.state!.name, writing.name, imported.name];
  expect(await namesIn(connection)).toEqual(kept.toSorted());
  expect(await table.replaceState(2, early, overtaken)).toBeNull();

  expect(await table.replaceState(2, seen, imported)).toBeGreaterThan(seen.revision);
  expect(await second.save(20, writing)).toBe(false);
  const third = await claim(2, 'third');
  const next = await store.put(2, third.epoch, third.record.state, LARGE);
  await store.removeBefore(2, second.epoch, null); // of the second, when it had saved
  expect(await namesIn(connection)).toEqual([writing.name, imported.name, next.name].toSorted());
  expect(third.record.state).toEqual(imported);
  expect(Buffer.compare(await store.get(imported), LARGE)).toBe(0);
});

test('an import removes what others before it have left, where no worker runs, and one that is refused changes nothing', async () => {
  const { connection, table, store, claim, save } = await place();
  const held = await claim(2, 'first');
  await save(held, 10, Buffer.from('first'));
  const saved = new SavedPartitions(table, store);
  const state: PartitionState = {
    seq: 10,
    moment: { now: 0, beatAt: 0 },
    snapshots: [],
    database: Buffer.alloc(0),
  };
  const before = (await table.read(2))!;
  await store.put(2, `${before.revision}iab`, null, LARGE); // killed
  expect(await saved.replace(2, { seen: before, state }, state)).toBe(true);
  const after = (await table.read(2))!;
  expect(await namesIn(connection)).toEqual([after.record.state!.name]);
  expect(await saved.replace(2, { seen: before, state }, state)).toBe(false);
  expect(await table.read(2)).toEqual(after);
  expect((await saved.read(2))!.state).toEqual(state);
});

const siteText = (url: string): string => `site: plant
mqtt: { url: 'mqtt://localhost' }
inputs: [{ topic: pump/+/flow, name: '{1}' }]
tuning: { hidden_size: 4 }
cluster: { servers: ['${url}'], partitions: ${PARTITIONS}, lease: 1s, checkpoint_every: 1s }
`;

test('after kill -9 the worker that takes the partitions leaves only its own states, and learns on', async () => {
  const { url, mqtt } = await nats();
  const { path, remove } = directory({ 'site.yaml': siteText(url) });
  cleanUps.push(remove);
  const work = (): Program => {
    const worker = startProgram(['run', '-c', 'site.yaml'], path);
    cleanUps.push(() => worker.child.kill('SIGKILL'));
    return worker;
  };
  const sensor = await connectAsync(mqtt, { protocolVersion: 4 });
  cleanUps.push(() => sensor.endAsync(true));
  const pumps = ['p1', 'p2', 'p3', 'p4'];
  const readings = async (): Promise<void> => {
    for (let i = 0; i < 30; i++)
      await Promise.all(
        pumps.map((pump) => sensor.publishAsync(`pump/${pump}/flow`, `${5 + Math.sin(i)}`, { qos: 1 })),
      );
  };
  const killed = work();
  const cluster = await openCheckpoints(url, NAMES, PARTITIONS, cleanUps);
  const isTaken = (worker: Program) => (): boolean =>
    worker.log().filter(({ msg }) => msg === 'partition taken').length === PARTITIONS;
  await eventually(isTaken(killed));
  await readings();
  await cluster.settled();

  // Killed while it writes a checkpoint.
  const { table, store } = await cluster.open();
  const watch = await (await cluster.connection.kv.open(NAMES.state)).watch({ include: 'updates' });
  const end = (async () => {
    for await (const { key } of watch) if (key !== '') return killed.child.kill('SIGKILL');
    return false;
  })();
  await readings();
  expect(await end).toBe(true);
  for (let n = 0; n < PARTITIONS; n++) {
    const { revision } = (await table.read(n))!;
    await store.put(n, revision - 1, null, LARGE);
    await store.put(n, `${revision}iab`, null, LARGE);
  }

  const next = work();
  await eventually(isTaken(next));
  await readings();
  await cluster.settled();
  const claims = async (): Promise<readonly string[]> =>
    (await cluster.records()).flatMap((record) => record?.state?.name.slice(0, -2) ?? []);
  await eventually(async () => {
    const allowed = new Set(await claims());
    return (await namesIn(cluster.connection)).every((name) => allowed.has(name.slice(0, -2)));
  });
  expect([...(await cluster.saved()).keys()].toSorted()).toEqual(pumps);
  expect((await next.end('SIGTERM')).code).toBe(0);
});
