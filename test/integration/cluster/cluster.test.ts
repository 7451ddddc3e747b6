import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { stateFrom } from '../../../src/app/cluster/partition-state.ts';
import { connectNats, type Nats } from '../../../src/io/nats/connection.ts';
import { Lease } from '../../../src/io/nats/lease.ts';
import { namesOf } from '../../../src/io/nats/names.ts';
import { Held, PartitionTable, type PartitionRecord } from '../../../src/io/nats/partition-table.ts';
import { Presence } from '../../../src/io/nats/presence.ts';
import { StateStore } from '../../../src/io/nats/state-store.ts';
import { makeStreams, type StreamOptions } from '../../../src/io/nats/streams.ts';
import { partitionOf, topicOf } from '../../../src/stream/names/partition.ts';
import { freePort } from '../programs/mosquitto.ts';
import { startNats } from '../programs/nats.ts';
import { directory, eventually, runProgram, startProgram } from '../programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const NAMES = namesOf('plant', 'zankyo');
const PARTITIONS = 4;

const connected = async (url: string): Promise<Nats> => {
  const nats = await connectNats({ servers: [url], tls: {}, name: 'test', log: () => undefined });
  cleanUps.push(() => nats.close());
  return nats;
};

const OPTIONS: StreamOptions = {
  names: NAMES,
  transforms: [{ src: 'hall.*', dest: `_p.{{partition(${PARTITIONS},1)}}.hall.{{wildcard(1)}}` }],
  commands: false,
  maxBytes: 1e8,
  deduplicateMs: 120_000,
  leaseMs: 3_000,
  replicas: 1,
};

const server = async () => {
  const started = await startNats();
  cleanUps.push(() => started.stop());
  return started;
};

const siteText = (url: string, rest = ''): string => `site: plant
mqtt: { url: 'mqtt://localhost' }
inputs:
  - { topic: pump/+/temp, name: '{1}-temp', path: v }
  - { topic: pump/+/flow, name: '{1}-flow', path: v, range: [0, 10] }
  - { topic: boiler/temp, name: boiler, path: v }
groups: { p7: { series: [p7-temp, p7-flow, boiler] } }
commands: { mqtt: true }
tuning: { hidden_size: 4 }
cluster: { servers: ['${url}'], partitions: ${PARTITIONS}, lease: 1s, checkpoint_every: 1s }
${rest}`;

const mqttClient = async (url: string): Promise<MqttClient> => {
  const client = await connectAsync(url, { protocolVersion: 4 });
  cleanUps.push(() => client.endAsync(true));
  return client;
};

test('a worker learns the readings of MQTT clients in their partitions, answers a command, and MQTT clients get each alert', async () => {
  const { url, mqtt } = await server();
  const { path, remove } = directory({ 'site.yaml': siteText(url) });
  cleanUps.push(remove);
  const worker = startProgram(['run', '-c', 'site.yaml'], path);
  cleanUps.push(() => worker.child.kill('SIGKILL'));
  await eventually(() => worker.log().filter(({ msg }) => msg === 'partition taken').length === PARTITIONS);

  const client = await mqttClient(mqtt);
  const received: { readonly topic: string; readonly payload: Record<string, unknown> }[] = [];
  const statuses: string[] = [];
  client.on('message', (topic, payload) => {
    if (topic === 'zankyo/plant/status') statuses.push(payload.toString());
    else received.push({ topic, payload: JSON.parse(payload.toString()) as Record<string, unknown> });
  });
  await client.subscribeAsync('zankyo/#');
  const publish = (topic: string, v: number): Promise<unknown> =>
    client.publishAsync(topic, JSON.stringify({ v }), { qos: 1 });
  for (const v of [1, 2, 3])
    for (const topic of ['pump/p7/temp', 'pump/p7/flow', 'boiler/temp', 'pump/P.8/temp']) await publish(topic, v);
  await publish('pump/p7/flow', 99);
  const fault = (): typeof received => received.filter(({ topic }) => topic === 'zankyo/plant/series/p7-flow/event');
  await eventually(() => fault().length > 0);
  expect(fault()).toHaveLength(1);
  expect(fault()[0].payload).toMatchObject({
    event_type: 'opened',
    kind: 'sensor',
    series: 'p7-flow',
    stream: 'p7',
    value: 99,
  });
  // Of another stream than the alerts: they may overtake it.
  await eventually(() => received.some(({ topic }) => topic === 'zankyo/plant/series/p7-temp/state'));

  await client.publishAsync('zankyo/plant/series/p7/cmd', JSON.stringify({ command: 'freeze', id: 'a1' }), { qos: 1 });
  const replies = (): typeof received => received.filter(({ topic }) => topic === 'zankyo/plant/series/p7/cmd/reply');
  await eventually(() => replies().length > 0);
  expect(replies().map(({ payload }) => payload)).toMatchObject([{ id: 'a1', status: 'done' }]);

  // Only one partition carries out the first. To the second all give the same id, so that the third takes it back in all.
  await client.publishAsync('zankyo/plant/series/p7/cmd', JSON.stringify({ command: 'resume' }), { qos: 1 });
  const answers = (): typeof received => received.filter(({ topic }) => topic === 'zankyo/plant/cmd/reply');
  await client.publishAsync('zankyo/plant/cmd', JSON.stringify({ command: 'freeze' }), { qos: 1 });
  await eventually(() => answers().length > 0);
  const of = answers()[0].payload['id'];
  expect(of).toMatch(/^auto-/);
  await client.publishAsync('zankyo/plant/cmd', JSON.stringify({ command: 'undo', of }), { qos: 1 });
  await eventually(() => answers().length > 1);
  expect(answers()[1].payload).toMatchObject({ status: 'done', text: 'freeze is undone.' });

  expect((await worker.end('SIGTERM')).code).toBe(0);
  await eventually(() => statuses.includes('offline'));
  const nats = await connected(url);
  const bucket = await nats.kv.open(NAMES.partitions);
  const store = await StateStore.open(nats, NAMES.state);
  const streams = new Map<string, number>();
  for (let n = 0; n < PARTITIONS; n++) {
    const record = (await bucket.get(`p.${n}`))!.json<PartitionRecord>();
    expect(record.owner).toBeNull();
    if (record.state === null) continue;
    for (const { stream } of stateFrom(await store.get(record.state)).snapshots) streams.set(stream, n);
  }
  // The group is one stream, also of the topic without wildcards; NATS writes the dot of "P.8" as "//".
  expect(Object.fromEntries(streams)).toEqual({
    p7: partitionOf(['p7'], PARTITIONS),
    'p-8-temp': partitionOf(['P//8'], PARTITIONS),
  });
});

test('a worker has health and metrics over HTTP, and tells systemd when it is ready, lives and stops', async () => {
  const { url, mqtt } = await server();
  const port = await freePort();
  const { path, remove } = directory({ 'site.yaml': siteText(url, `http: { listen: '127.0.0.1:${port}' }\n`) });
  cleanUps.push(remove);
  // In the place of systemd-notify: writes what systemd would get.
  const told = join(path, 'told');
  writeFileSync(told, '');
  writeFileSync(join(path, 'systemd-notify'), `#!/bin/sh\nprintf '%s\\n' "$@" >> '${told}'\n`, { mode: 0o755 });
  const received = (): readonly string[] => readFileSync(told, 'utf8').split('\n');
  const worker = startProgram(['run', '-c', 'site.yaml'], path, undefined, {
    ...{ NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '4000000', PATH: `${path}:${process.env['PATH']}` },
  });
  cleanUps.push(() => worker.child.kill('SIGKILL'));
  await eventually(() => worker.log().filter(({ msg }) => msg === 'partition taken').length === PARTITIONS);
  const client = await mqttClient(mqtt);
  for (const v of [1, 2, 3]) await client.publishAsync('pump/p7/temp', JSON.stringify({ v }), { qos: 1 });

  const get = async (page: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${page}`);
  const metric = async (name: string): Promise<string | undefined> =>
    (await (await get('/metrics')).text()).split('\n').find((line) => line.startsWith(`${name} `));
  const listens = (): Promise<boolean> => get('/healthz').then(Boolean, () => false);
  await eventually(listens);
  await eventually(async () => (await metric('zankyo_readings_total')) === 'zankyo_readings_total 3');
  expect(await metric('zankyo_cluster_partitions')).toBe(`zankyo_cluster_partitions ${PARTITIONS}`);
  expect(await metric('zankyo_cluster_pending')).toBe('zankyo_cluster_pending 0');
  expect(await metric('zankyo_cluster_lag_seconds')).toBe('zankyo_cluster_lag_seconds 0');
  await eventually(async () => Number((await metric('zankyo_cluster_checkpoint_bytes_total'))?.split(' ')[1]) > 1000);
  expect(await (await get('/healthz')).json()).toMatchObject({ ok: true, broker: 'connected' });
  expect((await get('/readyz')).status).toBe(200);
  expect((await get('/')).status).toBe(404);

  await eventually(() => received().filter((line) => line === 'WATCHDOG=1').length >= 2);
  expect(received()).toContain('READY=1');
  expect((await worker.end('SIGTERM')).code).toBe(0);
  await eventually(() => received().includes('STOPPING=1'));
});

test('other partitions than those of the streams are refused, and so is a server that is not there', async () => {
  const { url } = await server();
  const nats = await connected(url);
  await makeStreams(nats, { ...OPTIONS, transforms: [{ src: 'boiler.temp', dest: '_p.3.boiler.temp' }] });
  const { path, remove } = directory({ 'site.yaml': siteText(url), 'away.yaml': siteText('nats://127.0.0.1:1') });
  cleanUps.push(remove);
  const other = await runProgram(['run', '-c', 'site.yaml'], path);
  expect(other).toMatchObject({ code: 78 });
  expect(other.stderr).toContain('the readings of boiler.temp are distributed as _p.3.boiler.temp');
  const away = await runProgram(['run', '-c', 'away.yaml'], path);
  expect(away).toMatchObject({ code: 69 });
  expect(away.stderr).toContain('no NATS server of nats://127.0.0.1:1 can be used');
});

test('a server with too little storage is refused with what to change', async () => {
  const small = await startNats({ storage: '100MB' });
  cleanUps.push(() => small.stop());
  const { path, remove } = directory({ 'site.yaml': siteText(small.url) });
  cleanUps.push(remove);
  const { code, stderr } = await runProgram(['run', '-c', 'site.yaml'], path);
  expect(code).toBe(69);
  expect(stderr).toContain('cannot reserve 256 MB for the stream zankyo-plant-input-50c22a39: raise max_file_store');
});

test('streams change with the site file on a server that has room for them once', async () => {
  const small = await startNats({ storage: '170MB' });
  cleanUps.push(() => small.stop());
  const nats = await connected(small.url);
  await makeStreams(nats, OPTIONS);
  const subjects = async () => (await nats.jsm.streams.info(NAMES.readings)).config.subjects;
  expect(await subjects()).not.toContain('zankyo.plant.cmd');
  await makeStreams(nats, { ...OPTIONS, commands: true });
  expect(await subjects()).toContain('zankyo.plant.cmd');
});

test('topics get their partition and come back from the subjects of the server', async () => {
  const { url, mqtt } = await server();
  const nats = await connected(url);
  const transforms = [
    { src: 'hall.*', dest: `_p.{{partition(${PARTITIONS},1)}}.hall.{{wildcard(1)}}` },
    { src: 'a.*.*', dest: `_p.{{partition(${PARTITIONS},1,2)}}.a.{{wildcard(1)}}.{{wildcard(2)}}` },
  ];
  await makeStreams(nats, { ...OPTIONS, transforms });
  const client = await mqttClient(mqtt);
  const topics = ['hall/7', 'hall/v1.2', 'hall/Küche', 'a/x/y', 'a//y', 'a/x/'];
  for (const topic of topics) await client.publishAsync(topic, topic, { qos: 1 });
  const stream = await nats.js.streams.get(NAMES.readings);
  await eventually(async () => (await stream.info()).state.messages === topics.length);
  const stored: string[] = [];
  for (let seq = 1; seq <= topics.length; seq++) {
    const { subject, data } = (await stream.getMessage({ seq }))!;
    const [prefix, n, ...tokens] = subject.split('.');
    expect(prefix).toBe('_p');
    expect(Number(n)).toBe(partitionOf(tokens.slice(1), PARTITIONS));
    expect(topicOf(tokens.join('.'))).toBe(Buffer.from(data).toString());
    stored.push(topicOf(tokens.join('.')));
  }
  expect(stored.toSorted()).toEqual(topics.toSorted());
});

test('the lease of a worker lasts while its main thread computes, and ends when that stands still, or with the worker', async () => {
  const { url } = await server();
  const nats = await connected(url);
  const { workers } = await makeStreams(nats, { ...OPTIONS, leaseMs: 1000 });
  const others = new Presence(workers, 'other', { startedAt: 0, version: '' });
  const failures: unknown[] = [];
  const start = (worker: string, patienceMs: number): Promise<Lease> =>
    Lease.start({
      ...{ nats: { servers: [url], tls: {}, name: worker }, bucket: NAMES.workers, worker, everyMs: 250, patienceMs },
      info: { startedAt: 0, version: '' },
      onExpired: () => undefined,
      onError: (error) => failures.push(error),
    });
  const [busy, still] = await Promise.all([start('busy', 60_000), start('still', 1)]);
  const until = performance.now() + 3000;
  while (performance.now() < until); // three leases long
  expect(await others.isLive('busy')).toBe(true);
  await eventually(async () => !(await others.isLive('still')));
  await busy.stop();
  await still.stop();
  await eventually(async () => !(await others.isLive('busy')));
  expect(failures).toEqual([]);
});

test('a claim shuts out the worker before: its checkpoint is refused, and the state of the new one stays', async () => {
  const { url } = await server();
  const nats = await connected(url);
  const { partitions } = await makeStreams(nats, OPTIONS);
  const store = await StateStore.open(nats, NAMES.state);
  const table = new PartitionTable(partitions, PARTITIONS);
  const first = (await table.claim(2, 'first'))!;
  const small = await store.put(2, first.epoch, first.record.state, Buffer.from('small'));
  expect(await first.save(10, small)).toBe(true);

  const second = (await new PartitionTable(partitions, PARTITIONS).claim(2, 'second')) ?? null;
  expect(second).toBeNull(); // it has not seen the record yet, and has now
  const seen = new PartitionTable(partitions, PARTITIONS);
  await seen.claim(2, 'second');
  const held = (await seen.claim(2, 'second'))!;
  expect(held).toBeInstanceOf(Held);
  expect(held.record).toMatchObject({ owner: 'second', seq: 10, state: small });

  const large = new Uint8Array(2_500_000).map((_, i) => i % 251);
  const object = await store.put(2, held.epoch, held.record.state, large);
  expect(await held.save(20, object)).toBe(true);
  const late = await store.put(2, first.epoch, first.record.state, Buffer.from('late'));
  expect(await first.save(15, late)).toBe(false);
  expect(Buffer.compare(await store.get(object), large)).toBe(0);
  await expect(store.get({ ...object, sha256: small.sha256 })).rejects.toThrow('its checksum differs');
  await store.removeBefore(2, held.epoch, object);
  await expect(store.get(small)).rejects.toThrow('bytes instead of 5');
});
