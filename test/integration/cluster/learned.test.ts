import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { SavedPartitions } from '../../../src/app/cluster/learned/saved-partitions.ts';
import { stateBytes } from '../../../src/app/cluster/partition-state.ts';
import { decodeStreamFile, encodeStreamFile } from '../../../src/io/files/stream-file.ts';
import { partsOf } from '../../../src/io/mqtt/learned/chunk.ts';
import { namesOf } from '../../../src/io/nats/names.ts';
import { openCheckpoints } from './checkpoints.ts';
import { freePort, startMosquitto } from '../programs/mosquitto.ts';
import { startNats, type NatsServer } from '../programs/nats.ts';
import {
  directory,
  eventually,
  runProgram,
  startHub,
  startProgram,
  startService,
  type Program,
} from '../programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const PARTITIONS = 4;
const PUMPS = ['p1', 'p2', 'p3', 'p4'];
const TUNING = 'tuning: { warmup: 50, warmup_time: 0s, hidden_size: 4 }';
const NAMES = namesOf('plant', 'zankyo');

const folder = (files: Readonly<Record<string, string>>): string => {
  const { path, remove } = directory(files);
  cleanUps.push(remove);
  return path;
};
const client = async (url: string): Promise<MqttClient> => {
  const connected = await connectAsync(url, { protocolVersion: 4 });
  cleanUps.push(() => connected.endAsync(true));
  return connected;
};

/** Site north, a service with a database, has learned from 80 readings of each pump, and is stopped. */
const north = async (): Promise<string> => {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  const port = await freePort();
  const cwd = folder({ 'site.yaml': `${standalone('north', broker.url)}http: { listen: '127.0.0.1:${port}' }\n` });
  const service = await startService(cwd, cleanUps);
  await readings(await client(broker.url), 0, 80);
  const metrics = async (): Promise<string> =>
    fetch(`http://127.0.0.1:${port}/metrics`).then(
      (answer) => answer.text(),
      () => '',
    );
  await eventually(async () => (await metrics()).includes(`zankyo_readings_total ${80 * PUMPS.length}\n`));
  await service.end('SIGTERM');
  return cwd;
};
const standalone = (site: string, url: string): string => `site: ${site}
database: zankyo.db
mqtt: { url: '${url}' }
inputs: [{ topic: pump/+/flow, name: '{1}', unit: l/s }]
${TUNING}
commands: { mqtt: true }
commit: { every: 0s }
`;
const clusterOf = (url: string, rest = ''): string => `site: plant
mqtt: { url: 'mqtt://localhost' }
inputs: [{ topic: pump/+/flow, name: '{1}', unit: l/s }]
${TUNING}
commands: { mqtt: true }
cluster: { servers: ['${url}'], partitions: ${PARTITIONS}, lease: 1s, checkpoint_every: 1s${rest} }
`;
const nats = async (): Promise<NatsServer> => {
  const server = await startNats();
  cleanUps.push(() => server.stop());
  return server;
};
const work = (cwd: string): Program => {
  const worker = startProgram(['run', '-c', 'site.yaml'], cwd);
  cleanUps.push(() => worker.child.kill('SIGKILL'));
  return worker;
};
async function readings(sensor: MqttClient, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++)
    for (const [p, pump] of PUMPS.entries())
      await sensor.publishAsync(`pump/${pump}/flow`, (5 + p + Math.sin(i * (1 + p / 7))).toFixed(3), { qos: 1 });
}

const inspect = (url: string) => openCheckpoints(url, NAMES, PARTITIONS, cleanUps);

const zankyo = async (cwd: string, ...args: string[]): Promise<readonly Record<string, unknown>[]> => {
  const { code, stdout, stderr } = await runProgram([...args, '-c', 'site.yaml', '--json'], cwd);
  if (code !== 0) throw new Error(stderr);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};
/** The weights of a pump in a database. */
const weights = async (cwd: string, pump: string): Promise<Buffer> => {
  await zankyo(cwd, 'weights', 'export', pump, '-o', `${pump}.safetensors`);
  return readFileSync(join(cwd, `${pump}.safetensors`));
};

test('a cluster begins with the files of a service, while its workers run, and a service with those of the cluster: the same weights, bit for bit', async () => {
  const donor = await north();
  const files = folder({});
  await zankyo(donor, 'export', '*', '-o', files);

  const server = await nats();
  const plant = folder({ 'site.yaml': clusterOf(server.url) });
  const workers = [work(plant), work(plant)];
  await eventually(
    () => workers.flatMap((worker) => worker.log()).filter(({ msg }) => msg === 'partition taken').length >= PARTITIONS,
  );
  const sensor = await client(server.mqtt);
  await readings(sensor, 0, 3);
  const cluster = await inspect(server.url);
  await eventually(async () => (await cluster.saved()).size === PUMPS.length);
  await cluster.settled();

  const done = await zankyo(plant, 'import', files);
  expect(done).toMatchObject(PUMPS.map((stream) => ({ stream, from: 'north', samples: 80, problem: null })));
  await cluster.settled();
  const copies = join(plant, 'copies');
  const written = await zankyo(plant, 'export', '*', '-o', copies);
  expect(written).toMatchObject(PUMPS.map((stream) => ({ stream, from: 'plant', samples: 80, problem: null })));
  const saved = await cluster.saved();
  for (const pump of PUMPS) {
    const file = decodeStreamFile(readFileSync(join(copies, `plant--${pump}.stream`)), pump);
    expect(file).toMatchObject({ site: 'plant', stream: pump, series: [pump], units: ['l/s'], samples: 80 });
    expect(Buffer.compare(file.bytes, saved.get(pump)!.bytes)).toBe(0);
  }
  const barn = folder({ 'site.yaml': standalone('barn', 'mqtt://localhost:1') });
  await zankyo(barn, 'import', copies);
  for (const pump of PUMPS) expect((await weights(barn, pump)).equals(await weights(donor, pump))).toBe(true);

  // The workers go on with them, each reading once.
  await readings(sensor, 3, 10);
  await cluster.settled();
  await Promise.all(workers.map((worker) => worker.end('SIGTERM')));
  expect(await zankyo(plant, 'export', '*', '-o', copies)).toMatchObject(PUMPS.map(() => ({ samples: 87 })));
  expect(
    workers.flatMap((worker) => worker.log()).filter(({ msg, level }) => level > 40 || msg.includes('another worker')),
  ).toEqual([]);
});

test('without a worker a cluster exports its last checkpoints and takes files; a wrong stream, layout or server is named', async () => {
  const server = await nats();
  const plant = folder({
    'site.yaml': clusterOf(server.url),
    'other.yaml': clusterOf(server.url).replace('partitions: 4', 'partitions: 8'),
    'away.yaml': clusterOf('nats://127.0.0.1:1'),
  });
  const run = async (...args: string[]) => {
    const { code, stderr } = await runProgram(args, plant);
    return { code, stderr };
  };
  const never = await run('export', 'p1', '-c', 'site.yaml', '-o', 'p1.stream');
  expect(never).toMatchObject({ code: 69 });
  expect(never.stderr).toContain('no worker of this site has run with this server');

  const worker = work(plant);
  const sensor = await client(server.mqtt);
  const cluster = await inspect(server.url);
  await eventually(() => worker.log().filter(({ msg }) => msg === 'partition taken').length === PARTITIONS);
  await readings(sensor, 0, 60);
  await cluster.settled();
  expect((await worker.end('SIGTERM')).code).toBe(0);
  const before = await cluster.saved();

  const [one] = await zankyo(plant, 'export', 'p1', '-o', 'p1.stream');
  expect(one).toMatchObject({ site: 'plant', stream: 'p1', samples: 60 });
  expect(await zankyo(plant, 'export', 'p*2', '-o', 'some')).toMatchObject([{ stream: 'p2' }]);
  expect(existsSync(join(plant, 'some/plant--p1.stream'))).toBe(false);
  const [taken] = await zankyo(plant, 'import', 'p1.stream', 'p2');
  expect(taken).toMatchObject({ into: 'p2', stream: 'p1', site: 'plant', samples: 60 });
  const after = await cluster.saved();
  const changed = PUMPS.filter((pump) => Buffer.compare(before.get(pump)!.bytes, after.get(pump)!.bytes) !== 0);
  expect(changed).toEqual(['p2']);
  // The state from before is removed.
  const home = (await cluster.records()).findIndex((record) => /-\d+i/.test(record?.state?.name ?? ''));
  const places = new Set<string>();
  for await (const key of await (await cluster.connection.kv.open(NAMES.state)).keys())
    if (key.startsWith(`p${home}-`)) places.add(key.split('.')[0]);
  expect([...places]).toEqual([(await cluster.records())[home]!.state!.name]);

  const file = decodeStreamFile(readFileSync(join(plant, 'p1.stream')), 'p1');
  writeFileSync(join(plant, 'bar.stream'), encodeStreamFile({ ...file, units: ['bar'] }));
  mkdirSync(join(plant, 'donors'));
  writeFileSync(join(plant, 'donors/a--p1.stream'), encodeStreamFile({ ...file, samples: 99, units: ['bar'] }));
  writeFileSync(join(plant, 'donors/b--p1.stream'), encodeStreamFile({ ...file, site: 'b' }));
  for (const [code, text, ...args] of [
    [66, 'no checkpoint has a state of "p9"', 'export', 'p9', '-c', 'site.yaml', '-o', 'x.stream'],
    [66, 'no checkpoint has a stream like "x*"', 'export', 'x*', '-c', 'site.yaml', '-o', 'x'],
    [66, 'p1.stream: No checkpoint has a series or group of this name', 'import', 'p1.stream', 'p9', '-c', 'site.yaml'],
    [66, 'The unit of p1 is "l/s" here, and another one in the file', 'import', 'bar.stream', 'p1', '-c', 'site.yaml'],
    [78, 'the readings of pump.*.flow are distributed as', 'export', 'p1', '-c', 'other.yaml', '-o', 'x.stream'],
    [69, 'no NATS server of nats://127.0.0.1:1 can be used', 'export', 'p1', '-c', 'away.yaml', '-o', 'x.stream'],
  ] as const) {
    const said = await run(...args);
    expect(said.stderr).toContain(text);
    expect(said.code).toBe(code);
  }
  expect(await cluster.saved()).toEqual(after);
  // Of two files the one that fits.
  expect(await zankyo(plant, 'import', 'donors')).toMatchObject([{ stream: 'p1', from: 'b', problem: null }]);
});

/** A central Mosquitto, and a bridge from it to the nats-server of the plant. */
const centralOver = async (server: NatsServer) => {
  const central = await startMosquitto({
    config: [
      ...['connection plant', `address ${server.mqtt.slice('mqtt://'.length)}`, 'bridge_protocol_version mqttv311'],
      ...['try_private false', 'notifications false', 'restart_timeout 1', 'remote_clientid central'],
      ...['topic zankyo/plant/cmd out 1', 'topic zankyo/plant/cmd/import out 1'],
      ...['topic zankyo/plant/cmd/reply in 1', 'topic zankyo/plant/series/# in 1', 'topic zankyo/plant/learned in 1'],
    ],
  });
  cleanUps.push(() => central.stop());
  return central;
};

test('a hub fetches what a cluster has learned, from all partitions in one request, and sends states to it; two exports at a time are refused', async () => {
  const server = await nats();
  const plant = folder({ 'site.yaml': clusterOf(server.url) });
  const workers = [work(plant), work(plant)];
  await eventually(
    () => workers.flatMap((worker) => worker.log()).filter(({ msg }) => msg === 'partition taken').length >= PARTITIONS,
  );
  const central = await centralOver(server);
  const port = await freePort();
  const hubAt = folder({});
  const yaml = `mqtt: { url: '${central.url}' }\nhttp: { listen: '127.0.0.1:${port}' }\ncommands: true\n`;
  writeFileSync(join(hubAt, 'hub.yaml'), yaml, { mode: 0o600 });
  await startHub(hubAt, cleanUps);
  const get = async (path: string): Promise<Record<string, unknown>> =>
    (await (await fetch(`http://127.0.0.1:${port}/api/site/${path}`)).json()) as Record<string, unknown>;
  const post = async (name: string, body: object): Promise<unknown> => {
    const headers = { 'Content-Type': 'application/json' };
    const url = `http://127.0.0.1:${port}/api/site/${name}/learned`;
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  };
  const ended = async (name: string): Promise<unknown> => {
    const last = async () => ((await get(`${name}/learned`))['transfers'] as { status: string }[]).at(0);
    await eventually(async () => (await last())?.status !== 'running');
    return last();
  };

  const sensor = await client(server.mqtt);
  const cluster = await inspect(server.url);
  await readings(sensor, 0, 60);
  await cluster.settled();
  await eventually(async () => ((await get('plant'))['series'] as unknown[] | undefined)?.length === PUMPS.length);
  await post('plant', { do: 'fetch', by: 'Ada' });
  expect(await ended('plant')).toMatchObject({ status: 'done', text: '4 of 4 streams are stored.' });
  expect((await get('plant/learned'))['stored']).toMatchObject(PUMPS.map((stream) => ({ stream, samples: 60 })));

  // One pump of another plant, from the hub.
  const south = folder({ 'site.yaml': standalone('south', central.url).replace('pump/+/flow', 'south/+/flow') });
  const service = await startService(south, cleanUps);
  const atSouth = await client(central.url);
  for (let i = 0; i < 100; i++) await atSouth.publishAsync('south/p9/flow', `${5 + Math.sin(i)}`, { qos: 1 });
  await eventually(
    async () => ((await get('south'))['series'] as { phase: string }[] | undefined)?.[0]?.phase === 'ready',
  );
  await post('south', { do: 'fetch', by: 'Ada' });
  expect(await ended('south')).toMatchObject({ status: 'done' });
  await service.end('SIGTERM');
  const map = { p1: 'south/p9', p3: 'south/p9' };
  await post('plant', { do: 'send', by: 'Ada', streams: ['p1', 'p3'], map });
  expect(await ended('plant')).toMatchObject({
    status: 'failed',
    streams: [
      { stream: 'p1', done: false, text: expect.stringContaining('The warm-up of the stream is over') as string },
      { stream: 'p3', done: false },
    ],
  });
  await post('plant', { do: 'send', by: 'Ada', streams: ['p1', 'p3'], map, replace: true });
  expect(await ended('plant')).toMatchObject({
    status: 'done',
    streams: [
      { stream: 'p1', from: 'south/p9', done: true },
      { stream: 'p3', from: 'south/p9', done: true },
    ],
  });
  await cluster.settled();
  const copies = join(plant, 'copies');
  const samples = [100, 60, 100, 60];
  expect(await zankyo(plant, 'export', '*', '-o', copies)).toMatchObject(samples.map((n) => ({ samples: n })));
  const barn = folder({ 'site.yaml': standalone('barn', 'mqtt://localhost:1') });
  await zankyo(barn, 'import', join(copies, 'plant--p3.stream'), 'p9');
  expect((await weights(barn, 'p9')).equals(await weights(south, 'p9'))).toBe(true);

  const replies: Record<string, unknown>[] = [];
  const listener = await client(server.mqtt);
  listener.on('message', (_, payload) => replies.push(JSON.parse(payload.toString()) as Record<string, unknown>));
  await listener.subscribeAsync('zankyo/plant/cmd/reply');
  const command = (topic: string, body: object): Promise<unknown> =>
    sensor.publishAsync(`zankyo/plant/${topic}`, JSON.stringify(body), { qos: 1 });
  const answer = async (id: string): Promise<Record<string, unknown>> => {
    await eventually(() => replies.some((reply) => reply['id'] === id));
    return replies.find((reply) => reply['id'] === id)!;
  };
  await Promise.all(['e1', 'e2'].map((id) => command('cmd', { command: 'export', id })));
  expect([await answer('e1'), await answer('e2')]).toMatchObject([
    { status: 'done', command: 'export', series: null, undo: false },
    { status: 'refused', code: 'transfer_running' },
  ]);
  // The files of e1 are on their way for a while.
  let asked = 0;
  const nextAnswer = async (): Promise<Record<string, unknown>> => {
    const id = `e3-${++asked}`;
    await command('cmd', { command: 'export', id, streams: ['x*'] });
    const reply = await answer(id);
    if (reply['code'] !== 'transfer_running') return reply;
    await setTimeout(250);
    return nextAnswer();
  };
  expect(await nextAnswer()).toMatchObject({ code: 'unknown_series' });
  await command('cmd', { command: 'export', id: 'e4', streams: 5 });
  expect(await answer('e4')).toMatchObject({ code: 'not_a_command' });
  const [part] = partsOf(Buffer.from('no file'));
  for (const [id, more, code] of [
    ['i1', { series: 'p9' }, 'unknown_series'],
    ['i2', { series: 'p1' }, 'file_wrong'],
    ['i3', { series: 'p1', sha256: 'a'.repeat(64) }, 'checksum_wrong'],
  ] as const) {
    await command('cmd/import', { schema: 1, id, ...part, ...more });
    expect(await answer(id)).toMatchObject({ command: 'import', series: more.series, status: 'refused', code });
  }
  // Each request has one answer.
  expect(replies).toHaveLength(6 + asked);

  const before = (await cluster.saved()).get('p2')!;
  const file = readFileSync(join(copies, 'plant--p1.stream'));
  for (const each of partsOf(file)) await command('cmd/import', { schema: 1, id: 'i4', series: 'p2', ...each });
  expect(await answer('i4')).toMatchObject({ code: 'has_learned' });
  for (const each of partsOf(file))
    await command('cmd/import', { schema: 1, id: 'i5', series: 'p2', replace: true, ...each });
  expect(await answer('i5')).toMatchObject({ status: 'done', undo: true });
  await cluster.settled();
  expect(Buffer.compare((await cluster.saved()).get('p2')!.bytes, before.bytes)).not.toBe(0);
  await listener.subscribeAsync('zankyo/plant/series/p2/cmd/reply');
  await command('series/p2/cmd', { command: 'undo', id: 'u1', of: 'i5' });
  expect(await answer('u1')).toMatchObject({ status: 'done', series: 'p2' });
});

test('a checkpoint of a worker that comes meanwhile is not lost: the import is refused there, and done on the new one', async () => {
  const server = await nats();
  const plant = folder({ 'site.yaml': clusterOf(server.url) });
  const worker = work(plant);
  const sensor = await client(server.mqtt);
  const cluster = await inspect(server.url);
  await eventually(() => worker.log().filter(({ msg }) => msg === 'partition taken').length === PARTITIONS);
  await readings(sensor, 0, 30);
  await cluster.settled();
  await worker.end('SIGTERM');
  await zankyo(plant, 'export', 'p2', '-o', 'p2.stream');

  const { table, store } = await cluster.open();
  const saved = new SavedPartitions(table, store);
  const n = (await saved.homeOf('p1'))!;
  const before = (await saved.read(n))!;
  expect(await saved.countOf((stream) => stream !== 'p1')).toBe(3);
  await table.claim(n, 'worker');
  const held = (await table.claim(n, 'worker'))!;
  const state = { ...before.state, seq: before.state.seq + 1 };
  const ref = await store.put(n, held.epoch, held.record.state, stateBytes(state));
  expect(await held.save(state.seq, ref)).toBe(true);
  expect(await saved.replace(n, before, before.state)).toBe(false);
  expect((await saved.read(n))!.state).toEqual(state);

  expect(await zankyo(plant, 'import', 'p2.stream', 'p1')).toMatchObject([{ into: 'p1', samples: 30 }]);
  const after = (await saved.read(n))!;
  expect(after.seen.record).toMatchObject({ owner: 'zankyo.import', seq: state.seq });
  expect(await held.save(state.seq + 1, ref)).toBe(false);
  const imported = after.state.snapshots.find(({ stream }) => stream === 'p1')!;
  const own = before.state.snapshots.find(({ stream }) => stream === 'p1')!;
  expect(Buffer.compare(imported.bytes, own.bytes)).not.toBe(0);
});
