import { connectAsync, type MqttClient } from 'mqtt';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { isDiscoveryTopic, objections } from '../app/home-assistant/core-schema.ts';
import { passwordLine, startMosquitto, type MosquittoOptions } from './programs/mosquitto.ts';
import { directory, eventually, isWarning, runProgram, startService, type Program } from './programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Got {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

interface Component {
  readonly [key: string]: unknown;
  readonly unique_id: string;
  readonly state_topic: string;
  readonly command_topic: string;
}

const SITE = `homeassistant/device/zankyo-works/config`;
const ofSeries = (slug: string): string => `homeassistant/device/zankyo-works/${slug}/config`;

/** A broker with a house, and a client in the place of Home Assistant. */
async function house(options: MosquittoOptions = {}, user = '') {
  const broker = await startMosquitto(options);
  cleanUps.push(() => broker.stop());
  const { path, remove } = directory();
  cleanUps.push(remove);
  const account = (username: string) => (user === '' ? {} : { username, password: 'p' });
  const write = (home: string, inputs = 's/+', more = 'commands: { mqtt: true }'): void => {
    writeFileSync(
      join(path, 'site.yaml'),
      `site: works
database: zankyo.db
mqtt: { url: '${broker.url}'${user === '' ? '' : `, username: ${user}, password: p`} }
home_assistant: ${home}
publish: { state_every: 1s }
inputs: [{ topic: '${inputs}', name: ${inputs.includes('+') ? "'{1}'" : inputs.split('/')[1]}, unit: bar, range: [0, 50] }]
tuning: { network: false }
${more}
`,
      { mode: 0o600 },
    );
  };
  const start = (): Promise<Program> => startService(path, cleanUps);
  /** A new client that subscribes as Home Assistant does. */
  const homeAssistant = async () => {
    const client = await connectAsync(broker.url, account('homeassistant'));
    cleanUps.push(() => client.endAsync(true));
    const got: Got[] = [];
    client.on('message', (topic, payload, { retain }) => got.push({ topic, payload: payload.toString(), retain }));
    await client.subscribeAsync(['homeassistant/+/+/config', 'homeassistant/+/+/+/config', 'zankyo/#'], { qos: 1 });
    return { client, got, last: (topic: string) => got.findLast((one) => one.topic === topic)?.payload };
  };
  return { cwd: path, write, start, homeAssistant, sensor: await sensorOn(broker.url, account('sensor')) };
}

const sensorOn = async (url: string, options: object): Promise<MqttClient> => {
  const client = await connectAsync(url, options);
  cleanUps.push(() => client.endAsync(true));
  return client;
};

const componentsOf = (payload: string | undefined): Readonly<Record<string, Component>> =>
  (JSON.parse(payload!) as { readonly components: Readonly<Record<string, Component>> }).components;

/** A broker with the access rules of docs/home-assistant.md, for a site `works`. */
const ruled = (): MosquittoOptions => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/home-assistant.md'), 'utf8');
  const rules = /# \/etc\/mosquitto\/acl\n([^]*?)```/.exec(page)![1];
  const acl = rules.replaceAll('home/', 'works/').replaceAll('-home/', '-works/').replace('zigbee2mqtt/#', 's/#');
  const users = ['zankyo', 'homeassistant', 'sensor'];
  return {
    config: ['allow_anonymous false', 'password_file passwords', 'acl_file acl'],
    files: {
      passwords: users.map((user) => passwordLine(user, 'p')).join(''),
      acl: `${acl}user sensor\ntopic write s/#\n`,
    },
  };
};

test('announces site and series; the birth message brings both again, and then the states', async () => {
  const { write, start, homeAssistant, sensor } = await house(ruled(), 'zankyo');
  write('{ enabled: true }');
  const program = await start();
  const { client, got, last } = await homeAssistant();
  await sensor.publishAsync('s/boiler', '20', { qos: 1 });
  await eventually(() => last(ofSeries('boiler')) !== undefined && last(SITE) !== undefined);
  const configs = got.filter(({ topic }) => topic.endsWith('/config'));
  for (const { topic, payload } of configs) {
    expect([topic, isDiscoveryTopic(topic, 'homeassistant')]).toEqual([topic, true]);
    expect(objections(JSON.parse(payload))).toEqual([]);
  }
  const { anomaly, score } = componentsOf(last(ofSeries('boiler')));
  expect(anomaly.unique_id).toBe('zankyo.works.boiler.anomaly');
  await eventually(() => last(score.state_topic) !== undefined);
  expect(Object.keys(JSON.parse(last(score.state_topic)!) as object)).toContain('score');
  expect(last(String(anomaly['availability_topic']))).toBe('online');

  // Both are retained, for a Home Assistant that starts later.
  const late = await homeAssistant();
  await eventually(() => late.last(ofSeries('boiler')) !== undefined && late.last(SITE) !== undefined);
  expect(late.got.filter(({ topic }) => topic.endsWith('/config')).every(({ retain }) => retain)).toBe(true);

  got.length = 0;
  await client.publishAsync('homeassistant/status', 'offline', { qos: 1 });
  await client.publishAsync('homeassistant/status', 'online', { qos: 1 });
  const index = (topic: string): number => got.findIndex((one) => one.topic === topic);
  await eventually(() => index('zankyo/works/health') > 0 && index(SITE) >= 0 && index(ofSeries('boiler')) >= 0);
  expect(index(SITE)).toBeLessThan(index('zankyo/works/health'));
  expect(index(ofSeries('boiler'))).toBeLessThan(index('zankyo/works/health'));
  expect(program.log().filter(({ msg }) => msg.startsWith('Home Assistant has started'))).toHaveLength(1);
  expect(program.log().filter(isWarning)).toEqual([]);
});

test('a button, the switch and the number lead to the command, its answer and the new state', async () => {
  const { write, start, homeAssistant, sensor } = await house();
  write('{ enabled: true, device: series }');
  await start();
  const { client, got, last } = await homeAssistant();
  await sensor.publishAsync('s/boiler', '20', { qos: 1 });
  await sensor.publishAsync('s/boiler', '99', { qos: 1 });
  await eventually(
    () => last(ofSeries('boiler')) !== undefined && last('zankyo/works/series/boiler/event') !== undefined,
  );
  const { fault, freeze, sensitivity, event } = componentsOf(last(ofSeries('boiler')));
  expect(
    (event['event_types'] as string[]).includes(
      (JSON.parse(last(event.state_topic)!) as { event_type: string }).event_type,
    ),
  ).toBe(true);

  /** What Home Assistant publishes, and the answer. */
  const press = async ({ command_topic: topic }: Component, payload: unknown): Promise<object> => {
    const { length } = got;
    await client.publishAsync(topic, String(payload), { qos: 1 });
    const reply = (): Got | undefined => got.slice(length).find((one) => one.topic === `${topic}/reply`);
    await eventually(() => reply() !== undefined);
    return JSON.parse(reply()!.payload) as object;
  };
  const state = (): object => JSON.parse(last(freeze.state_topic)!) as object;
  expect(await press(fault, fault['payload_press'])).toMatchObject({
    command: 'fault',
    series: 'boiler',
    status: 'done',
  });
  expect(await press(freeze, freeze['payload_on'])).toMatchObject({ command: 'freeze', status: 'done' });
  await eventually(() => (state() as { frozen: string }).frozen === 'ON');
  expect(await press(freeze, freeze['payload_off'])).toMatchObject({ command: 'resume', status: 'done' });
  const rendered = String(sensitivity['command_template']).replace('{{ value }}', '0.5');
  expect(await press(sensitivity, rendered)).toMatchObject({ command: 'sensitivity', status: 'done' });
  await eventually(() => (state() as { sensitivity: number }).sensitivity === 0.5);
});

test('a removed series, another prefix, and the option turned off leave nothing behind; a restart changes nothing', async () => {
  const { write, start, homeAssistant, sensor, cwd } = await house();
  write('{ enabled: true }', 's/+');
  const first = await start();
  const { got, last } = await homeAssistant();
  for (const name of ['boiler', 'pump-1']) await sensor.publishAsync(`s/${name}`, '20', { qos: 1 });
  await eventually(() => last(ofSeries('pump-1')) !== undefined && last(ofSeries('boiler')) !== undefined);
  const before = last(ofSeries('boiler'));
  await first.end('SIGTERM');

  // The same entities after a restart, also before the first reading.
  got.length = 0;
  const second = await start();
  await eventually(() => last(ofSeries('boiler')) !== undefined && last(ofSeries('pump-1')) !== undefined);
  expect(last(ofSeries('boiler'))).toBe(before);
  await second.end('SIGTERM');

  // An empty payload removes the entities; the other series and the site stay.
  got.length = 0;
  write('{ enabled: true }', 's/boiler');
  const third = await start();
  await eventually(() => last(ofSeries('pump-1')) === '');
  expect(last(ofSeries('boiler'))).not.toBe('');
  await third.end('SIGTERM');

  write('{ enabled: true, prefix: house/ha }', 's/boiler');
  const fourth = await start();
  await eventually(() => last(ofSeries('boiler')) === '' && last(SITE) === '');

  // Without a restart.
  write('{ enabled: false }', 's/boiler');
  expect((await runProgram(['cmd', 'reload', '-c', 'site.yaml'], cwd)).stdout).toContain('home_assistant.enabled');
  expect((await fourth.logged('removed from Home Assistant'))['topics']).toBe(2);
  await fourth.end('SIGTERM');
  const late = await homeAssistant();
  await late.client.subscribeAsync('house/#', { qos: 1 });
  await late.client.publishAsync('zankyo/marker', 'end', { qos: 1 });
  await eventually(() => late.last('zankyo/marker') !== undefined);
  expect(late.got.filter(({ topic }) => topic.endsWith('/config'))).toEqual([]);

  write('{ enabled: true }', 's/boiler', '');
  const { code, stderr } = await runProgram(['check', 'site.yaml'], cwd);
  expect([code, stderr]).toEqual([0, expect.stringContaining('Home Assistant gets no buttons')]);
});
