import { expect, test } from 'vitest';
import { KnownSignals, type KnownSignal } from '../../../src/stream/known-signals.ts';
import { siteOf, World } from '../world.ts';

const T = Date.UTC(2026, 10, 23);
const tuning = { network: false, warmup: 20 };
const unitsOf = (world: World, slug: string) => [
  ...new Set(world.states.filter((state) => state.slug === slug).map(({ unit }) => unit)),
];

test('a member of a group has the unit of its format from its first reading on, and a corrected one at once', () => {
  const noted: KnownSignal[] = [];
  const site = siteOf({
    inputs: [{ topic: 'plant/#', fields: 'all' }],
    groups: { pumps: { series: ['plant-a-temp', 'plant-b-temp'] } },
    tuning,
  });
  const world = new World(site, { signals: new KnownSignals([], (signal) => noted.push(signal)) });
  const send = (i: number, unit: string): void => {
    for (const pump of ['a', 'b'])
      world.send(`plant/${pump}`, { name: 'temp', value: 20 + Math.sin(i), unit }, { receivedAt: T + i * 10_000 });
  };
  for (let i = 0; i < 5; i++) send(i, '°F');
  // By its name it would be in °C.
  expect(unitsOf(world, 'plant-a-temp')).toEqual(['°F']);
  for (let i = 5; i < 10; i++) send(i, 'K');
  expect(unitsOf(world, 'plant-a-temp')).toEqual(['°F', 'K']);
  expect(unitsOf(world, 'pumps').at(-1)).toBe('K');
  expect(noted.map(({ slug, facts: { unit } }) => `${slug} ${unit}`)).toEqual([
    'plant-a-temp °F',
    'plant-b-temp °F',
    'plant-a-temp K',
    'plant-b-temp K',
  ]);
  expect(world.notes.filter(({ message }) => message.includes('another unit')).map(({ fields }) => fields)).toEqual([
    { series: 'plant-a-temp', unit: '°F' },
    { series: 'plant-b-temp', unit: '°F' },
    { series: 'plant-a-temp', unit: 'K' },
    { series: 'plant-b-temp', unit: 'K' },
  ]);
  world.stop();
});

test('a corrected range holds from the next reading on', () => {
  const world = new World(siteOf({ inputs: [{ topic: 'homie/#', fields: 'all' }], tuning }));
  const describe = (format: string): void => {
    const properties = { level: { datatype: 'float', unit: 'm', format } };
    world.send('homie/5/tank/$description', { nodes: { n: { properties } } }, { receivedAt: T, retained: true });
  };
  let i = 0;
  const send = (value: number): void => {
    world.send('homie/5/tank/n/level', String(value), { receivedAt: T + i++ * 10_000 });
  };
  const faults = () =>
    world.events
      .filter(({ anomaly, phase }) => anomaly.kind === 'sensor' && phase === 'opened')
      .map(({ anomaly }) => anomaly.reason);
  describe('0:10');
  for (let k = 0; k < 60; k++) send(8 + Math.sin(k));
  describe('0:8.5');
  for (let k = 0; k < 60; k++) send(8 + Math.sin(k));
  expect(faults()[0]).toContain('8.5 m');
  const before = faults().length;
  describe('0:100');
  for (let k = 0; k < 60; k++) send(8 + Math.sin(k));
  expect(faults()).toHaveLength(before);
  world.stop();
});

test('a message that states no unit, or that the value is no signal, leaves the unit as it is', () => {
  const world = new World(siteOf({ inputs: [{ topic: 'zigbee2mqtt/#', fields: 'all' }], tuning }));
  const send = (i: number, payload: object): void => {
    world.send('zigbee2mqtt/plug', payload, { receivedAt: T + i * 10_000 });
  };
  for (let i = 0; i < 5; i++) send(i, { power: 12 + i, voltage: 230 + i });
  for (let i = 5; i < 9; i++) send(i, { voltage: 230 + i });
  expect(unitsOf(world, 'plug-voltage')).toEqual(['V']);
  expect(world.answers.filter(({ series }) => series === 'plug-voltage')).toHaveLength(9);
  world.stop();
});

/** A tank whose level Homie describes: `send` gives readings near 8, `describe` publishes the retained description again. */
function tank(rest: Readonly<Record<string, unknown>> = {}) {
  const world = new World(siteOf({ inputs: [{ topic: 'homie/#', fields: 'all' }], tuning, ...rest }));
  let i = 0;
  return {
    world,
    describe: (unit: string, format = '0:10'): void => {
      const properties = { level: { datatype: 'float', unit, format } };
      world.send('homie/5/tank/$description', { nodes: { n: { properties } } }, { receivedAt: T, retained: true });
    },
    send: (count: number, value: (k: number) => number = (k) => 8 + Math.sin(k)): void => {
      for (let k = 0; k < count; k++, i++)
        world.send('homie/5/tank/n/level', String(value(i)), { receivedAt: T + i * 10_000 });
    },
    corrections: () => world.notes.filter(({ message }) => message.includes('another unit')).length,
  };
}
const LEVEL = 'tank-n-level';

test('a description that is republished after its unit was corrected changes the unit, and nothing that was learned', () => {
  const [plain, corrected] = [tank(), tank()];
  for (const { describe, send } of [plain, corrected]) {
    describe('ft');
    send(60);
  }
  corrected.describe('m');
  for (const { send } of [plain, corrected]) send(60);
  corrected.describe('m'); // as at each start of the device, or of the broker
  for (const { send } of [plain, corrected]) send(60);
  expect(corrected.corrections()).toBe(1);
  expect(unitsOf(corrected.world, LEVEL)).toEqual(['ft', 'm']);
  // No reset: it scores each reading as the stream without a correction, and its warm-up is over once.
  expect(corrected.world.answers).toEqual(plain.world.answers);
  expect(corrected.world.answers.at(-1)?.score).not.toBeNull();
  const ready = corrected.world.states.findIndex(({ phase }) => phase === 'ready');
  expect(ready).toBeGreaterThan(0);
  expect(corrected.world.states.slice(ready).every(({ phase }) => phase === 'ready')).toBe(true);
  expect(corrected.world.notes.filter(({ message }) => message === 'new series')).toHaveLength(1);
  // The next alert.
  corrected.send(20, () => 5);
  const opened = corrected.world.events.find(({ phase }) => phase === 'opened');
  expect(opened?.anomaly.reason).toMatch(/ 5 m\b/);
  expect(opened?.anomaly.reason).not.toContain('ft');
  for (const { world } of [plain, corrected]) world.stop();
});

test('a unit that the operator has corrected in the site file holds against each description of the device', () => {
  const own = { topic: 'homie/5/tank/n/level', name: LEVEL, unit: 'm' };
  const { world, describe, send, corrections } = tank({ inputs: [{ topic: 'homie/#', fields: 'all' }, own] });
  describe('ft');
  send(60);
  describe('ft', '0:9.5');
  send(60);
  describe('inch');
  send(60);
  send(20, () => 5);
  expect(unitsOf(world, LEVEL)).toEqual(['m']);
  expect(corrections()).toBe(0);
  expect(world.events.find(({ phase }) => phase === 'opened')?.anomaly.reason).toMatch(/ 5 m\b/);
  world.stop();
});
