import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { learnedSchema, readPart, type LearnedPart } from '../../../src/io/mqtt/learned/chunk.ts';
import { connectNats, type Nats } from '../../../src/io/nats/connection.ts';
import { HUB_ALERTS } from '../../../src/io/nats/hub-forwarder.ts';
import { namesOf } from '../../../src/io/nats/names.ts';
import { LOCAL_CA, LOCAL_CERT, LOCAL_KEY } from '../programs/certificates.ts';
import { startDeployed, type DeployedServer } from '../programs/nats.ts';
import { directory, eventually, startProgram } from '../programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const PASSWORDS = { ZANKYO_PASSWORD: 'z', SENSOR_PASSWORD: 's', SITE1_PASSWORD: 'p1' };
const TLS = { 'server.pem': LOCAL_CERT, 'server.key': LOCAL_KEY, 'ca.pem': LOCAL_CA };
const NAMES = namesOf('site1', 'zankyo');

const pair = async (tls?: typeof TLS): Promise<{ readonly hub: DeployedServer; readonly leaf: DeployedServer }> => {
  const options = { ...(tls === undefined ? {} : { tls }) };
  const hub = await startDeployed('hub', { env: PASSWORDS, ...options });
  cleanUps.push(() => hub.stop());
  const scheme = tls === undefined ? 'nats-leaf' : 'tls';
  const HUB_URL = `${scheme}://site1:p1@127.0.0.1:${hub.leafPort}`;
  const leaf = await startDeployed('leaf', { env: { ...PASSWORDS, SITE: 'site1', HUB_URL }, ...options });
  cleanUps.push(() => leaf.stop());
  return { hub, leaf };
};

const mqttClient = async (url: string, username: string, password: string): Promise<MqttClient> => {
  const client = await connectAsync(url, { protocolVersion: 4, username, password, ca: LOCAL_CA });
  cleanUps.push(() => client.endAsync(true));
  return client;
};

const connected = async (url: string, files: Readonly<Record<string, string>> = {}): Promise<Nats> => {
  const nats = await connectNats({
    ...{ servers: [url], username: 'zankyo', password: 'z', tls: files, name: 'test', log: () => undefined },
  });
  cleanUps.push(() => nats.close());
  return nats;
};

const siteText = (url: string, tls = ''): string => `site: site1
mqtt: { url: 'mqtt://localhost' }
inputs:
  - { topic: hall/+/value, name: 's{1}', path: v, range: [0, 10] }
commands: { mqtt: true }
tuning: { hidden_size: 4 }
cluster: { servers: ['${url}'], username: zankyo, password: z, partitions: 2, checkpoint_every: 1s, hub: {}${tls} }
`;

test.each([
  ['without TLS', undefined],
  ['with TLS', TLS],
])('a reading of an MQTT sensor at the site becomes an alert in the stream of the hub, once, %s', async (_, tls) => {
  const { hub, leaf } = await pair(tls);
  const option = tls === undefined ? '' : ', tls: { ca: ca.pem }';
  const { path, remove } = directory({ 'site.yaml': siteText(leaf.url, option), 'ca.pem': LOCAL_CA });
  cleanUps.push(remove);
  const received: string[] = [];
  const replied: Record<string, unknown>[] = [];
  const reader = await mqttClient(hub.mqtt, 'zankyo', 'z');
  reader.on('message', (topic, payload) => {
    received.push(topic);
    if (topic === 'zankyo/site1/cmd/reply') replied.push(JSON.parse(payload.toString()) as Record<string, unknown>);
  });
  await reader.subscribeAsync('zankyo/#');
  const worker = startProgram(['run', '-c', 'site.yaml'], path);
  cleanUps.push(() => worker.child.kill('SIGKILL'));
  const ended = worker.ended.then(({ stderr }) => {
    throw new Error(stderr);
  });
  ended.catch(() => undefined);
  await Promise.race([
    ended,
    eventually(() => worker.log().filter(({ msg }) => msg === 'partition taken').length === 2),
  ]);

  const sensor = await mqttClient(leaf.mqtt, 'sensor', 's');
  for (const v of [1, 2, 3, 99]) await sensor.publishAsync('hall/1/value', JSON.stringify({ v }), { qos: 1 });
  const alert = 'zankyo/site1/series/s1/event';
  await eventually(() => received.includes(alert));
  for (const topic of ['status', 'health']) await eventually(() => received.includes(`zankyo/site1/${topic}`));

  const nats = await connected(hub.url, tls === undefined ? {} : { ca: `${path}/ca.pem` });
  const stream = await nats.js.streams.get(HUB_ALERTS);
  const stored = await stream.getMessage({ last_by_subj: 'zankyo-hub.site1.series.s1.event' });
  expect(stored!.json()).toMatchObject({ event_type: 'opened', kind: 'sensor', series: 's1', value: 99 });

  // A command that is published at the hub reaches the site.
  const reply = 'zankyo/site1/series/s1/cmd/reply';
  await reader.publishAsync('zankyo/site1/series/s1/cmd', JSON.stringify({ command: 'freeze', id: 'a' }), { qos: 1 });
  await eventually(() => received.includes(reply));
  expect(received.filter((topic) => topic === alert || topic === reply)).toEqual([alert, reply]);

  // What the site has learned goes up, when it was saved, and a file for it comes down.
  const send = (topic: string, body: object) => reader.publishAsync(topic, JSON.stringify(body), { qos: 1 });
  const parts: LearnedPart[] = [];
  reader.on('message', (topic, payload) => {
    if (topic === 'zankyo/site1/learned') parts.push(readPart(learnedSchema, payload)!);
  });
  await eventually(async () => {
    if (parts.length === 0) await send('zankyo/site1/cmd', { command: 'export' });
    await sleep(500);
    return parts.length > 0 && parts.length === parts[0].parts;
  });
  const replies = (): readonly unknown[] => replied.filter(({ id }) => id === 'i1');
  for (const { series, part, parts: all, size, sha256, data } of parts)
    await send('zankyo/site1/cmd/import', { schema: 1, id: 'i1', series, part, parts: all, size, sha256, data });
  await eventually(() => replies().length > 0);
  expect(replies()).toMatchObject([{ command: 'import', series: 's1', status: 'done' }]);
  expect((await worker.end('SIGTERM')).code).toBe(0);
});

test('the server of a site can add alerts of this site alone, and sensors can add none', async () => {
  const { hub, leaf } = await pair();
  const site = await connected(leaf.url);
  const manager = await site.managerOf('hub');
  const add = () => manager.streams.add({ name: HUB_ALERTS, subjects: ['zankyo-hub.*.>'] });
  await eventually(() => add().then(Boolean, () => false));
  const send = (subject: string) => site.js.publish(subject, 'x', { timeout: 1000 });
  expect(await send('zankyo-hub.site1.series.s1.event')).toMatchObject({ stream: HUB_ALERTS, domain: 'hub' });
  await expect(send('zankyo-hub.site2.series.s1.event')).rejects.toThrow();
  await expect(manager.streams.delete(HUB_ALERTS)).rejects.toThrow();

  for (const url of [hub.mqtt, leaf.mqtt]) {
    const sensor = await mqttClient(url, 'sensor', 's');
    await sensor.publishAsync('zankyo-hub/site1/series/s1/event', 'forged', { qos: 0 });
    await sensor.publishAsync('hall/1/value', 'a reading', { qos: 1 });
    await expect(mqttClient(url, 'sensor', 'wrong')).rejects.toThrow();
  }
  const nats = await connected(hub.url);
  expect((await nats.jsm.streams.info(HUB_ALERTS)).state.messages).toBe(1);
  // The streams of the site are its own.
  expect((await site.jsm.getAccountInfo()).domain).toBe('site1');
  expect((await nats.jsm.getAccountInfo()).domain).toBe('hub');
});

test('sensors can publish readings, and nothing that workers exchange; of that they can receive none either', async () => {
  const { hub, leaf } = await pair();
  const { subjects } = NAMES;
  const internal = [subjects.tick(0), subjects.wake(0), subjects.answers, subjects.health];
  const streams = [subjects.alerts, subjects.anomalies, subjects.states].map((subject) => `${subject}.s1`);
  const forged = [...internal, ...streams, ...subjects.commands, subjects.imports, '_p.0.hall.1', '_INBOX.a.1'];
  for (const { url, mqtt } of [hub, leaf]) {
    const { connection } = await connected(url);
    const received: string[] = [];
    connection.subscribe('>', { callback: (_, { subject }) => void received.push(subject) });
    await connection.flush();
    const sensor = await mqttClient(mqtt, 'sensor', 's');
    const seen: string[] = [];
    sensor.on('message', (topic) => seen.push(topic));
    await sensor.subscribeAsync('#');
    for (const subject of [...forged, 'hall.1.value'])
      await sensor.publishAsync(subject.replaceAll('.', '/').replace('*', 's1'), 'x', { qos: 0 });
    await eventually(() => received.includes('hall.1.value'));
    expect(received.filter((subject) => !/^[$]|^hall/.test(subject))).toEqual([]);

    for (const subject of [...internal, ...streams, '_INBOX.a.1', 'zankyo.site1.series.s1.event'])
      connection.publish(subject, 'x');
    await eventually(() => seen.includes('zankyo/site1/series/s1/event'));
    expect(seen.filter((topic) => topic !== 'hall/1/value')).toEqual(['zankyo/site1/series/s1/event']);
  }
});
