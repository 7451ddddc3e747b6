import { expect, test } from 'vitest';
import { thisProcess, workOfThread } from '../../../src/app/service/this-process.ts';

test('a thread that waits is busy and does not work; one that computes works', () => {
  const { utilisation } = thisProcess();
  const work = workOfThread();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500); // as long as it lasts nothing else happens in this thread
  expect(utilisation()).toBeGreaterThan(0.9);
  expect(work()).toBeLessThan(0.5);

  const before = { at: performance.now(), cpu: process.cpuUsage().user };
  while (process.cpuUsage().user - before.cpu < 100_000);
  const share = (process.cpuUsage().user - before.cpu) / 1000 / (performance.now() - before.at);
  const measured = work();
  expect(measured).toBeGreaterThan(0.5 * share); // on a machine with other work its share of a core is small
  expect(measured).toBeLessThanOrEqual(1);
});
