import { expect, test } from 'vitest';
import { fleetFaults, rebalance } from './fleet.ts';

test('workers are killed and replaced: every reading counts once, with the bits of one service, and every alert comes once', async () => {
  const messages = 3000;
  const result = await fleetFaults({
    workers: 3,
    partitions: 8,
    streams: 40,
    messages,
    rate: 300,
    everyMs: 2000,
    faults: ['kill', 'upgrade'],
    checkpointSec: 2,
    namespaces: false,
  });
  expect(result).toMatchObject({
    ...{ stored: messages, counted: messages, streams: 40, misplaced: 0, differing: 0 },
    ...{ alertsMissing: 0, alertsTwice: 0 },
  });
  expect(result.alerts).toBeGreaterThan(80);
  expect(result.takeovers.length).toBeGreaterThan(0);
  expect(result.upgrades).toBeGreaterThan(0);
  expect(new Set(result.codes)).toEqual(new Set([0]));
  for (const { takenMs } of result.takeovers) expect(takenMs).toBeLessThan(Infinity);
});

test('the nats-server is killed and started again: every reading counts once, and every alert comes once', async () => {
  const messages = 3000;
  const result = await fleetFaults({
    ...{ workers: 2, partitions: 4, streams: 40, messages, rate: 300, everyMs: 4000 },
    ...{ faults: ['server'], checkpointSec: 2, namespaces: false },
  });
  // The outages are entries of the stream as well, which the one service does not have: the bits may differ.
  expect(result).toMatchObject({ counted: messages, streams: 40, misplaced: 0, alertsMissing: 0, alertsTwice: 0 });
  expect(result.servers).toBeGreaterThan(1);
  expect(result.alerts).toBeGreaterThan(80);
  expect(new Set(result.codes)).toEqual(new Set([0]));
});

test('workers are upgraded one after the other under load: no reading is lost, and no alert comes twice', async () => {
  const messages = 3000;
  const result = await fleetFaults({
    ...{ workers: 3, partitions: 8, streams: 40, messages, rate: 300, everyMs: 1500 },
    ...{ faults: ['upgrade'], checkpointSec: 10, namespaces: false },
  });
  expect(result).toMatchObject({
    ...{
      stored: messages,
      counted: messages,
      streams: 40,
      misplaced: 0,
      differing: 0,
      alertsMissing: 0,
      alertsTwice: 0,
    },
  });
  expect(result.upgrades).toBeGreaterThanOrEqual(3);
  expect(new Set(result.codes)).toEqual(new Set([0]));
});

test('partitions are shared anew when workers come: none idle, none with more than its share', async () => {
  const { shares } = await rebalance(10, 3, 30_000);
  expect(shares).toEqual([3, 3, 4]);
});
