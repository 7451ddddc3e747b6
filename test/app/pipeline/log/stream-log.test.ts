import { describe, expect, test } from 'vitest';
import { MINUTE_MS, roomTemperature, START_AT } from '../../../room-temperature.ts';
import { siteOf, World, type NoteLine } from '../../world.ts';

const T = START_AT;
const SECOND_MS = 1000;

const infos = (world: World): readonly NoteLine[] => world.notes.filter(({ level }) => level === 'info');

describe('a series', () => {
  test('is logged once with its topic, also in a group, and not again after a restart', () => {
    const site = siteOf({ groups: { pair: { series: ['a', 'b'] } } });
    const world = new World(site);
    for (let i = 0; i < 3; i++)
      for (const name of ['a', 'b', 'c']) world.send(`s/${name}`, String(i), { receivedAt: T + i * SECOND_MS });
    expect(infos(world).map(({ message, fields }) => [message, fields])).toEqual([
      ['new series', { series: 'a', topic: 's/a' }],
      ['new series', { series: 'b', topic: 's/b' }],
      ['new series', { series: 'c', topic: 's/c' }],
    ]);
    world.stop();
    const after = new World(site, {}, world.snapshots.values());
    for (const name of ['a', 'b', 'c', 'd']) after.send(`s/${name}`, '7', { receivedAt: T + MINUTE_MS });
    expect(after.said('info').filter((message) => message === 'new series')).toEqual(['new series']);
  });

  test('that becomes ready is logged once, a group as one, and not again after a restart', () => {
    const site = siteOf({ tuning: { warmup: 20 }, groups: { pair: { series: ['a', 'b'] } } });
    const feed = (world: World, from: number, until: number): void => {
      for (let i = from; i < until; i++)
        for (const name of ['a', 'b', 'c'])
          world.send(`s/${name}`, String((i * 7) % 11), { receivedAt: T + i * MINUTE_MS });
    };
    const world = new World(site);
    feed(world, 0, 40);
    const READY = 'ready: the warm-up is over, alarms can open';
    expect(infos(world).filter(({ message }) => message === READY)).toEqual([
      { level: 'info', fields: { stream: 'pair', samples: 20, unseen: ['day', 'week'] }, message: READY },
      { level: 'info', fields: { stream: 'c', samples: 20, unseen: ['day', 'week'] }, message: READY },
    ]);
    world.stop();
    const after = new World(site, {}, world.snapshots.values());
    feed(after, 40, 50);
    expect(after.said('info')).not.toContain(READY);
  });
});

describe('an alarm', () => {
  test('is logged with its sentence when it opens and when it closes', () => {
    const course = roomTemperature(700, { from: 600, until: 604 });
    const world = new World(siteOf());
    for (const { at, value } of course) world.send('s/hall', String(value), { receivedAt: at });
    const [opened, closed] = [world.events[0].anomaly, world.events.at(-1)!.anomaly];
    const lines = infos(world).filter(({ message }) => message.startsWith('alarm '));
    expect(lines[0]).toEqual({
      level: 'info',
      fields: {
        series: 'hall',
        kind: 'process',
        severity: opened.severity,
        score: Number(opened.score.toPrecision(3)),
        id: opened.id,
        heldUntil: new Date(world.events[0].heldUntil!).toISOString(),
      },
      message: `alarm opened: ${opened.reason}`,
    });
    expect(lines.at(-1)!.message).toBe(`alarm closed: ${closed.reason}`);
    expect(lines).toHaveLength(world.events.length);
  });

  test('of a sensor that flaps is logged 20 times an hour, and one line tells that more are left out', () => {
    const world = new World(siteOf({ inputs: [{ topic: 's/+', name: '{1}', range: [0, 100] }] }));
    const flap = (from: number): void => {
      for (let i = 0; i < 200; i++) world.send('s/a', i % 2 === 0 ? '20' : '150', { receivedAt: from + i * SECOND_MS });
    };
    const alarms = (): number => infos(world).filter(({ message }) => message.startsWith('alarm ')).length;
    flap(T);
    expect(world.events.length).toBeGreaterThan(100);
    expect(alarms()).toBe(20);
    const leftOut = () => infos(world).filter(({ message }) => message.startsWith('too many alarms'));
    expect(leftOut()).toEqual([
      {
        level: 'info',
        fields: { place: 'a', lines: 20 },
        message:
          'too many alarms: further alarms of this stream are not logged for up to an hour; the database has all of them',
      },
    ]);
    flap(T + 61 * MINUTE_MS);
    expect(alarms()).toBe(40);
    expect(leftOut()).toHaveLength(2);
  });
});
