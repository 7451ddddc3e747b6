import { expect, test } from 'vitest';
import { ServiceThreads, threadsFor } from '../../../src/app/service/threads.ts';

/** Threads of a site with `workers: auto`, on a machine with so many cores; none is started. */
function auto(cores: number, begins = true) {
  let load = 0;
  let asked = 0;
  const threads = new ServiceThreads({
    simd: true,
    log: () => undefined,
    onLost: () => undefined,
    onBusy: () => {
      asked++;
      return begins;
    },
    utilisation: () => load,
    cores,
  });
  threads.use({ workers: 'auto' });
  return {
    threads,
    asked: () => asked,
    checks: (times: number, share: number) => {
      load = share;
      for (let i = 0; i < times; i++) threads.check();
    },
  };
}

test('one core has no threads; two have two, more have one for each but the first, at most 8', () => {
  expect([1, 2, 3, 4, 8, 64].map(threadsFor)).toEqual([0, 2, 2, 3, 7, 8]);
});

test('auto has no thread, and none at a load that one thread bears', () => {
  const { threads, checks, asked } = auto(4);
  checks(1000, 0.55);
  for (let i = 0; i < 10; i++) {
    checks(11, 0.95); // a backlog after a reconnect
    checks(1, 0.2);
  }
  expect(asked()).toBe(0);
  expect(threads.current).toBeNull();
  expect(threads.fits({ workers: 'auto' })).toBe(true);
});

test('auto wants threads after a minute of high load, and from then on', () => {
  const { threads, checks, asked } = auto(4);
  checks(12, 0.7);
  expect(asked()).toBe(1);
  expect(threads.fits({ workers: 'auto' })).toBe(false);
  expect(threads.fits({ workers: 3 })).toBe(false);
  expect(threads.fits({ workers: 'off' })).toBe(true);
});

test('where the streams cannot be saved, auto asks again at the next check', () => {
  const { threads, checks, asked } = auto(4, false);
  checks(14, 0.7);
  expect(asked()).toBe(3);
  expect(threads.fits({ workers: 'auto' })).toBe(true);
});
