import { describe, expect, test } from 'vitest';
import { Load } from '../../../src/app/pipeline/load.ts';
import { siteOf, Tape, World } from '../world.ts';

/** Levels after looks at these shares of the time. */
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
  test('what is given up goes step by step, each after three busy looks in a row, and comes back the same way', () => {
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

describe('a service that has more to do than it can', () => {
  const T = Date.UTC(2026, 0, 5);
  const BEAT = 5000;

  test('learns less, then nothing, then leaves every other message of QoS 0 and none of QoS 1, and tells how many', () => {
    const tape = new Tape();
    const world = new World(siteOf(), { ledger: tape }, [], null, { uptime: () => 0, utilisation: () => 1 });
    let n = 0;
    const beat = (): void => {
      for (let i = 0; i < 100; i++) {
        const receivedAt = T + Math.floor(n / 100) * BEAT + i;
        world.send('s/a', String(Math.sin(n++)), {
          receivedAt,
          receipt: i % 2 === 0 ? { id: n, connection: 1 } : undefined,
        });
      }
    };
    for (let i = 0; i < 20; i++) beat();
    // Looks are at the beginning of each 100; nothing is dropped in the first eight.
    const answered = world.answers.length;
    expect(answered).toBe(800 + 12 * 50 + 12 * 25);
    world.stop();
    expect(world.refused).toEqual({ overload: 300 });
    const told = world.healths.map(({ learning }) => learning);
    expect(told.slice(0, 3)).toEqual(['full', 'reduced', 'off']);
    const { readings, untrained: unlearned } = world.healths.at(-1)!;
    expect(readings - unlearned).toBe(200 + 300 / 4);
    expect(
      [...tape.entries()].flatMap(({ entry }) => (entry.kind === 'training_rate' ? [entry.learnEvery] : [])),
    ).toEqual([1, 4, 0, 0]);
  });

  test('what it spared is spared when it is gone through again: what comes next is judged alike', () => {
    const tape = new Tape();
    const say = (world: World, i: number): void => {
      world.send('s/a', String(Math.sin(i) + (i % 3) / 5), { receivedAt: T + i * 1000 });
    };
    const busy = { uptime: () => 0, utilisation: () => 1 };
    const site = siteOf({ publish: { state_every: '1s' } });
    const world = new World(site, { ledger: tape }, [], null, busy);
    const eager = new World(site);
    for (let i = 0; i < 60; i++) for (const each of [world, eager]) say(each, i);
    const again = new World(site, { ledger: tape });
    for (const each of [world, eager, again]) say(each, 60);
    const [spared, learned, repeated] = [world, eager, again].map(({ states }) => states.at(-1)!);
    expect(repeated).toEqual(spared);
    expect(repeated.expected).not.toBe(learned.expected);
  });
});

describe('a clock that leaps', () => {
  const T = Date.UTC(2026, 0, 5);

  test('by years, or while the machine slept, makes no sensor silent; one that stays silent is found', () => {
    let uptime = 0;
    const site = siteOf({ tuning: { warmup: 60 } });
    const world = new World(site, {}, [], null, { uptime: () => uptime, utilisation: () => 0 });
    let at = 1000; // 1970: nobody has set it
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
    for (let i = 0; i < 60; i++) {
      at += 5000;
      uptime += 5000;
      world.clock$.next(at);
    }
    expect(world.events[0]).toMatchObject({ phase: 'opened', anomaly: { evidence: { silent: 1 } } });
    expect(new Set(world.events.map(({ anomaly }) => anomaly.id)).size).toBe(1);
  });
});
