import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, describe, expect, test } from 'vitest';
import { exportAllFromCluster } from '../../../src/app/cluster/learned/from-outside.ts';
import type { HubCommandReply, HubLearnedBody, HubSiteBody } from '../../../src/app/dashboard/contract/hub.ts';
import { version } from '../../../src/app/version.ts';
import { loadSite } from '../../../src/config/load.ts';
import { loadKernel } from '../../../src/io/files/kernel-file.ts';
import { partsOf } from '../../../src/io/mqtt/learned/chunk.ts';
import { namesOf } from '../../../src/io/nats/names.ts';
import { openCheckpoints } from '../cluster/checkpoints.ts';
import { freePort } from '../programs/mosquitto.ts';
import { startNats } from '../programs/nats.ts';
import { startPostgres } from '../programs/postgres.ts';
import { directory, eventually, startHub, startProgram, warningsOf, type Program } from '../programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const NAMES = namesOf('plant', 'zankyo');
const PARTITIONS = 4;
const PUMPS = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'];

const folder = (files: Readonly<Record<string, string>> = {}): string => {
  const { path, remove } = directory(files);
  cleanUps.push(remove);
  return path;
};
/** Lines of the file of a hub. */
type Database = () => Promise<string>;
const sqlite: Database = () => Promise.resolve('');
const postgres: Database = async () => {
  const server = await startPostgres();
  cleanUps.push(() => server.stop());
  return `postgres: { url: '${server.url}', username: ${server.username}, password: '${server.password}' }\n`;
};
const DATABASES: readonly (readonly [string, Database])[] = [
  ['SQLite', sqlite],
  ['PostgreSQL', postgres],
];
const siteText = (url: string, worker: string): string => `site: plant
mqtt: { url: 'mqtt://localhost' }
inputs: [{ topic: pump/+/flow, name: '{1}', unit: l/s }]
tuning: { warmup: 50, warmup_time: 0s, hidden_size: 4 }
commands: { mqtt: true }
cluster: { servers: ['${url}'], partitions: ${PARTITIONS}, worker: ${worker}, lease: 1s, checkpoint_every: 1s }
`;

/** A site with workers of these names, its nats-server, and a hub that has this server as its broker. */
const place = async (names: readonly string[], database: Database) => {
  const server = await startNats();
  cleanUps.push(() => server.stop());
  const port = await freePort();
  const hubAt = folder();
  const yaml = `mqtt: { url: '${server.mqtt}' }\nnats: { servers: ['${server.url}'] }\nhttp: { listen: '127.0.0.1:${port}' }\ncommands: true\n${await database()}`;
  writeFileSync(join(hubAt, 'hub.yaml'), yaml, { mode: 0o600 });
  const startsHub = (): Promise<Program> => startHub(hubAt, cleanUps);
  const hub = await startsHub();
  const plant = folder(Object.fromEntries(names.map((name) => [`${name}.yaml`, siteText(server.url, name)])));
  const workers = names.map((name): Program => {
    const worker = startProgram(['run', '-c', `${name}.yaml`], plant);
    cleanUps.push(() => worker.child.kill('SIGKILL'));
    return worker;
  });
  const taken = (): number =>
    workers.flatMap((worker) => worker.log()).filter(({ msg }) => msg === 'partition taken').length;
  await eventually(() => taken() >= PARTITIONS);
  const sensor = await connectAsync(server.mqtt, { protocolVersion: 4 });
  cleanUps.push(() => sensor.endAsync(true));
  const messages: { readonly topic: string; readonly body: Readonly<Record<string, unknown>> }[] = [];
  sensor.on('message', (topic, payload) => {
    messages.push({ topic, body: JSON.parse(payload.toString()) as Record<string, unknown> });
  });
  await sensor.subscribeAsync(['zankyo/plant/cmd/reply', 'zankyo/plant/series/+/event']);
  const received = (topic: string) =>
    messages.filter((each) => each.topic === `zankyo/plant/${topic}`).map(({ body }) => body);
  const url = `http://127.0.0.1:${port}/api/site/plant`;
  const ask = async (path: string, body: object): Promise<unknown> => {
    const headers = { 'Content-Type': 'application/json' };
    const sent = { method: 'POST', headers, body: JSON.stringify({ by: 'Ada', ...body }) };
    return (await fetch(`${url}/${path}`, sent)).json();
  };
  const post = async (body: object): Promise<HubCommandReply> => (await ask('command', body)) as HubCommandReply;
  /** Fetches or sends learned states. Resolves with the request when it has ended. */
  const send = async (body: object): Promise<unknown> => {
    const asked = await ask('learned', body);
    expect(asked).toHaveProperty('id');
    const last = async () => ((await (await fetch(`${url}/learned`)).json()) as HubLearnedBody).transfers.at(0);
    await eventually(async () => (await last())?.status !== 'running');
    return last();
  };
  const page = async (): Promise<Partial<HubSiteBody>> => (await (await fetch(url)).json()) as Partial<HubSiteBody>;
  const shows = (condition: (body: Partial<HubSiteBody>) => boolean): Promise<void> =>
    eventually(async () => condition(await page()));
  return { server, hub, startsHub, plant, workers, sensor, page, shows, post, send, received };
};

/** Of each pump one reading for each i from `from` to `to`; `more`: what is added to those of some. */
async function readings(sensor: MqttClient, from: number, to: number, more: Readonly<Record<string, number>> = {}) {
  for (let i = from; i < to; i++)
    await Promise.all(
      PUMPS.map((pump, p) => {
        const value = 5 + p + Math.sin(i * (1 + p / 7)) + (more[pump] ?? 0);
        return sensor.publishAsync(`pump/${pump}/flow`, value.toFixed(3), { qos: 1 });
      }),
    );
}

describe.each(DATABASES)('a hub with %s over a cluster', (_, database) => {
  test('shows version, workers, one answer to each command and each alert once, also when a worker is killed; then that the site is offline', async () => {
    const { hub, workers, sensor, page, shows, post, received } = await place(['a', 'b'], database);
    await readings(sensor, 0, 80);
    await shows(({ workers: count, series }) => count === 2 && series?.length === PUMPS.length);
    expect((await page()).site).toMatchObject({ state: 'online', version: version() });

    const all = await post({ command: 'freeze' });
    const text = 'Learning is stopped for all streams until resume; scores and alarms go on.';
    expect(all).toMatchObject({ status: 'done', text });
    expect(await post({ command: 'resume', series: 'p1' })).toMatchObject({ text: 'Learning goes on for p1.' });
    expect(await post({ command: 'undo', of: all.id })).toMatchObject({ status: 'done', text: 'freeze is undone.' });
    expect(await post({ command: 'undo', of: all.id })).toMatchObject({ status: 'refused' });

    // Killed before it has saved the alarms: who takes its partitions opens them again.
    const opened = () => PUMPS.flatMap((pump) => received(`series/${pump}/event`)).map(({ message_id }) => message_id);
    await readings(sensor, 80, 90, Object.fromEntries(PUMPS.map((pump) => [pump, 40])));
    await eventually(() => new Set(opened()).size === PUMPS.length);
    workers[0].child.kill('SIGKILL');
    const { id } = await post({ command: 'mute', for: '2h' });
    await shows(({ commands }) => commands?.find((each) => each.id === id)?.status === 'done');
    await shows(({ workers: count }) => count === 1);
    expect((await page()).site).toMatchObject({ state: 'online', alarms: PUMPS.length });
    expect(opened()).toHaveLength(PUMPS.length);
    expect((await page()).alarms?.map(({ series }) => series).toSorted()).toEqual(PUMPS);
    // All partitions have carried it out.
    expect((await post({ command: 'unmute' })).text).toBe('Alerts about the site are published again.');
    await eventually(() => received('cmd/reply').length >= 6); // the hub may have had the last one before
    expect(received('cmd/reply')).toMatchObject(
      ['freeze', 'resume', 'undo', 'undo', 'mute', 'unmute'].map((command) => ({ command })),
    );

    await workers[1].end('SIGTERM');
    await shows(({ site }) => site?.state === 'offline');
    expect(warningsOf(hub).filter((text) => !text.startsWith('no stream has alerts'))).toEqual([]);
  });
});

test('a hub that is killed has the alarms that the workers raise meanwhile after its start', async () => {
  const { hub, startsHub, sensor, page, shows, received } = await place(['a'], sqlite);
  await readings(sensor, 0, 80);
  await shows(({ series }) => series?.length === PUMPS.length);
  hub.child.kill('SIGKILL');
  await hub.ended;
  await readings(sensor, 80, 90, Object.fromEntries(PUMPS.map((pump) => [pump, 40])));
  await eventually(() => PUMPS.every((pump) => received(`series/${pump}/event`).length > 0));
  await startsHub();
  await shows(({ alarms }) => alarms?.length === PUMPS.length);
  expect((await page()).alarms?.map(({ series }) => series).toSorted()).toEqual(PUMPS);
});

test('a worker that is killed in the middle of an import leaves each stream as it was or imported as a whole; the hub sends it again', async () => {
  const { server, plant, workers, sensor, received, send, shows } = await place(['a', 'b'], sqlite);
  const cluster = await openCheckpoints(server.url, NAMES, PARTITIONS, cleanUps);
  const samples = async (): Promise<Readonly<Record<string, number>>> => {
    const { site } = loadSite(join(plant, 'a.yaml'));
    const options = { site, cluster: site.cluster!, kernel: loadKernel, log: () => undefined };
    const exported = await exportAllFromCluster(options, '*', join(plant, 'files'));
    return Object.fromEntries(exported.map((each) => [each.stream, each.samples]));
  };
  const counts = (count: number) => Object.fromEntries(PUMPS.map((pump) => [pump, count]));
  await readings(sensor, 0, 60);
  await cluster.settled();
  await shows(({ series }) => series?.length === PUMPS.length);
  expect(await send({ do: 'fetch' })).toMatchObject({ status: 'done' });
  expect(await samples()).toEqual(counts(60));
  const file = readFileSync(join(plant, 'files/plant--p1.stream'));
  await readings(sensor, 60, 70);
  await cluster.settled();
  const before = await cluster.saved();

  // a is in charge. It is killed when it has begun to write the new state.
  const state = await cluster.connection.kv.open(NAMES.state);
  const watch = await state.watch({ ignoreDeletes: true, include: 'updates' });
  const begun = (async () => {
    for await (const { key } of watch) if (/^p\d+-\d+i/.test(key)) return workers[0].child.kill('SIGKILL');
    return false;
  })();
  for (const part of partsOf(file))
    await sensor.publishAsync(
      'zankyo/plant/cmd/import',
      JSON.stringify({ schema: 1, id: 'i1', series: 'p2', replace: true, ...part }),
      { qos: 1 },
    );
  expect(await begun).toBe(true);
  await eventually(async () => (await cluster.records()).every((record) => record?.owner === 'b'));
  await shows(({ workers: count }) => count === 1);
  const after = await cluster.saved();
  const changed = PUMPS.filter((pump) => Buffer.compare(before.get(pump)!.bytes, after.get(pump)!.bytes) !== 0);
  const isImported = changed.length > 0;
  expect(await samples()).toEqual({ ...counts(70), ...(isImported ? { p2: 60 } : {}) });
  expect(changed).toEqual(isImported ? ['p2'] : []);
  expect(received('cmd/reply').filter(({ id }) => id === 'i1')).toHaveLength(0);

  const sent = await send({ do: 'send', from: 'plant', replace: true });
  expect(sent).toMatchObject({ status: 'done', streams: PUMPS.map((stream) => ({ stream, done: true })) });
  await readings(sensor, 70, 73);
  await cluster.settled();
  expect(await samples()).toEqual(counts(63));
});
