import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { startMosquitto } from './programs/mosquitto.ts';
import { directory, eventually, startProgram, type Program } from './programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const CELLAR = `  - { topic: cellar/+, name: 'cellar-{1}', unit: °C }\n`;
const PAIR = `groups: { pair: { series: [hall, attic] } }\n`;

/** A service on a broker, with the site file of the test's choice at each start. */
async function house() {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  const { path, remove } = directory({ 'site.yaml': '' });
  cleanUps.push(remove);
  const sensor = await connectAsync(broker.url);
  cleanUps.push(() => sensor.endAsync(true));
  return {
    start: (inputs: string, more = ''): Program => {
      const site = `site: house
database: zankyo.db
mqtt: { url: '${broker.url}' }
inputs:
${inputs}publish: { state_every: 1s }
${more}`;
      writeFileSync(join(path, 'site.yaml'), site);
      const program = startProgram(['run', '-c', 'site.yaml'], path);
      cleanUps.push(() => {
        program.child.kill('SIGKILL');
        return program.ended;
      });
      return program;
    },
    publish: async (...topics: string[]): Promise<void> => {
      for (const topic of topics) await sensor.publishAsync(topic, '20', { qos: 1 });
    },
    /** Names of the series with a retained state on the broker. */
    retained: async (): Promise<string[]> => {
      const reader = await connectAsync(broker.url);
      const names: string[] = [];
      reader.on('message', (topic, _payload, { retain }) => {
        if (retain) names.push(topic.split('/').at(-2)!);
      });
      await reader.subscribeAsync('zankyo/house/series/+/state', { qos: 1 });
      // The broker answers a publication on the same connection after it has sent the retained messages.
      await reader.publishAsync('elsewhere', '', { qos: 1 });
      await reader.endAsync(true);
      return names.toSorted();
    },
  };
}

const input = (name: string): string => `  - { topic: rooms/${name}, name: ${name}, unit: °C }\n`;

test('a series, a group or a member that the site file no longer names loses its retained state', async () => {
  const { start, publish, retained } = await house();
  const first = start(input('hall') + input('attic') + CELLAR, PAIR);
  await first.logged('listening');
  await publish('rooms/hall', 'rooms/attic', 'cellar/1', 'cellar/2');
  await eventually(async () => (await retained()).length === 5);
  expect(await retained()).toEqual(['attic', 'cellar-1', 'cellar-2', 'hall', 'pair']);
  await first.end('SIGTERM');

  // attic is renamed to loft and the group is gone; the cellar's sensors send nothing in this run, and still could.
  const second = start(input('hall') + input('loft') + CELLAR);
  await second.logged('listening');
  await publish('rooms/hall', 'rooms/loft');
  await eventually(async () => (await retained()).join() === 'cellar-1,cellar-2,hall,loft');
  expect(await second.logged('no longer in the site file')).toMatchObject({ series: ['attic', 'pair'] });
  await second.end('SIGTERM');

  const third = start(input('hall') + input('loft'));
  await eventually(async () => (await retained()).join() === 'hall,loft');
  expect(await third.logged('no longer in the site file')).toMatchObject({ series: ['cellar-1', 'cellar-2'] });
  await third.end('SIGTERM');

  // A name that comes back has a state again.
  const fourth = start(input('hall') + input('attic') + input('loft'));
  await fourth.logged('listening');
  await publish('rooms/attic');
  await eventually(async () => (await retained()).join() === 'attic,hall,loft');
  expect(fourth.log().filter(({ msg }) => msg.includes('no longer in the site file'))).toEqual([]);
});
