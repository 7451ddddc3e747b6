import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/math/random.ts';
import { softmax, ReadOut } from '../../src/nn/read-out.ts';
import { differences, distance, normals } from './reference.ts';

const total = (p: Float64Array): number => p.reduce((sum, x) => sum + x, 0);

describe('softmax', () => {
  const logits = (size: number) =>
    fc.array(fc.double({ min: -size, max: size, noNaN: true }), { minLength: 1, maxLength: 20 });

  test('log 1, log 2, log 5 give 1/8, 2/8, 5/8, and the neighbours in the array are left alone', () => {
    const a = Float64Array.of(7, Math.log(1), Math.log(2), Math.log(5), 7);
    softmax(a, 1, 3);
    expect(distance(a, Float64Array.of(7, 1 / 8, 2 / 8, 5 / 8, 7))).toBeLessThan(1e-15);
  });

  test('sums to 1 and lies in [0, 1], also where exp would overflow', () => {
    fc.assert(
      fc.property(logits(1e308), (numbers) => {
        const p = Float64Array.from(numbers);
        softmax(p, 0, p.length);
        expect(total(p)).toBeCloseTo(1, 12);
        for (const x of p) expect(x >= 0 && x <= 1).toBe(true);
      }),
    );
  });

  test('only differences of logits count', () => {
    fc.assert(
      fc.property(logits(10), fc.double({ min: -1000, max: 1000, noNaN: true }), (numbers, shift) => {
        const [p, shifted] = [Float64Array.from(numbers), Float64Array.from(numbers, (a) => a + shift)];
        softmax(p, 0, p.length);
        softmax(shifted, 0, p.length);
        expect(distance(shifted, p)).toBeLessThan(1e-12);
      }),
    );
  });
});

test('two bins, h = 0.5, f = -2: odds exp(1·0.5 + 0.25·2 + 0.5) = exp(1.5) for the first', () => {
  const head = new ReadOut(1, 1, 1, 2);
  const theta = Float64Array.of(1, -0.25, 0, 0, 0.5, 0); // V of bin 1 from h, f; of bin 2; b
  const p = new Float64Array(2);
  head.forward(theta, Float64Array.of(0.5, -2), p);
  expect(p[0]).toBeCloseTo(1 / (1 + Math.exp(-1.5)), 15);
  expect(p[1]).toBeCloseTo(1 / (1 + Math.exp(1.5)), 15);
});

describe('2 hidden, 1 direct, 3 series of 4 bins', () => {
  const head = new ReadOut(2, 1, 3, 4);
  const random = new Random(1);
  const theta = normals(head.parameterCount, random);
  const input = normals(head.inputSize, random);
  const p = new Float64Array(3 * 4);
  /** Target distributions, one for each series. */
  const q = normals(3 * 4, random);
  for (let d = 0; d < 3; d++) softmax(q, d * 4, 4);

  test('V (12, 3) and b (12) make 48 parameters', () => {
    expect(head.parameterCount).toBe(48);
  });

  test('each series has a distribution of its own, as if it had a head of its own', () => {
    head.forward(theta, input, p);
    const single = new ReadOut(2, 1, 1, 4);
    for (let d = 0; d < 3; d++) {
      const own = Float64Array.of(...theta.subarray(12 * d, 12 * d + 12), ...theta.subarray(36 + 4 * d, 40 + 4 * d));
      const alone = new Float64Array(4);
      single.forward(own, input, alone);
      expect(p.subarray(4 * d, 4 * d + 4)).toEqual(alone);
      expect(total(alone)).toBeCloseTo(1, 15);
    }
  });

  test('backward of da = p - q is the gradient of the cross-entropy: within 1e-8 of central differences', () => {
    const crossEntropy = () => {
      head.forward(theta, input, p);
      return -q.reduce((sum, target, k) => sum + target * Math.log(p[k]), 0);
    };
    crossEntropy();
    const da = p.map((probability, k) => probability - q[k]);
    const [dInput, dTheta] = [new Float64Array(head.inputSize), new Float64Array(theta.length)];
    head.backward(theta, input, da, dInput, dTheta);
    expect(distance(dInput, differences(input, crossEntropy))).toBeLessThan(1e-8);
    expect(distance(dTheta, differences(theta, crossEntropy))).toBeLessThan(1e-8);

    head.backward(theta, input, da, dInput, dTheta); // adds
    expect(
      distance(
        dInput,
        differences(input, () => 2 * crossEntropy()),
      ),
    ).toBeLessThan(1e-8);
    expect(
      distance(
        dTheta,
        differences(theta, () => 2 * crossEntropy()),
      ),
    ).toBeLessThan(1e-8);
  });

  test('starts nearly uniform, uniform without h, and with nothing from the direct part', () => {
    const initial = new Float64Array(head.parameterCount);
    head.initialise(initial, new Random(2));
    head.forward(initial, Float64Array.of(1, -1, 0), p);
    for (const probability of p) expect(Math.abs(probability - 1 / 4)).toBeLessThan(0.1);
    expect(distance(p, new Float64Array(12).fill(1 / 4))).toBeGreaterThan(0); // units start out different
    head.forward(initial, Float64Array.of(0, 0, 1000), p);
    expect(p).toEqual(new Float64Array(12).fill(1 / 4));
  });
});
