import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LearningGate } from '../../../src/detect/evidence/learning-gate.ts';
import { Memory } from '../../../src/math/memory.ts';

const guardOf = (patience: number): LearningGate => new LearningGate(new Memory(), 'guard', patience);
/** For each reading, in turn, whether it may teach. */
const admitted = (guard: LearningGate, odd: readonly boolean[]): boolean[] => odd.map((each) => guard.admits(each));
const row = (count: number): boolean[] => new Array<boolean>(count).fill(true);

test('with a patience of 3 the first three odd readings teach nothing, and of those after them every second teaches', () => {
  const taught = admitted(guardOf(3), row(9)).flatMap((teaches, i) => (teaches ? [i + 1] : []));
  expect(taught).toEqual([4, 6, 8]);
});

test('a reading in order takes one off the count and no more: a fault that now and then looks normal wears the patience out', () => {
  const guard = guardOf(3);
  // counted            1     2     3      2      3     4
  expect(admitted(guard, [true, true, true, false, true, true])).toEqual([false, false, false, true, false, true]);
});

test('as many in order as there were odd ones, and all is forgotten; more are not saved up', () => {
  const guard = guardOf(3);
  admitted(guard, [true, true, ...new Array<boolean>(9).fill(false)]);
  expect(admitted(guard, row(4))).toEqual([false, false, false, true]);
});

test('a patience of 0 keeps nothing out', () => {
  expect(admitted(guardOf(0), row(9))).not.toContain(false);
});

test('after accept the count begins anew', () => {
  const guard = guardOf(2);
  admitted(guard, row(5));
  guard.accept();
  expect(admitted(guard, row(3))).toEqual([false, false, true]);
});

test('what is in order always teaches, and of n odd readings more than the patience at most half', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 200 }), fc.integer({ min: 1, max: 40 }), (odd, patience) => {
      const guard = guardOf(patience);
      let seen = 0;
      let taught = 0;
      for (const each of odd) {
        const teaches = guard.admits(each);
        if (!each) expect(teaches).toBe(true);
        else {
          seen++;
          if (teaches) taught++;
        }
      }
      expect(taught).toBeLessThanOrEqual(Math.ceil(Math.max(0, seen - patience) / 2));
    }),
  );
});

test('the count is in the memory: a restored guard goes on with it', () => {
  const memory = new Memory();
  admitted(new LearningGate(memory, 'guard', 3), row(3));
  const [after, restored] = [new Memory(), new Memory()].map((each) => ({
    memory: each,
    guard: new LearningGate(each, 'guard', 3),
  }));
  restored.memory.fromBytes(memory.toBytes());
  expect(restored.guard.admits(true)).toBe(true); // the fourth
  expect(after.guard.admits(true)).toBe(false); // the first
});
