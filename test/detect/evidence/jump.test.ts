import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Jump } from '../../../src/detect/evidence/jump.ts';
import { Memory } from '../../../src/math/memory.ts';

function jumpOf(steps: Iterable<number>, normal = true): { jump: Jump; memory: Memory } {
  const memory = new Memory();
  const jump = new Jump(memory);
  for (const dx of steps) jump.learn(dx, normal);
  return { jump, memory };
}
/** So many steps of one size, up and down. */
const steps = (count: number, size: number): number[] =>
  Array.from({ length: count }, (_, t) => (t % 2 ? size : -size));
/** The size of a step when the usual one is s. */
const sizeFor = (dx: number, s: number): number => 1.5 * Math.log1p(dx / s);

test('where steps are 2, a step of 6 is 1.5 ln 4, up and down alike', () => {
  const { jump } = jumpOf(steps(200, 2));
  expect(jump.size(6)).toBeCloseTo(1.5 * Math.log(4), 12);
  expect(jump.size(-6)).toBe(jump.size(6));
  expect(jump.size(0)).toBe(0);
});

test('a spike of a thousand is worse than one of thirty, by 1.5 ln of their ratio', () => {
  const { jump } = jumpOf(steps(200, 1));
  expect(jump.size(1000) - jump.size(30)).toBeCloseTo(1.5 * Math.log(1001 / 31), 12);
});

test('of a few steps, or of none but zeros, nothing is large', () => {
  expect(jumpOf(steps(20, 2)).jump.size(1e9)).toBe(0);
  expect(jumpOf(steps(500, 0)).jump.size(1e9)).toBe(0);
});

test('after 500 zeros the first step counts in full: its square is averaged over the last 100 steps', () => {
  const { jump } = jumpOf([...steps(500, 0), 10]);
  expect(jump.size(10)).toBeCloseTo(sizeFor(10, Math.sqrt(10 ** 2 / 100)), 12);
});

test('the first 50 steps count in full, however wild; a later one counts as 6 deviations', () => {
  const early = jumpOf([...steps(49, 1), 100]).jump; // mean square (49 + 10000) / 50
  early.learn(0, true); // the 51st step: from now on there is a size
  expect(early.size(1)).toBeCloseTo(sizeFor(1, Math.sqrt((49 + 10_000) / 51)), 12);
  const late = jumpOf([...steps(50, 1), 100]).jump; // mean square (50 + 36) / 51
  expect(late.size(1)).toBeCloseTo(sizeFor(1, Math.sqrt((50 + 36) / 51)), 12);
});

test('after a calm a usual step is no spike: it is measured by half the size of old ones at least', () => {
  const { jump } = jumpOf([...steps(1000, 2), ...steps(1000, 0.001)]);
  expect(jump.size(2)).toBeGreaterThan(sizeFor(2, 2));
  expect(jump.size(2)).toBeLessThan(sizeFor(2, 0.5));
});

test('in a storm a step is measured by the steps of late: 20 is as usual there as 2 was before', () => {
  const { jump } = jumpOf([...steps(1000, 2), ...steps(1000, 20)]);
  expect(jump.size(20)).toBeCloseTo(sizeFor(2, 2), 1);
});

test('one wild step hardly widens the scale: a usual one is still four fifths of its size', () => {
  const { jump } = jumpOf([...steps(1000, 2), 1e9]);
  expect(jump.size(2)).toBeGreaterThan(0.8 * sizeFor(2, 2));
});

test('what is not normal says nothing of what is usual in the long run', () => {
  const { jump } = jumpOf(steps(1000, 2));
  for (const dx of [...steps(2000, 50), ...steps(2000, 0)]) jump.learn(dx, false);
  expect(jump.size(2)).toBeCloseTo(sizeFor(2, 1), 6); // half of the old 2
});

test('whatever comes, the size is finite and not below 0', () => {
  const garbage = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, 1e300, Infinity, -Infinity));
  fc.assert(
    fc.property(fc.array(garbage, { maxLength: 100 }), garbage, (wild, dx) => {
      const { jump } = jumpOf([...steps(60, 1), ...wild]);
      expect(jump.size(dx)).toBeGreaterThanOrEqual(0);
      expect(jump.size(dx)).toBeLessThan(100);
    }),
  );
});

test('asking changes nothing', () => {
  const { jump, memory } = jumpOf(steps(200, 2));
  const before = memory.toBytes();
  jump.size(50);
  expect(memory.toBytes()).toEqual(before);
});
