import { expect, test } from 'vitest';
import { CatchUp } from '../../../src/app/cluster/catch-up.ts';
import { LagWatch } from '../../../src/app/cluster/lag.ts';

test('a partition is late by the age of its last processed message, while others wait behind it', () => {
  const catchUp = new CatchUp();
  catchUp.open(3);
  expect([catchUp.lagMs(10_000), catchUp.pending]).toEqual([0, 3]);
  expect(catchUp.take({ at: 1000, pending: 2 })).toBe(false);
  expect(catchUp.lagMs(10_000)).toBe(9000);
  // The clock of the server may be ahead.
  expect(catchUp.lagMs(500)).toBe(0);
  expect(catchUp.take({ at: 9000, pending: 0 })).toBe(true);
  expect(catchUp.lagMs(10_000)).toBe(0);
  // It catches up once; later it may be late again.
  expect(catchUp.take({ at: 9500, pending: 1 })).toBe(false);
  expect(catchUp.take({ at: 9600, pending: 0 })).toBe(false);
  expect([catchUp.entries, catchUp.isBehind]).toEqual([4, false]);
});

test('a takeover has begun with its first message, or at once where none waits, and ends with the partition', async () => {
  const settled = (catchUp: CatchUp): Promise<string> =>
    Promise.race([catchUp.begun.then(() => 'begun'), Promise.resolve().then(() => Promise.resolve('not'))]);
  const waiting = new CatchUp();
  waiting.open(1);
  expect(await settled(waiting)).toBe('not');
  waiting.take({ at: 0, pending: 5 });
  expect(await settled(waiting)).toBe('begun');
  const empty = new CatchUp();
  empty.open(0);
  expect(await settled(empty)).toBe('begun');
  const lost = new CatchUp();
  lost.open(1);
  lost.end();
  expect(await settled(lost)).toBe('begun');
});

test('late readings are logged once in 5 minutes with their number, age and the processor time, and the end of it once', () => {
  const lines: (readonly [string, Readonly<Record<string, unknown>>, string])[] = [];
  const watch = new LagWatch({ limitMs: 60_000, log: (...line) => lines.push(line) });
  const late = { n: 3, pending: 500, lagMs: 61_000 };
  const on = { n: 4, pending: 2, lagMs: 100 };
  watch.look([on], 0, 0);
  watch.look([late, on], 5000, 4500);
  watch.look([late, on], 10_000, 9000);
  expect(lines).toHaveLength(1);
  expect(lines[0][0]).toBe('warn');
  expect(lines[0][1]).toEqual({ partitions: [3], pending: 500, lagMs: 61_000, cores: 0.9 });
  expect(lines[0][2]).toContain('start more workers');
  watch.look([late], 305_000, 9000);
  expect(lines).toHaveLength(2);
  watch.look([{ ...late, lagMs: 60_000 }], 310_000, 9000);
  watch.look([on], 315_000, 9000);
  expect(lines).toHaveLength(3);
  expect(lines[2].slice(0, 2)).toEqual(['info', { ms: 305_000 }]);
  // A new time of lateness is told at once.
  watch.look([late], 320_000, 9000);
  expect(lines).toHaveLength(4);
});
