import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { roomTemperature, type Measured } from '../room-temperature.ts';
import { freePort, startMosquitto, type Mosquitto } from './programs/mosquitto.ts';
import { directory, eventually, isWarning, MAIN, startProgram, warningsOf, type Program } from './programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const mosquitto = async (port?: number): Promise<Mosquitto> => {
  const broker = await startMosquitto(port === undefined ? {} : { port });
  cleanUps.push(() => broker.stop());
  return broker;
};

/** A site file in a directory of its own, where the database will be too. */
const site = (url: string, more = ''): string => {
  const { path, remove } = directory({
    'site.yaml': `site: house
database: zankyo.db
mqtt: { url: '${url}' }
inputs:
  - { topic: rooms/+, name: '{1}', path: v, time: at, unit: °C }
tuning: { warmup: 400, sensitivity: 0.9 }
publish: { state_every: 1s }
${more}`,
  });
  cleanUps.push(remove);
  return path;
};

const service = (path: string): Program => {
  const program = startProgram(['run', '-c', 'site.yaml'], path);
  cleanUps.push(() => {
    program.child.kill('SIGKILL');
    return program.ended;
  });
  return program;
};

const database = (path: string): Sqlite.Database => {
  const db = new Sqlite(join(path, 'zankyo.db'), { readonly: true });
  cleanUps.push(() => db.close());
  return db;
};

interface Heard {
  readonly topic: string;
  readonly payload: string;
  readonly retained: boolean;
}

/** A client that knows nothing of zankyo but its topics. */
interface Bystander {
  readonly client: MqttClient;
  readonly heard: readonly Heard[];
  /** The payloads of a topic, read as JSON. */
  said(topic: string): readonly Record<string, unknown>[];
  publish(reading: Measured): Promise<unknown>;
}

const bystander = async (url: string): Promise<Bystander> => {
  const client = await connectAsync(url);
  cleanUps.push(() => client.endAsync(true));
  const heard: Heard[] = [];
  client.on('message', (topic, payload, { retain }) => {
    heard.push({ topic, payload: payload.toString(), retained: retain });
  });
  await client.subscribeAsync('zankyo/#', { qos: 1 });
  return {
    client,
    heard,
    said: (topic) =>
      heard.filter((one) => one.topic === topic).map(({ payload }) => JSON.parse(payload) as Record<string, unknown>),
    publish: ({ at, value }) =>
      client.publishAsync('rooms/hall', JSON.stringify({ v: value, at: new Date(at).toISOString() }), { qos: 1 }),
  };
};

const STATE = 'zankyo/house/series/hall/state';
const EVENT = 'zankyo/house/series/hall/event';
const STATUS = 'zankyo/house/status';

const statuses = ({ heard }: Bystander): readonly string[] =>
  heard.filter(({ topic }) => topic === STATUS).map(({ payload }) => payload);

/** The service subscribes before it says that it is online, so from then on no reading is missed. */
const online = (watcher: Bystander): Promise<void> => eventually(() => statuses(watcher).at(-1) === 'online');

test('learns, alerts, survives a sudden death in the middle of an anomaly, closes it, and ends in order', async () => {
  const { url } = await mosquitto();
  const path = site(url);
  const FAULT = 600;
  const course = roomTemperature(700, { from: FAULT, until: FAULT + 4 });
  const watcher = await bystander(url);

  let program = service(path);
  await online(watcher);
  for (const reading of course.slice(0, 100)) await watcher.publish(reading);
  await eventually(() => watcher.said(STATE).length > 0);
  expect(watcher.said(STATE)[0]).toMatchObject({ phase: 'learning', anomaly: 'OFF', unit: '°C' });
  for (const reading of course.slice(100, FAULT)) await watcher.publish(reading);
  await eventually(() => watcher.said(STATE).at(-1)!['phase'] === 'ready');
  const late = await bystander(url);
  await eventually(() => late.said(STATE).length > 0 && statuses(late).length > 0);
  expect(late.heard.filter(({ retained }) => retained).map(({ topic }) => topic)).toEqual(
    expect.arrayContaining([STATE, STATUS]),
  );
  expect(watcher.said(EVENT)).toEqual([]);

  await watcher.publish(course[FAULT]);
  await eventually(() => watcher.said(EVENT).length > 0);
  const opened = watcher.said(EVENT)[0];
  expect(opened).toMatchObject({
    event_type: 'opened',
    stream: 'hall',
    series: 'hall',
    kind: 'process',
    start: new Date(course[FAULT].at).toISOString(),
    end: null,
    value: course[FAULT].value,
    unit: '°C',
    contributions: { hall: 1 },
  });
  const { expected, lower, upper, reason, score } = opened as Record<string, number>;
  expect(lower).toBeLessThan(expected);
  expect(expected).toBeLessThan(upper);
  expect(upper).toBeLessThan(course[FAULT].value);
  expect(score).toBeGreaterThan(1);
  expect(reason).toMatch(/^hall .* °C.*\.$/);
  await eventually(() => watcher.said(STATE).at(-1)!['anomaly'] === 'ON');

  const db = database(path);
  const rows = (): Record<string, unknown>[] =>
    db.prepare<[], Record<string, unknown>>('SELECT * FROM anomaly ORDER BY start_at').all();
  const six = (x: unknown): number => Number((x as number).toPrecision(6));
  const [row] = rows();
  expect(rows()).toHaveLength(1);
  expect({
    ...Object.fromEntries(
      ['id', 'stream', 'series', 'kind', 'severity', 'unit', 'reason', 'ended_by', 'incident'].map((key) => [
        key,
        row[key],
      ]),
    ),
    ...Object.fromEntries(
      ['score', 'confidence', 'value', 'expected', 'lower', 'upper'].map((key) => [key, six(row[key])]),
    ),
    contributions: JSON.parse(row['contributions'] as string) as unknown,
    evidence: Object.fromEntries(
      Object.entries(JSON.parse(row['evidence'] as string) as object).map(([kind, share]) => [kind, six(share)]),
    ),
    start: new Date(row['start_at'] as number).toISOString(),
    opened: new Date(row['opened_at'] as number).toISOString(),
    peak: new Date(row['peak_at'] as number).toISOString(),
    end: row['end_at'],
  }).toEqual(
    Object.fromEntries(
      Object.entries(opened).filter(
        ([key]) =>
          !['schema', 'event_type', 'message_id', 'at', 'label', 'gap', 'held_until', 'cool_down_until'].includes(key),
      ),
    ),
  );

  expect((await program.end('SIGKILL')).signal).toBe('SIGKILL');
  await eventually(() => statuses(watcher).at(-1) === 'offline');
  // Nobody listens now: the broker keeps these for us.
  for (const reading of course.slice(FAULT + 1, FAULT + 4)) await watcher.publish(reading);
  const statesBefore = watcher.said(STATE).length;

  const restartedAt = Date.now();
  program = service(path);
  await eventually(() => watcher.said(STATE).length > statesBefore);
  expect(watcher.said(STATE)[statesBefore]).toMatchObject({ phase: 'ready', warmup: 1, anomaly: 'ON' });
  for (const reading of course.slice(FAULT + 4)) await watcher.publish(reading);
  await eventually(() => watcher.said(EVENT).some(({ event_type: phase }) => phase === 'closed'));
  const told = watcher.said(EVENT);
  // The first run died before it had written that the alert was out, and so the second may tell it again, word for word.
  const copies = told.filter(({ event_type: phase }) => phase === 'opened');
  expect(copies.length).toBeLessThanOrEqual(2);
  for (const copy of copies) expect(copy).toEqual(opened);
  expect(told.filter(({ event_type: phase }) => phase === 'closed')).toHaveLength(1);
  expect(new Set(told.map(({ id }) => id))).toEqual(new Set([opened['id']]));
  await eventually(() => watcher.said(STATE).at(-1)!['anomaly'] === 'OFF');
  expect(rows().map(({ id, end_at: endAt }) => [id, endAt])).toEqual([
    [opened['id'], Date.parse(told.at(-1)!['end'] as string)],
  ]);

  await eventually(() => db.prepare('SELECT 1 FROM anomaly WHERE end_at IS NOT NULL').get() !== undefined);
  // The broker has taken all; a last one without a value is remarked on when the service has, too.
  await watcher.publish({ at: course.at(-1)!.at + 60_000, value: NaN });
  await program.logged('The device reports a missing value');
  const { code } = await program.end('SIGTERM');
  expect(code).toBe(0);
  // Those that the broker had kept among them, and none twice.
  expect(await program.logged('stopping')).toMatchObject({ readings: course.length - FAULT - 1 });
  await eventually(() => statuses(watcher).at(-1) === 'offline');
  expect(statuses(watcher)).toEqual(['online', 'offline', 'online', 'offline']);
  // All is saved at the end: what the first run heard, what was kept for us, and what came after that, each once.
  const snapshot = db.prepare<[], { at: number }>("SELECT max(at) AS at FROM snapshot WHERE stream = 'hall'").get()!;
  expect(snapshot.at).toBeGreaterThanOrEqual(restartedAt);
  program = service(path);
  expect(await program.logged('learned state restored')).toMatchObject({
    stream: 'hall',
    samples: course.length,
    warmup: 1,
  });
});

test('SIGHUP, when its terminal is closed, saves and stops like SIGTERM', async () => {
  const { url } = await mosquitto();
  const path = site(url);
  // util-linux script gives the service a terminal, which the kernel closes with it.
  const run = `exec ${process.execPath} ${MAIN} run -c site.yaml`;
  const terminal = spawn('script', ['-qec', run, '/dev/null'], { cwd: path, stdio: ['pipe', 'ignore', 'ignore'] });
  cleanUps.push(() => terminal.kill('SIGKILL'));
  const client = await bystander(url);
  await online(client);
  const course = roomTemperature(50);
  for (const reading of course) await client.publish(reading);
  await eventually(() => client.said(STATE).length > 0);
  terminal.kill('SIGKILL');
  await eventually(() => statuses(client).at(-1) === 'offline');
  const saved = database(path).prepare<[], { at: number }>("SELECT at FROM snapshot WHERE stream = 'hall'").get()!;
  expect(saved.at).toBeGreaterThan(0);
  const program = service(path);
  const samples = (await program.logged('learned state restored'))['samples'] as number;
  // How far it had come is chance. The broker has kept the rest; a reading without a value is remarked on after them.
  await client.publish({ at: course.at(-1)!.at + 60_000, value: NaN });
  await program.logged('The device reports a missing value');
  expect((await program.end('SIGTERM')).code).toBe(0);
  expect(await program.logged('stopping')).toMatchObject({ readings: course.length - samples });
});

test('SIGTERM while it starts: it ends in order, and the next start has what the broker kept', async () => {
  const { url } = await mosquitto();
  const path = site(url);
  const text = readFileSync(join(path, 'site.yaml'));
  const watcher = await bystander(url);
  const first = service(path);
  await online(watcher);
  await first.end('SIGTERM');
  const course = roomTemperature(50);
  for (const reading of course) await watcher.publish(reading);

  // A pipe in place of the site file: the start waits for its other end.
  rmSync(join(path, 'site.yaml'));
  execFileSync('mkfifo', [join(path, 'site.yaml')]);
  const stopped = service(path);
  const pipe = await open(join(path, 'site.yaml'), 'w');
  stopped.child.kill('SIGTERM');
  await pipe.writeFile(text);
  await pipe.close();
  expect(await stopped.ended).toMatchObject({ code: 0, signal: null });
  expect(await stopped.logged('stopping')).toMatchObject({ signal: 'SIGTERM' });

  rmSync(join(path, 'site.yaml'));
  writeFileSync(join(path, 'site.yaml'), text);
  const again = service(path);
  await eventually(() => watcher.said(STATE).at(-1)?.['value'] === course.at(-1)!.value);
  await again.end('SIGTERM');
  expect(await service(path).logged('learned state restored')).toMatchObject({ samples: course.length });
});

test('ends within 5 s of SIGTERM when the broker has gone, and when it was never there', async () => {
  const broker = await mosquitto();
  const gone = service(site(broker.url));
  const client = await bystander(broker.url);
  await online(client);
  await client.publish(roomTemperature(1)[0]);
  await eventually(() => client.said(STATE).length > 0);
  await broker.kill();
  await gone.logged('connection');
  expect((await gone.end('SIGTERM')).code).toBe(0);

  const url = `mqtt://127.0.0.1:${await freePort()}`;
  const never = service(site(url, 'groups: { pair: { series: [hall, attic] } }\n'));
  await never.logged('refuses the connection');
  expect((await never.end('SIGTERM')).code).toBe(0);
});

test('waits for a broker that is not there yet: one warning that names it, and then all is well', async () => {
  const port = await freePort();
  const url = `mqtt://127.0.0.1:${port}`;
  const program = service(site(url));
  const warning = await program.logged('refuses the connection');
  expect(warning.msg).toContain(url);
  // Long enough for some attempts.
  await sleep(3000);
  expect(program.child.exitCode).toBeNull();
  expect(program.log().filter(isWarning)).toEqual([warning]);
  await mosquitto(port);
  await program.logged('connected to the broker');
  const client = await bystander(url);
  await online(client);
  await client.publish(roomTemperature(1)[0]);
  await eventually(() => client.said(STATE).length > 0);
});

test('a flood of messages that cannot be read fills the quarantine and nothing else', async () => {
  const { url } = await mosquitto();
  const path = site(url);
  const program = service(path);
  const client = await bystander(url);
  await online(client);
  const db = database(path);
  const kept = (): unknown[] =>
    db.prepare<[], Buffer>('SELECT payload FROM quarantine ORDER BY id').pluck().all().map(String);
  for (let n = 0; n < 1500; n++) await client.client.publishAsync('rooms/hall', `{"v": ${n}`, { qos: 1 });
  const [good] = roomTemperature(1);
  await client.publish(good);
  await eventually(() => client.said(STATE).length > 0);
  expect(client.said(STATE)[0]).toMatchObject({ value: good.value });
  const { code } = await program.end('SIGTERM');
  expect(code).toBe(0);
  // The newest, and of these not one is missing: the broker sends no more ahead than one transaction keeps.
  expect(kept()).toEqual(Array.from({ length: 1000 }, (_, i) => `{"v": ${500 + i}`));
  expect(warningsOf(program)).toEqual([
    'The payload begins like JSON but cannot be parsed.',
    'the quarantine is full; each new rejected message replaces the oldest one',
  ]);
  expect(program.log()).toContainEqual(expect.objectContaining({ msg: 'stopping', readings: 1 }));
  expect(program.log()).toContainEqual(expect.objectContaining({ counts: { not_json: 1500 } }));
});
