import { describe, expect, test } from 'vitest';
import { Load } from '../../../../src/app/pipeline/load/load.ts';
import { siteOf, Tape, World } from '../../world.ts';

/** Levels after checks with these utilisations. */
function levels(shares: readonly number[]): readonly string[] {
  let next = 0;
  const load = new Load(() => shares[next++]);
  return shares.map(() => {
    load.check();
    const { learnEvery, drops } = load.level;
    return drops ? 'drops' : String(learnEvery);
  });
}

describe('the load', () => {
  test('work is reduced level by level, each after three busy checks in a row, and restored the same way', () => {
    const busy = Array<number>(12).fill(1);
    expect(levels([...busy, ...Array<number>(10).fill(0.1)])).toEqual([
      ...['1', '1', '4', '4', '4', '0', '0', '0', 'drops', 'drops', 'drops', 'drops'],
      ...['drops', 'drops', '0', '0', '0', '4', '4', '4', '1', '1'],
    ]);
  });

  test('a short backlog, and a load between busy and idle, change nothing', () => {
    expect(new Set(levels([1, 1, 0.7, 1, 1, 0.5, 0.7, 0.8, 0.85]))).toEqual(new Set(['1']));
    expect(levels([1, 1, 1, 0.8, 0.7, 0.8, 0.5, 0.5, 0.7, 0.5])).toEqual(['1', '1', ...Array<string>(8).fill('4')]);
  });
});

describe('an overloaded service', () => {
  const T = Date.UTC(2026, 0, 5);
  const TICK_MS = 5000;

  test('trains less, then not at all, then drops every second QoS 0 message and no QoS 1 message, and counts them', () => {
    const tape = new Tape();
    const world = new World(siteOf(), { ledger: tape }, [], null, { uptime: () => 0, utilisation: () => 1 });
    let n = 0;
    const sendBatch = (): void => {
      for (let i = 0; i < 100; i++) {
        const receivedAt = T + Math.floor(n / 100) * TICK_MS + i;
        world.send('s/a', String(Math.sin(n++)), {
          receivedAt,
          receipt: i % 2 === 0 ? { id: n, connection: 1 } : undefined,
        });
      }
    };
    const levels: number[] = [];
    for (let i = 0; i < 20; i++) {
      sendBatch();
      levels.push(world.view!.load().learnEvery);
    }
    // The load is checked at the start of each 100 messages; nothing is dropped in the first eight.
    const answered = world.answers.length;
    expect(answered).toBe(800 + 12 * 50 + 12 * 25);
    world.stop();
    expect(world.refused).toEqual({ overload: 300 });
    expect([...new Set(levels)]).toEqual([1, 4, 0]);
    const { readings, untrained } = world.tallies;
    expect(readings - untrained).toBe(200 + 300 / 4);
    expect(
      [...tape.entries()].flatMap(({ entry }) => (entry.kind === 'training_rate' ? [entry.learnEvery] : [])),
    ).toEqual([1, 4, 0, 0]);
    expect(world.said('warn').filter((message) => message.startsWith('CPU'))).toEqual([
      'CPU load changed: training on 1 of every 4 samples',
      'CPU load changed: no training',
      'CPU load changed: no training, and every second QoS 0 message is dropped',
    ]);
  });

  test('that recovers logs it as info', () => {
    let share = 1;
    const world = new World(siteOf(), {}, [], null, { uptime: () => 0, utilisation: () => share });
    for (let i = 0; i < 12; i++) {
      if (i === 6) share = 0;
      world.send('s/a', '1', { receivedAt: T + i * TICK_MS });
    }
    const logged = world.notes.filter(({ message }) => message.startsWith('CPU'));
    expect(logged.map(({ level }) => level)).toEqual(['warn', 'warn', 'warn', 'info']);
    expect(logged.at(-1)).toEqual({
      level: 'info',
      fields: { learnEvery: 1, drops: false },
      message: 'CPU load changed: training on every sample',
    });
  });

  test('replays the skipped training: the readings after a restart get the same scores', () => {
    const tape = new Tape();
    const send = (world: World, i: number): void => {
      world.send('s/a', String(Math.sin(i) + (i % 3) / 5), { receivedAt: T + i * 1000 });
    };
    const busy = { uptime: () => 0, utilisation: () => 1 };
    const site = siteOf({ publish: { state_every: '1s' } });
    const world = new World(site, { ledger: tape }, [], null, busy);
    const untroubled = new World(site);
    for (let i = 0; i < 60; i++) for (const each of [world, untroubled]) send(each, i);
    const again = new World(site, { ledger: tape });
    for (const each of [world, untroubled, again]) send(each, 60);
    const [skipped, trained, repeated] = [world, untroubled, again].map(({ states }) => states.at(-1)!);
    expect(repeated).toEqual(skipped);
    expect(repeated.expected).not.toBe(trained.expected);
  });
});

describe('a clock jump', () => {
  const T = Date.UTC(2026, 0, 5);

  test('of years, or of a suspend, makes no sensor silent; a sensor that stays silent is found', () => {
    let uptime = 0;
    const site = siteOf({ tuning: { warmup: 60 } });
    const world = new World(site, {}, [], null, { uptime: () => uptime, utilisation: () => 0 });
    let at = 1000; // 1970: the clock was never set
    const live = (seconds: number): void => {
      for (let i = 0; i < seconds; i++) {
        at += 1000;
        uptime += 1000;
        world.send('s/a', String(Math.sin(i)), { receivedAt: at });
        if (i % 5 === 0) world.clock$.next(at);
      }
    };
    live(200);
    at = T;
    world.clock$.next(at);
    live(100);
    at += 8 * 3_600_000; // a night
    world.clock$.next(at);
    live(100);
    expect(world.events).toEqual([]);
    const jumped = world.said('warn').filter((message) => message.startsWith('system clock'));
    expect(jumped).toHaveLength(2);
    expect(jumped[1]).toBe(
      'system clock jumped by 8 h (clock change or suspend); the gap is not counted as sensor silence',
    );
    for (let i = 0; i < 60; i++) {
      at += 5000;
      uptime += 5000;
      world.clock$.next(at);
    }
    expect(world.events[0]).toMatchObject({ phase: 'opened', anomaly: { evidence: { silent: 1 } } });
    expect(new Set(world.events.map(({ anomaly }) => anomaly.id)).size).toBe(1);
  });
});
