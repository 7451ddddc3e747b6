import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Turns } from '../../../src/io/nats/turns.ts';

test('one piece of work in each turn of the event loop, in order, and urgent ones first', async () => {
  const turns = new Turns();
  const done: string[] = [];
  const work = (name: string, urgent?: boolean): void => {
    void turns.next(urgent).then(() => done.push(name));
  };
  work('a');
  work('b');
  work('checkpoint', true);
  expect(done).toEqual([]);
  const after: number[] = [];
  for (let i = 0; i < 4; i++) {
    await turn();
    after.push(done.length);
  }
  expect(done).toEqual(['checkpoint', 'a', 'b']);
  // The timers and the socket had their turn between any two of them.
  after.forEach((count, i) => {
    expect(count - (after[i - 1] ?? 0)).toBeLessThanOrEqual(1);
  });
});

test('two partitions that always have more to do take turns', async () => {
  const turns = new Turns();
  const slices: string[] = [];
  const partition = async (name: string): Promise<void> => {
    for (let i = 0; i < 3; i++) {
      await turns.next();
      slices.push(name);
    }
  };
  await Promise.all([partition('a'), partition('b')]);
  expect(slices).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
});
