import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockOf, BLOCKS, BlockSums, difference } from '../../../src/app/compare/blocks.ts';

const sums = (...means: readonly number[]): BlockSums => {
  const all = new BlockSums();
  means.forEach((mean, k) => {
    all.add(k, 2 * mean, 2);
  });
  return all;
};

test('every row has its block, in order, and none is much larger than another', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), (rows) => {
      const blocks = Array.from({ length: rows }, (_, row) => blockOf(row, rows));
      expect(blocks).toEqual(blocks.toSorted((a, b) => a - b));
      expect(blocks[0]).toBe(0);
      expect(blocks[rows - 1]).toBeLessThan(BLOCKS);
      const sizes = new BlockSums();
      for (const block of blocks) sizes.add(block, 0, 1);
      for (const size of sizes.counts) expect(Math.abs(size - rows / BLOCKS)).toBeLessThan(1);
    }),
  );
});

test('means weigh every reading the same, medians every block', () => {
  const all = new BlockSums();
  all.add(0, 10, 1);
  all.add(20, 6, 3);
  all.add(39, 8, 2);
  expect(all.mean()).toBe(4);
  expect(all.mean(20)).toBe(14 / 5);
  expect(all.median).toBe(4);
  expect(sums(1, 2, 3, 100).median).toBe(2.5);
  expect(new BlockSums().mean()).toBeNaN();
  expect(new BlockSums().median).toBeNaN();
});

test('1, 2 and 3 more: 2 ± 1/√3', () => {
  const { mean, error } = difference(sums(2, 4, 6), sums(1, 2, 3));
  expect(mean).toBe(2);
  expect(error).toBeCloseTo(1 / Math.sqrt(3), 12);
  expect(difference(sums(5), sums(4))).toEqual({ mean: 1, error: Infinity });
});
