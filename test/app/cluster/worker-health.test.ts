import { expect, test } from 'vitest';
import type { PartitionRun } from '../../../src/app/cluster/partition-run.ts';
import { viewOver } from '../../../src/app/cluster/worker-health.ts';

/** A partition, as far as the view of its worker reads it. */
const run = (view: object): PartitionRun => ({ view }) as unknown as PartitionRun;
const site = { inputs: [{}, {}] } as unknown as Parameters<typeof viewOver>[0];

test('an input is in maintenance if it is so in all partitions of the worker', () => {
  const of = (...all: boolean[]): boolean =>
    viewOver(site, () => all.map((is) => run({ inMaintenance: () => is }))).inMaintenance(0);
  expect([of(true, true), of(true, false), of(false, false)]).toEqual([true, false, false]);
});

test('messages are those of all partitions by input; the oldest snapshot and the newest time count', () => {
  const view = viewOver(site, () => [
    run({ messages: [1, 2], snapshotAgeMs: () => null, now: () => 10 }),
    run({ messages: [10, 20], snapshotAgeMs: () => 5, now: () => 30 }),
    run({ messages: [0, 0], snapshotAgeMs: () => 3, now: () => 20 }),
  ]);
  expect([...view.messages, view.snapshotAgeMs(), view.now()]).toEqual([11, 22, 5, 30]);
  const none = viewOver(site, () => []);
  expect([...none.messages, none.snapshotAgeMs(), none.now()]).toEqual([0, 0, null, -Infinity]);
});
