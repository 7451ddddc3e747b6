import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../src/math/random.ts';

const draw = (n: number, next: () => number): number[] => Array.from({ length: n }, next);

/** sfc32 once more, in unbounded integers and with nothing but +, ^, shifts and mod 2^32. */
function sfc32(seed: number, n: number): number[] {
  const mod = 2n ** 32n;
  let [a, b, c, counter] = [BigInt.asUintN(32, BigInt(seed)), 0x9e3779b9n, 0x243f6a88n, 1n];
  return draw(15 + n, () => {
    const sum = (a + b + counter++) % mod;
    a = b ^ (b >> 9n);
    b = (c + (c << 3n)) % mod;
    c = ((((c << 21n) % mod) | (c >> 11n)) + sum) % mod;
    return Number(sum);
  }).slice(15);
}

test('seed 1 begins 2212199553, 1506684997, 389392296, 138374344 parts of 2^32', () => {
  const random = new Random(1);
  expect(draw(4, () => random.uniform() * 2 ** 32)).toEqual([2212199553, 1506684997, 389392296, 138374344]);
});

test('every seed gives the sequence that sfc32 defines, in [0, 1)', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (seed) => {
      const random = new Random(seed);
      const numbers = draw(20, () => random.uniform());
      expect(numbers.map((u) => u * 2 ** 32)).toEqual(sfc32(seed, 20));
      for (const u of numbers) expect(u >= 0 && u < 1).toBe(true);
    }),
  );
});

test('the same seed gives the same bits, whatever is drawn', () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.constantFrom('uniform', 'normal', 'six')), (seed, kinds) => {
      const sequence = (random: Random) =>
        kinds.map((kind) =>
          kind === 'six' ? random.below(6) : kind === 'normal' ? random.normal() : random.uniform(),
        );
      expect(sequence(new Random(seed))).toEqual(sequence(new Random(seed)));
    }),
  );
});

// A mean of n draws with standard deviation s has the standard error s / sqrt(n).
const N = 1e5;
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test('uniform: mean 1/2 and variance 1/12 within 4 standard errors', () => {
  const random = new Random(2);
  const u = draw(N, () => random.uniform());
  expect(Math.abs(mean(u) - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / N));
  // (u - 1/2)^2 has mean 1/12 and variance 1/80 - 1/144 = 1/180.
  expect(Math.abs(mean(u.map((x) => (x - 0.5) ** 2)) - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / N));
});

test('normal: mean 0, variance 1 and independent neighbours within 4 standard errors', () => {
  const random = new Random(3);
  const z = draw(N, () => random.normal());
  expect(Math.abs(mean(z))).toBeLessThan(4 * Math.sqrt(1 / N));
  expect(Math.abs(mean(z.map((x) => x * x)) - 1)).toBeLessThan(4 * Math.sqrt(2 / N));
  expect(Math.abs(mean(z.slice(1).map((x, i) => x * z[i])))).toBeLessThan(4 * Math.sqrt(1 / N));
});

test('below(6) is a fair die: each face 1/6 of the time within 4 standard errors', () => {
  const random = new Random(4);
  const faces = new Array<number>(6).fill(0);
  for (let i = 0; i < N; i++) faces[random.below(6)]++;
  for (const count of faces) expect(Math.abs(count / N - 1 / 6)).toBeLessThan(4 * Math.sqrt(5 / 36 / N));
});

test('below(n) is a whole number in [0, n)', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, n) => {
      const k = new Random(seed).below(n);
      expect(Number.isInteger(k) && k >= 0 && k < n).toBe(true);
    }),
  );
});
