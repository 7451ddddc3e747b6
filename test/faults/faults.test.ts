import { setTimeout as sleep } from 'node:timers/promises';
import { test as base, describe, expect } from 'vitest';
import { Random } from '../../src/math/random.ts';
import { eventually } from '../integration/programs/program.ts';
import { count } from './count.ts';
import { HOSTILE } from './hostile.ts';
import { startRig } from './rig.ts';
import type { Rig } from './rig.ts';
import { soak } from './soak.ts';

const EXACTLY_ONCE = { lost: 0, twice: 0, unexpectedExits: 0 };

/** Written sooner than by default, as tests wait for the end of it. */
const SITE = { commit: { every: '1s' } };

const test = base.extend<{ site: Readonly<Record<string, unknown>>; rig: Rig }>({
  site: SITE,
  rig: async ({ site }, use) => {
    const rig = await startRig({ site });
    await use(rig);
    await rig.remove();
  },
});

/** What became of messages 0 to n - 1, when all that the broker still holds has arrived. */
async function outcome({ child, directory, settled }: Rig, n: number) {
  await settled(n);
  await child.stop();
  return { ...count(directory, n), unexpectedExits: child.unexpectedExits };
}

test('killed 8 times at any moment (SIGKILL), it has each message of the broker exactly once', async ({ rig }) => {
  const random = new Random(7);
  const sent = rig.pump.send(4000, { rate: 500 });
  for (let kill = 0; kill < 8; kill++) {
    await sleep(100 + 500 * random.uniform());
    await rig.child.kill();
    await rig.child.start();
  }
  await sent;
  expect(await outcome(rig, 4000)).toEqual(EXACTLY_ONCE);
});

// These wait most of the time.
describe.concurrent('the link', () => {
  test('reset under load, 6 times: each message exactly once', async ({ rig }) => {
    const sent = rig.pump.send(3000, { rate: 500 });
    for (let cut = 0; cut < 6; cut++) {
      await sleep(800);
      rig.link.cut();
    }
    await sent;
    expect(await outcome(rig, 3000)).toEqual(EXACTLY_ONCE);
  });

  test('half open: the keepalive finds it, and the next connection has each message exactly once', async ({ rig }) => {
    await rig.pump.send(500, { rate: 500 });
    expect(rig.link.connections).toBe(1);
    rig.link.silence();
    await rig.pump.send(1000, { rate: 500 });
    expect(await outcome(rig, 1500)).toEqual(EXACTLY_ONCE);
    expect(rig.link.connections).toBe(2);
  });

  test('refused for 3 s: each message exactly once', async ({ rig }) => {
    const sent = rig.pump.send(2500, { rate: 500 });
    await sleep(500);
    rig.link.refusing = true;
    rig.link.cut();
    await sleep(3000);
    rig.link.refusing = false;
    await sent;
    expect(await outcome(rig, 2500)).toEqual(EXACTLY_ONCE);
  });
});

describe.concurrent('the broker, with persistence', () => {
  test('restarted 3 times under load: each message exactly once', async ({ rig }) => {
    const sent = rig.pump.send(3000, { rate: 500 });
    for (let restart = 0; restart < 3; restart++) {
      await sleep(1200);
      await rig.broker.restart();
    }
    await sent;
    expect(await outcome(rig, 3000)).toEqual(EXACTLY_ONCE);
  });

  test('restarted twice while the service is down: each message exactly once', async ({ rig }) => {
    const sent = rig.pump.send(2500, { rate: 500 });
    for (let restart = 0; restart < 2; restart++) {
      await sleep(800);
      await rig.child.kill();
      await sleep(300);
      await rig.broker.restart();
      await sleep(300);
      await rig.child.start();
    }
    await sent;
    expect(await outcome(rig, 2500)).toEqual(EXACTLY_ONCE);
  });

  test('has 5,000 messages for a service that was down: each is taken in exactly once', async ({ rig }) => {
    await rig.child.stop();
    await rig.pump.send(5000);
    await rig.child.start();
    expect(await outcome(rig, 5000)).toEqual(EXACTLY_ONCE);
  });
});

describe('SIGTERM with messages that are not written yet', () => {
  // Fewer than a broker sends ahead of acknowledgements: nothing calls for a transaction before the interval is over.
  // Without a keepalive nothing but the service itself ends its wait for the broker.
  const waiting = test.extend({ site: { commit: { every: '10m' }, mqtt: { keepalive: '0s' } } });

  const outage = async (rig: Rig, happen: () => void | Promise<void>): Promise<void> => {
    await rig.pump.send(10);
    await eventually(() => rig.child.stats?.readings === 20); // `seq` and `v` of each
    expect(count(rig.directory, 10)).toEqual({ lost: 10, twice: 0 });
    await happen();
    await rig.child.stop();
    expect(count(rig.directory, 10)).toEqual({ lost: 0, twice: 0 });
    expect(rig.child.unexpectedExits).toBe(0);
  };

  waiting('when the broker is gone: it ends, and each is written', async ({ rig }) => {
    await outage(rig, () => rig.broker.kill());
  });

  waiting('when the broker does not answer: it ends, and each is written', async ({ rig }) => {
    await outage(rig, () => {
      rig.broker.freeze();
    });
  });
});

test('whatever comes between them, each good message is read exactly once, and the service goes on', async ({
  rig,
}) => {
  const { pump, child } = rig;
  for (const { payload, topic = 'd0/t', retain } of HOSTILE) {
    await pump.send(5);
    await pump.sendOther(`faults/${topic}`, payload, retain);
  }
  await pump.send(5);
  expect(await outcome(rig, 5 * (HOSTILE.length + 1))).toEqual(EXACTLY_ONCE);
  // Also at the next start, when the journal is replayed and retained messages arrive again.
  await child.start();
  await pump.send(5);
  expect(await outcome(rig, 5 * (HOSTILE.length + 2))).toEqual(EXACTLY_ONCE);
});

test('kills, resets and restarts of the broker in turn for 20 s: each message exactly once', async () => {
  const load = { sec: 20, rate: 500, devices: 50, everySec: 2, site: SITE };
  expect(await soak({ ...load, chaos: ['kill', 'cut', 'broker'] })).toMatchObject(EXACTLY_ONCE);
});
