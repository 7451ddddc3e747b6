import { expect, test } from 'vitest';
import { spectralRadius } from '../../src/math/spectral-radius.ts';

test.each([
  ['one number', [-0.7], 1, 0.7],
  ['a diagonal: its largest magnitude', [0.5, 0, 0, 0, -2, 0, 0, 0, 1], 3, 2],
  ['a triangle far from normal: its diagonal', [0.9, 100, 0, 0.8], 2, 0.9],
  ['a rotation by 1 rad, whose eigenvalues are complex', [Math.cos(1), -Math.sin(1), Math.sin(1), Math.cos(1)], 2, 1],
  ['a rotation by 1 rad, times 3', [3 * Math.cos(1), -3 * Math.sin(1), 3 * Math.sin(1), 3 * Math.cos(1)], 2, 3],
  ['a queue of two places, which is nilpotent', [0, 1, 0, 0], 2, 0],
  ['zeros', [0, 0, 0, 0], 2, 0],
])('%s', (_, numbers, n, expected) => {
  const A = Float64Array.from(numbers);
  expect(spectralRadius(A, n)).toBeCloseTo(expected, 3);
  expect(A).toEqual(Float64Array.from(numbers));
});

test('numbers of very different size neither overflow nor vanish', () => {
  expect(spectralRadius(Float64Array.of(1e100, 0, 0, 1e-100), 2) / 1e100).toBeCloseTo(1, 9);
  expect(spectralRadius(Float64Array.of(1e-100, 0, 0, 0), 2) / 1e-100).toBeCloseTo(1, 9);
});
