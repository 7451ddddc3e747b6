import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, describe, expect, test } from 'vitest';
import type { HubCommandReply, HubSiteBody } from '../../src/app/dashboard/contract/hub.ts';
import { version } from '../../src/app/version.ts';
import { freePort } from './mosquitto.ts';
import { startNats } from './nats.ts';
import { startPostgres } from './postgres.ts';
import { directory, eventually, startHub, startProgram, warningsOf, type Program } from './program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

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
  const yaml = `mqtt: { url: '${server.mqtt}' }\nhttp: { listen: '127.0.0.1:${port}' }\ncommands: true\n${await database()}`;
  writeFileSync(join(hubAt, 'hub.yaml'), yaml, { mode: 0o600 });
  const hub = await startHub(hubAt, cleanUps);
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
  const post = async (body: object): Promise<HubCommandReply> => {
    const headers = { 'Content-Type': 'application/json' };
    const sent = { method: 'POST', headers, body: JSON.stringify({ by: 'Ada', ...body }) };
    return (await (await fetch(`${url}/command`, sent)).json()) as HubCommandReply;
  };
  const page = async (): Promise<Partial<HubSiteBody>> => (await (await fetch(url)).json()) as Partial<HubSiteBody>;
  const shows = (condition: (body: Partial<HubSiteBody>) => boolean): Promise<void> =>
    eventually(async () => condition(await page()));
  return { server, hub, plant, workers, taken, sensor, page, shows, post, received };
};

/** Of each pump one reading for each i from `from` to `to`; `more`: what is added to those of some. */
async function readings(sensor: MqttClient, from: number, to: number, more: Readonly<Record<string, number>> = {}) {
  for (let i = from; i < to; i++)
    for (const [p, pump] of PUMPS.entries()) {
      const value = 5 + p + Math.sin(i * (1 + p / 7)) + (more[pump] ?? 0);
      await sensor.publishAsync(`pump/${pump}/flow`, value.toFixed(3), { qos: 1 });
    }
}

test('a hub shows one answer to a command for a site with a cluster, that of all partitions, also when a worker was killed just before', async () => {
  const { workers, sensor, shows, post, received } = await place(['a', 'b'], sqlite);
  await readings(sensor, 0, 3);
  await shows(({ series }) => series?.length === PUMPS.length);
  const all = await post({ command: 'freeze' });
  const text = 'Learning is stopped for all streams until resume; scores and alarms go on.';
  expect(all).toMatchObject({ status: 'done', text });
  expect(await post({ command: 'resume', series: 'p1' })).toMatchObject({ text: 'Learning goes on for p1.' });
  expect(await post({ command: 'undo', of: all.id })).toMatchObject({ status: 'done', text: 'freeze is undone.' });
  expect(await post({ command: 'undo', of: all.id })).toMatchObject({ status: 'refused' });

  workers[0].child.kill('SIGKILL');
  const { id } = await post({ command: 'mute', for: '2h' });
  const muted = ({ commands }: Partial<HubSiteBody>) => commands?.find((each) => each.id === id)?.status === 'done';
  await shows(muted);
  const answers = received('cmd/reply').filter((reply) => reply['id'] === id);
  expect(answers).toMatchObject([{ command: 'mute', series: null, status: 'done', undo: true }]);
  // Each partition has carried it out.
  expect((await post({ command: 'unmute' })).text).toBe('Alerts about the site are published again.');
  expect(received('cmd/reply')).toHaveLength(6);
});

describe.each(DATABASES)('a hub with %s over a cluster', (_, database) => {
  test('shows the version and the workers of the site: online after a kill -9, offline when the last one is stopped', async () => {
    const { hub, workers, sensor, shows, page } = await place(['a', 'b', 'c'], database);
    await readings(sensor, 0, 2);
    await shows(({ series }) => series?.length === PUMPS.length);
    await shows(({ workers: count }) => count === 3);
    expect((await page()).site).toMatchObject({ state: 'online', version: version() });
    workers[0].child.kill('SIGKILL');
    await shows(({ workers: count }) => count === 2);
    expect((await page()).site).toMatchObject({ state: 'online', version: version() });
    await workers[1].end('SIGTERM');
    await shows(({ workers: count }) => count === 1);
    expect((await page()).site).toMatchObject({ state: 'online' });
    await workers[2].end('SIGTERM');
    await shows(({ site }) => site?.state === 'offline');
    expect(warningsOf(hub)).toEqual([]);
  });
});
