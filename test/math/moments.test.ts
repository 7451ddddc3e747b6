import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Memory } from '../../src/math/memory.ts';
import { Moments } from '../../src/math/moments.ts';
import { Random } from '../../src/math/random.ts';

function momentsOf(values: Iterable<number>, span = 1e6, winsor?: number): Moments {
  const moments = new Moments(new Memory(), 'moments', span, winsor);
  for (const x of values) moments.add(x);
  return moments;
}

const normals = (n: number, seed = 1): number[] => {
  const random = new Random(seed);
  return Array.from({ length: n }, () => random.normal());
};
const repeat = (n: number, value: number): number[] => new Array<number>(n).fill(value);

describe('while n <= span', () => {
  test('4, 7, 13, 16 have mean 10 and population variance 22.5, also a thousand million further up', () => {
    for (const base of [0, 1e9]) {
      const moments = momentsOf([4, 7, 13, 16].map((x) => base + x));
      expect(moments.count).toBe(4);
      expect(moments.mean - base).toBeCloseTo(10, 6);
      expect(moments.deviation).toBeCloseTo(Math.sqrt(22.5), 6);
    }
  });

  test('mean and deviation are those of the two-pass formula', () => {
    const values = fc.array(fc.double({ min: -1000, max: 1000, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(values, (xs) => {
        const mean = xs.reduce((sum, x) => sum + x, 0) / xs.length;
        const variance = xs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / xs.length;
        const moments = momentsOf(xs, 200);
        expect(moments.mean).toBeCloseTo(mean, 9);
        expect(moments.deviation ** 2).toBeCloseTo(variance, 6);
      }),
    );
  });
});

describe('beyond the span', () => {
  test('the past fades by 1 - 1/span a value: k ones after many zeros give mean 1 - (1 - 1/span)^k', () => {
    for (const k of [1, 10, 300]) {
      const left = (1 - 1 / 100) ** k;
      const moments = momentsOf([...repeat(100, 0), ...repeat(k, 1)], 100);
      expect(moments.mean).toBeCloseTo(1 - left, 12);
      // Zeros with the weight `left` and ones with the rest: a Bernoulli variable.
      expect(moments.deviation ** 2).toBeCloseTo(left * (1 - left), 12);
    }
  });

  test('span 1 remembers the last value only', () => {
    const moments = momentsOf([3, -8, 5], 1);
    expect(moments.mean).toBe(5);
    expect(moments.deviation).toBe(0);
  });
});

describe('one wild value', () => {
  const W = 6;

  test('moves the mean by no more than W sd / n, and the deviation by a factor sqrt(1 + W^2 / n)', () => {
    const wild = fc.double({ min: -1e100, max: 1e100, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 50, max: 500 }), fc.integer(), wild, (n, seed, x) => {
        const moments = momentsOf(normals(n, seed), 1e6, W);
        const { mean, deviation } = moments;
        moments.add(x);
        const rounding = 1e-12;
        expect(Math.abs(moments.mean - mean)).toBeLessThanOrEqual((W * deviation) / (n + 1) + rounding);
        expect(moments.deviation).toBeLessThanOrEqual(deviation * Math.sqrt(1 + (W * W) / (n + 1)) + rounding);
      }),
    );
  });

  test('counts in full up to the 50th value, and where no limit was asked for', () => {
    for (const moments of [momentsOf(normals(49), 1e6, W), momentsOf(normals(499))]) {
      const { mean } = moments;
      moments.add(1e6);
      expect(moments.mean).toBeCloseTo(mean + (1e6 - mean) / moments.count, 6);
    }
  });

  test('within the limit changes nothing about the value', () => {
    const [cut, plain] = [momentsOf(normals(60), 1e6, W), momentsOf(normals(60))];
    for (const moments of [cut, plain]) moments.add(2.5);
    expect([cut.mean, cut.deviation]).toEqual([plain.mean, plain.deviation]);
  });
});

test('after a constant past the first change counts in full: 100 times 20, then 21', () => {
  const moments = momentsOf(repeat(100, 20), 1e6, 6);
  expect(moments.deviation).toBe(0);
  moments.add(21);
  expect(moments.mean).toBeCloseTo(20 + 1 / 101, 12);
  expect(moments.deviation).toBeCloseTo(10 / 101, 12); // p (1 - p) with p = 1/101
});

describe('z', () => {
  test('is the distance from the mean in deviations, and asking changes nothing', () => {
    const moments = momentsOf([...repeat(10, 1), ...repeat(10, 3)]); // mean 2, deviation 1
    expect(moments.z(4.5)).toBeCloseTo(2.5, 12);
    expect(moments.z(4.5)).toBeCloseTo(2.5, 12);
    expect(moments.z(-1)).toBeCloseTo(-3, 12);
    expect(moments.count).toBe(20);
  });

  test('is 0 before there are 20 values', () => {
    const moments = momentsOf([...repeat(9, 1), ...repeat(10, 3)]);
    expect(moments.z(1e6)).toBe(0);
    moments.add(1);
    expect(moments.z(1e6)).toBeGreaterThan(0);
  });

  test('is 0 while all values were equal', () => {
    expect(momentsOf(repeat(1000, 0.1)).z(0.2)).toBe(0);
  });
});

test('a copied memory continues bit for bit', () => {
  const [one, two] = [new Memory(), new Memory()];
  const [kept, restored] = [one, two].map((memory) => new Moments(memory, 'moments', 70, 3));
  for (const x of normals(100)) kept.add(x);
  two.fromBytes(one.toBytes());
  for (const x of normals(100, 2)) {
    kept.add(x);
    restored.add(x);
  }
  expect(two.toBytes()).toEqual(one.toBytes());
});
