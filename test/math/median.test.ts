import { expect, test } from 'vitest';
import { median } from '../../src/math/median.ts';

test('the median of an even number is the middle of two', () => {
  expect([median([]), median([3, 1, 2]), median([4, 1, 2, 10])]).toEqual([NaN, 2, 3]);
});
