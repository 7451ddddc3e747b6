import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Guard } from '../../src/detect/guard.ts';
import { Memory } from '../../src/math/memory.ts';

const guardOf = (patience: number): Guard => new Guard(new Memory(), 'guard', patience);
/** For each reading, in turn, whether it may teach. */
const admitted = (guard: Guard, odd: readonly boolean[]): boolean[] => odd.map((each) => guard.admits(each));
const row = (count: number): boolean[] => new Array<boolean>(count).fill(true);

test('with a patience of 3 the first three odd readings teach nothing, and of those after them every fourth teaches', () => {
  const taught = admitted(guardOf(3), row(16)).flatMap((teaches, i) => (teaches ? [i + 1] : []));
  expect(taught).toEqual([7, 11, 15]);
});

test('a reading in order ends the row: the next odd ones are the first again', () => {
  const guard = guardOf(3);
  admitted(guard, row(6));
  expect(admitted(guard, [false, true, true, true, true])).toEqual([true, false, false, false, false]);
});

test('a patience of 0 keeps nothing out', () => {
  expect(admitted(guardOf(0), row(9))).not.toContain(false);
});

test('after accept a row begins anew', () => {
  const guard = guardOf(2);
  admitted(guard, row(5));
  guard.accept();
  expect(admitted(guard, row(6))).toEqual([false, false, false, false, false, true]);
});

test('what is in order always teaches, and of a row of n odd readings as many as (n - patience) / 4, whole', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 200 }), fc.integer({ min: 1, max: 40 }), (odd, patience) => {
      const guard = guardOf(patience);
      let inRow = 0;
      let taught = 0;
      for (const each of odd) {
        if (!each) inRow = taught = 0;
        const teaches = guard.admits(each);
        if (!each) {
          expect(teaches).toBe(true);
          continue;
        }
        inRow++;
        if (teaches) taught++;
        expect(taught).toBe(Math.floor(Math.max(0, inRow - patience) / 4));
      }
    }),
  );
});

test('the row is in the memory: a restored guard goes on in it', () => {
  const memory = new Memory();
  admitted(new Guard(memory, 'guard', 3), row(6));
  const [after, restored] = [new Memory(), new Memory()].map((each) => ({
    memory: each,
    guard: new Guard(each, 'guard', 3),
  }));
  restored.memory.fromBytes(memory.toBytes());
  expect(restored.guard.admits(true)).toBe(true); // the seventh
  expect(after.guard.admits(true)).toBe(false); // the first
});
