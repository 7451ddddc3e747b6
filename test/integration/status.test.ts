import { connect, type MqttClient } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { startMosquitto, type Mosquitto } from './programs/mosquitto.ts';
import { directory, eventually, runProgram, startProgram, type Program } from './programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const site = (url: string): string => `site: house
timezone: Europe/Berlin
mqtt: { url: '${url}' }
inputs:
  - topic: rooms/+
    name: '{1}'
    unit: °C
    range: [-20, 60]
commit: { every: 0s }
publish: { state_every: 1s }
`;

interface House {
  readonly broker: Mosquitto;
  readonly client: MqttClient;
  readonly service: Program;
  readonly run: (...args: string[]) => ReturnType<typeof runProgram>;
}

/** A service that has read some values of two rooms; the bath is out of its range. */
const house = async (): Promise<House> => {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  const { path, remove } = directory({ 'site.yaml': site(broker.url) });
  cleanUps.push(remove);
  const service = startProgram(['run', '-c', 'site.yaml'], path);
  cleanUps.push(() => service.end('SIGTERM'));
  await service.logged('listening');
  const client = connect(broker.url, { clientId: 'rooms' });
  cleanUps.push(() => client.endAsync(true));
  for (let i = 0; i < 20; i++) {
    await client.publishAsync('rooms/hall', String(20 + (i % 3)), { qos: 1 });
    await client.publishAsync('rooms/bath', i < 10 ? '22' : '99', { qos: 1 });
  }
  return { broker, client, service, run: (...args) => runProgram([...args, '-c', 'site.yaml'], path) };
};

test('one screen from a running service, a stopped one, and without a broker', async () => {
  const { broker, service, run } = await house();
  let screen = '';
  await eventually(
    async () => {
      screen = (await run('status')).stdout;
      return /^alarms +1 open alarm, 1 in the last 7 days$/m.test(screen);
    },
    () => screen,
  );
  expect(screen).toMatch(/^house +20\d\d-\d\d-\d\d \d\d:\d\d \+0[12]:00$/m);
  expect(screen).toMatch(/^service +running since 20.*, zankyo \d/m);
  expect(screen).toMatch(/^streams +2: 0 ready; 2 learning/m);
  expect(screen).toMatch(/^Open alarms\n\w+ +20\d\d-\d\d-\d\d \d\d:\d\d +bath reads 99 °C/m);
  expect(screen).toMatch(/^hall +learning \d+ % +2\d /m);
  for (const line of screen.split('\n')) expect(line.length).toBeLessThanOrEqual(80);

  const json = JSON.parse((await run('status', '--json')).stdout) as Record<string, unknown>;
  expect(json).toMatchObject({ schema: 1, site: 'house', from: 'broker', service: { state: 'running' } });
  expect(json['open']).toMatchObject([{ series: 'bath', endAt: null }]);

  // --watch without a terminal shows it once.
  expect(await run('status', '--watch')).toMatchObject({ code: 0 });

  await service.end('SIGTERM');
  const stopped = await run('status');
  expect(stopped.stdout).toMatch(/^service +not running; last sign at 20/m);
  await broker.kill();
  const alone = await run('status');
  expect(alone.code).toBe(0);
  expect(alone.stdout).toMatch(/^service +not known: the broker cannot be reached$/m);
  expect(alone.stdout).toMatch(/^Readings as last saved/m);
});

test('series lists all, and tells all that is known of one', async () => {
  const { run } = await house();
  let list = '';
  await eventually(
    async () => {
      list = (await run('series')).stdout;
      return /^bath +ALARM .* 1 +\d+ s ago$/m.test(list) && list.includes('hall');
    },
    () => list,
  );
  const one = await run('series', 'bath');
  expect(one.stdout).toMatch(/^bath\nphase +ALARM/);
  expect(one.stdout).toMatch(/^Last alarms\n.*bath reads 99 °C/m);
  expect((await run('series', '--phase', 'ready')).stdout).toBe('No series.\n');
  const rows = (await run('series', '--json')).stdout.trimEnd().split('\n');
  expect(rows.map((row) => (JSON.parse(row) as { name: string }).name)).toEqual(['bath', 'hall']);
  const { code, stderr } = await run('series', 'bat');
  expect([code, stderr]).toEqual([66, 'no state of a series "bat"; is it bath?\n']);
});
