import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JointEvidence } from '../../../src/detect/evidence/joint-evidence.ts';
import { Memory } from '../../../src/math/memory.ts';

const numbers = (e: readonly number[]): Float64Array => Float64Array.from(e);

/** The evidence of a group whose usual squares are those of `usual`: the first reading is the mean of all. */
function groupOf(usual: readonly number[]) {
  const memory = new Memory();
  const joint = new JointEvidence(memory, usual.length);
  const learn = (e: readonly number[], times = 1, present = usual.map(() => 1)): void => {
    for (let i = 0; i < times; i++) joint.learn(numbers(e), Uint8Array.from(present));
  };
  learn(usual);
  return { memory, joint, learn, of: (...e: number[]) => joint.of(numbers(e)) };
}

const evidence = fc.double({ min: 0, max: 50, noNaN: true });
const usual = fc.double({ min: 0, max: 1, noNaN: true });

test('a group of one has its own evidence', () => {
  fc.assert(
    fc.property(usual, evidence, (m, e) => {
      expect(groupOf([m]).of(e)).toBeCloseTo(e, 12); // the root of a square
    }),
  );
});

describe('the squares of the evidence, less the usual ones, add up', () => {
  // 0.5 is usual in all three series: m = 0.25.
  const group = groupOf([0.5, 0.5, 0.5]);

  test.each([
    ['one above the usual', [0.9, 0.5, 0.1], 0.9], // sqrt(0.56) is less
    ['two above the usual', [0.9, 0.9, 0.5], Math.sqrt(1.12)], // 2 (0.81 - 0.25)
    ['three above the usual', [0.9, 0.9, 0.7], Math.sqrt(1.36)], // and 0.49 - 0.25
    ['all as usual', [0.5, 0.5, 0.5], 0.5],
    ['none', [0, 0, 0], 0],
  ])('%s', (_, e, joint) => {
    expect(group.of(...e)).toBeCloseTo(joint, 12);
  });

  test('nothing is usual before the first reading', () => {
    expect(new JointEvidence(new Memory(), 2).of(numbers([3, 4]))).toBe(5);
  });
});

test('it is at least the largest and at most the root of all squares, in any order of the series', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(usual, evidence), { minLength: 1, maxLength: 12 }), (pairs) => {
      const of = (all: typeof pairs): number => groupOf(all.map(([m]) => m)).of(...all.map(([, e]) => e));
      const joint = of(pairs);
      expect(joint).toBeGreaterThanOrEqual(Math.max(...pairs.map(([, e]) => e)));
      expect(joint).toBeLessThanOrEqual(Math.hypot(...pairs.map(([, e]) => e)) + 1e-9);
      expect(of(pairs.toReversed())).toBeCloseTo(joint, 9);
    }),
  );
});

test('more evidence of a series never makes it less', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(usual, evidence, evidence), { minLength: 1, maxLength: 6 }), (all) => {
      const group = groupOf(all.map(([m]) => m));
      const less = group.of(...all.map(([, e]) => e));
      expect(group.of(...all.map(([, e, more]) => e + more))).toBeGreaterThanOrEqual(less);
    }),
  );
});

test('the series with the most evidence leads, of equal ones the first', () => {
  const group = groupOf([0, 0.9, 0]);
  group.of(0.2, 0.8, 0.3);
  expect(group.joint.leading).toBe(1); // also if that much is usual
  group.of(0.1, 0, 0.1);
  expect(group.joint.leading).toBe(0);
});

describe('learning', () => {
  test('the usual square is the mean of the first 2,000, whatever their order', () => {
    const group = groupOf([0, 0]);
    group.learn([0.6, 0], 1); // m = 0.36 / 2
    expect(group.of(0.6, 0.5)).toBeCloseTo(Math.max(0.6, Math.sqrt(0.18 + 0.25)), 12);
    group.learn([0, 0], 2); // m = 0.36 / 4
    expect(group.of(0.6, 0.5)).toBeCloseTo(Math.sqrt(0.27 + 0.25), 12);
  });

  test('an alarm counts as evidence of 1: one that lasts does not make all alarms usual', () => {
    const group = groupOf([0, 0]);
    group.learn([40, 40], 10_000);
    // m is at most 1.
    expect(group.of(3, 3)).toBeGreaterThanOrEqual(4);
    expect(group.of(3, 3)).toBeLessThan(4.01);
  });

  test('after that the last 2,000 readings count most: what became usual no longer adds up, and does again when it is over', () => {
    const group = groupOf([0, 0]);
    const before = group.of(0.9, 0.9);
    group.learn([0.9, 0.9], 10_000);
    expect(group.of(0.9, 0.9)).toBe(0.9);
    group.learn([0, 0], 10_000);
    expect(group.of(0.9, 0.9)).toBeCloseTo(before, 1);
  });

  test('a usual square is that of the readings of a week: at a reading a second 10,000 of them are not yet usual alone', () => {
    const [, e, week] = [0, numbers([0.9, 0.9]), 604_800];
    const joint = new JointEvidence(new Memory(), 2);
    for (let t = 0; t < 10_000; t++) joint.learn(numbers([0, 0]), Uint8Array.of(1, 1), week);
    for (let t = 0; t < 10_000; t++) joint.learn(e, Uint8Array.of(1, 1), week);
    expect(joint.of(e)).toBeCloseTo(Math.max(0.9, Math.sqrt(2 * (0.81 - 0.405))), 9); // a mean of all: half of 0.81
  });

  test('a missing series has evidence 0 and learns nothing', () => {
    const [group, other] = [groupOf([0.5, 0.5]), groupOf([0.5, 0.5])];
    group.learn([0.1, 0], 500, [1, 0]);
    other.learn([0.1, 0.5], 500);
    expect(group.of(0, 0.9)).toBe(other.of(0, 0.9));
    for (const { of } of [group, other]) expect(of(0.9, 0.9)).toBeCloseTo(Math.sqrt(0.81 - 0.0104 + 0.56), 3);
  });

  test('a question changes nothing that is learned', () => {
    const group = groupOf([0.5, 0.7]);
    const before = group.memory.toBytes();
    group.of(9, 9);
    expect(group.memory.toBytes()).toEqual(before);
  });
});

test('when the series of the group change, each keeps what is usual for it, and for a new one nothing is', () => {
  const past = groupOf([0.2, 0.5, 0.8]);
  past.learn([0.2, 0.5, 0.8], 99);
  const memory = new Memory();
  const joint = new JointEvidence(memory, 3);
  memory.takeOver(past.memory, [2, -1, 0]); // the third, a new one, the first
  expect(joint.of(numbers([0.9, 0.9, 0.9]))).toBeCloseTo(Math.sqrt(0.81 - 0.64 + 0.81 + 0.81 - 0.04), 12);
  joint.learn(numbers([0, 0, 0]), Uint8Array.of(1, 1, 1)); // the hundred readings before count too
  expect(joint.of(numbers([0.9, 0, 0.9]))).toBeCloseTo(
    Math.sqrt(0.81 - (0.64 * 100) / 101 + 0.81 - (0.04 * 100) / 101),
    12,
  );
});
