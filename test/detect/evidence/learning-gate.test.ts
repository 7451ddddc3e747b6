import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LearningGate } from '../../../src/detect/evidence/learning-gate.ts';
import { Memory } from '../../../src/math/memory.ts';

const guardOf = (patience: number): LearningGate => new LearningGate(new Memory(), 'gate', patience);
/** For each reading, in turn, whether it may teach. */
const admitted = (gate: LearningGate, anomalous: readonly boolean[]): boolean[] =>
  anomalous.map((each) => gate.admits(each));
const row = (count: number): boolean[] => new Array<boolean>(count).fill(true);

test('with a patience of 3 the first three anomalous readings teach nothing, and of those after them every second teaches', () => {
  const taught = admitted(guardOf(3), row(9)).flatMap((teaches, i) => (teaches ? [i + 1] : []));
  expect(taught).toEqual([4, 6, 8]);
});

test('a reading in order takes one off the count and no more: a fault that now and then looks normal wears the patience out', () => {
  const gate = guardOf(3);
  // counted            1     2     3      2      3     4
  expect(admitted(gate, [true, true, true, false, true, true])).toEqual([false, false, false, true, false, true]);
});

test('as many in order as there were anomalous ones, and all is forgotten; more are not saved up', () => {
  const gate = guardOf(3);
  admitted(gate, [true, true, ...new Array<boolean>(9).fill(false)]);
  expect(admitted(gate, row(4))).toEqual([false, false, false, true]);
});

test('a patience of 0 keeps nothing out', () => {
  expect(admitted(guardOf(0), row(9))).not.toContain(false);
});

test('after accept the count begins anew', () => {
  const gate = guardOf(2);
  admitted(gate, row(5));
  gate.accept();
  expect(admitted(gate, row(3))).toEqual([false, false, true]);
});

test('what is in order always teaches, and of n anomalous readings more than the patience at most half', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 200 }), fc.integer({ min: 1, max: 40 }), (anomalous, patience) => {
      const gate = guardOf(patience);
      let seen = 0;
      let taught = 0;
      for (const each of anomalous) {
        const teaches = gate.admits(each);
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

test('the count is in the memory: a restored gate goes on with it', () => {
  const memory = new Memory();
  admitted(new LearningGate(memory, 'gate', 3), row(3));
  const [after, restored] = [new Memory(), new Memory()].map((each) => ({
    memory: each,
    gate: new LearningGate(each, 'gate', 3),
  }));
  restored.memory.fromBytes(memory.toBytes());
  expect(restored.gate.admits(true)).toBe(true); // the fourth
  expect(after.gate.admits(true)).toBe(false); // the first
});
