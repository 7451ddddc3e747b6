import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chosenOf, shareOf } from '../../../src/app/cluster/balance.ts';

const workers = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 12 });

test('the shares are all partitions, none above the ceiling, and nobody is idle while there are enough', () => {
  fc.assert(
    fc.property(workers, fc.integer({ min: 1, max: 100 }), (names, partitions) => {
      const live = new Set(names);
      const shares = names.map((name) => shareOf(name, live, partitions));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(partitions);
      expect(Math.max(...shares)).toBe(Math.ceil(partitions / names.length));
      expect(Math.min(...shares)).toBe(Math.floor(partitions / names.length));
    }),
  );
  expect(shareOf('stranger', new Set(['a']), 8)).toBe(0);
});

test('workers begin at different free partitions', () => {
  const live = new Set(['a', 'b']);
  expect(chosenOf('a', live, [1, 2, 3, 4], 2)).toEqual([1, 2]);
  expect(chosenOf('b', live, [1, 2, 3, 4], 2)).toEqual([3, 4]);
  expect(chosenOf('b', live, [1, 2, 3], 9)).toEqual([2, 3, 1]);
});
