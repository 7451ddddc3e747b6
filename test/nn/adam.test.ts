import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Memory } from '../../src/math/memory.ts';
import { Adam } from '../../src/nn/adam.ts';

/** An optimiser of `size` weights, all 0 at first, and its memory. */
function adamOf(size: number, options: { learningRate?: number; clip?: number } = {}) {
  const memory = new Memory();
  const theta = memory.take('theta', size);
  const adam = new Adam(memory, size, { learningRate: 0.1, clip: Infinity, ...options });
  return {
    memory,
    theta,
    adam,
    step: (...gradient: number[]) => {
      adam.update(theta, Float64Array.from(gradient));
      return adam.norm;
    },
  };
}

test('the first step moves each weight by the learning rate against its gradient, whatever the gradient', () => {
  const gradient = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(gradient, gradient, (g1, g2) => {
      const { theta, step } = adamOf(2);
      step(g1, -g2);
      // m / sqrt(v) = g / |g|; epsilon 1e-8 takes a part of 1e-5 where |g| is 1e-3.
      expect(theta[0] / -0.1).toBeCloseTo(1, 4);
      expect(theta[1] / 0.1).toBeCloseTo(1, 4);
    }),
  );
});

test('a weight without gradient stays', () => {
  const { theta, step } = adamOf(2);
  step(3, 0);
  expect(theta[1]).toBe(0);
});

test('without a gradient for long both moments are 0: denormal numbers would make each update slow', () => {
  const { memory, step } = adamOf(1);
  step(1);
  for (let t = 0; t < 400_000; t++) step(0);
  const [, m, v] = new Float64Array(memory.toBytes().buffer);
  expect([m, v]).toEqual([0, 0]);
});

test('gradients 1, then 2: by hand', () => {
  const { theta, step } = adamOf(1);
  step(1); // m 0.1, v 0.001; without bias 1 and 1
  expect(theta[0]).toBeCloseTo(-0.1 / (1 + 1e-8), 15);
  step(2); // m 0.9 * 0.1 + 0.1 * 2, v 0.999 * 0.001 + 0.001 * 4; without bias over 1 - 0.81 and 1 - 0.998001
  const second = (0.1 * (0.29 / 0.19)) / (Math.sqrt(0.004999 / 0.001999) + 1e-8);
  expect(theta[0]).toBeCloseTo(-0.1 / (1 + 1e-8) - second, 12);
});

test('the gradient is zeroed and its norm before the clip returned: (6, 8) is 10 long', () => {
  const { theta, adam } = adamOf(2, { clip: 5 });
  const gradient = Float64Array.of(6, 8);
  adam.update(theta, gradient);
  expect(adam.norm).toBe(10);
  expect(gradient).toEqual(Float64Array.of(0, 0));
});

test('a longer gradient than the clip is the same as the shortened one, a shorter one is followed in full', () => {
  const after = (clip: number, ...gradient: number[]) => {
    const { memory, step } = adamOf(2, { clip });
    step(...gradient);
    return memory.toBytes();
  };
  expect(after(5, 6, 8)).toEqual(after(Infinity, 3, 4));
  expect(after(5, 3, 4)).toEqual(after(Infinity, 3, 4));
  expect(after(10, 6, 8)).not.toEqual(after(5, 6, 8));
});

test('rate scales one step only', () => {
  const [full, half] = [adamOf(1), adamOf(1)];
  full.step(1);
  half.adam.update(half.theta, Float64Array.of(1), 0.5);
  expect(half.theta[0]).toBeCloseTo(full.theta[0] / 2, 15);
  const [fullBefore, halfBefore] = [full.theta[0], half.theta[0]];
  full.step(2);
  half.step(2);
  expect(half.theta[0] - halfBefore).toBeCloseTo(full.theta[0] - fullBefore, 15);
});

test.each([
  ['NaN', [NaN, 1]],
  ['Infinity', [1, -Infinity]],
  ['so long that its square is no number', [1e200, 1]],
])('a gradient that is %s moves nothing, now or later, and is zeroed', (_, numbers) => {
  const { memory, theta, adam, step } = adamOf(2);
  step(1, 2);
  const before = memory.toBytes();
  const gradient = Float64Array.from(numbers);
  adam.update(theta, gradient);
  expect(adam.norm).not.toSatisfy(Number.isFinite);
  expect(gradient).toEqual(Float64Array.of(0, 0));
  expect(memory.toBytes()).toEqual(before);
});

test('finds the bottom of a narrow valley: (a - 3)^2 + 100 (b + 1)^2 within 0.01 after 500 steps', () => {
  const { theta, step } = adamOf(2, { learningRate: 0.05, clip: 10 });
  for (let t = 0; t < 500; t++) step(2 * (theta[0] - 3), 200 * (theta[1] + 1));
  expect(Math.abs(theta[0] - 3)).toBeLessThan(0.01);
  expect(Math.abs(theta[1] + 1)).toBeLessThan(0.01);
});
