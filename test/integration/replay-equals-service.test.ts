import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import type { Anomaly } from '../../src/detect/episode/anomaly.ts';
import { roomTemperature } from '../room-temperature.ts';
import { startMosquitto } from './programs/mosquitto.ts';
import { directory, eventually, runProgram, startProgram } from './programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const anomalies = (stdout: string): readonly Anomaly[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Anomaly)
    .toSorted((a, b) => a.startAt - b.startAt);

test('a recording gives the anomalies that the service raised on the same readings, bit for bit', async () => {
  const course = roomTemperature(2000, { seed: 3, from: 1500, until: 1540 });
  const csv = ['time,Hall', ...course.map(({ at, value }) => `${new Date(at).toISOString()},${value}`)].join('\n');

  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  const { path, remove } = directory({
    'room.csv': csv,
    'site.yaml': `site: house
database: zankyo.db
mqtt: { url: '${broker.url}' }
inputs:
  - { topic: rooms/+, name: '{1}', path: v, time: at }
`,
  });
  cleanUps.push(remove);

  const replayed = await runProgram(['replay', 'room.csv', '--json'], path);
  expect(replayed.code).toBe(0);
  expect(anomalies(replayed.stdout).some(({ startAt }) => startAt === course[1500].at)).toBe(true);

  const program = startProgram(['run', '-c', 'site.yaml'], path);
  cleanUps.push(() => program.child.kill('SIGKILL'));
  const client = await connectAsync(broker.url);
  cleanUps.push(() => client.endAsync(true));
  const statuses: string[] = [];
  const ends: number[] = [];
  client.on('message', (topic, payload) => {
    if (topic === 'zankyo/house/status') statuses.push(payload.toString());
    else ends.push(Date.parse((JSON.parse(payload.toString()) as { at: string }).at));
  });
  await client.subscribeAsync(['zankyo/house/status', 'zankyo/house/series/end/state'], { qos: 1 });
  await eventually(() => statuses.includes('online'));
  const publish = (topic: string, at: number, value: number): Promise<unknown> =>
    client.publishAsync(topic, JSON.stringify({ v: value, at: new Date(at).toISOString() }), { qos: 1 });
  for (const { at, value } of course) await publish('rooms/hall', at, value);
  // What comes last has its state when all the others have been through.
  await publish('rooms/end', course[0].at, 0);
  await eventually(() => ends.length > 0);
  expect((await program.end('SIGTERM')).code).toBe(0);
  expect(program.log().at(-1)).toMatchObject({ msg: 'stopping', readings: course.length + 1 });

  const logged = await runProgram(['anomalies', '--database', join(path, 'zankyo.db'), '--json'], path);
  expect(anomalies(logged.stdout)).toEqual(anomalies(replayed.stdout));
});
