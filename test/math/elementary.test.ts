import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as elementary from '../../src/math/elementary.ts';
import { Random } from '../../src/math/random.ts';

const { asinh, cbrt, cos, exp, expm1, log, log10, log1p, log2, pow, power2, powerBelow, sin, sinh, square } =
  elementary;
type Compute = (x: number) => number;
const inPlace =
  (at: (a: Float64Array, i: number) => void): Compute =>
  (x) => {
    const a = Float64Array.of(7, x, 7);
    at(a, 1);
    expect([a[0], a[2]]).toEqual([7, 7]);
    return a[1];
  };
const sigmoid = inPlace(elementary.sigmoidAt);
const tanh = inPlace(elementary.tanhAt);
const functions: Readonly<Record<string, Compute>> = {
  asinh,
  cbrt,
  cos,
  exp,
  expm1,
  log,
  log10,
  log1p,
  log2,
  sigmoid,
  sin,
  sinh,
  tanh,
};
const names = Object.keys(functions);
/** Largest errors, in ulp; those of the sine and the cosine in ulp of 1. */
const LIMITS: Readonly<Record<string, number>> = { log2: 1.5, log10: 1.5, sinh: 1.5, sigmoid: 2, tanh: 1.5 };

/** Rows of x, f(x) as a double, and what the double lacks (test/vectors/elementary.py). */
const vectors = JSON.parse(readFileSync(new URL('../vectors/elementary.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, readonly (readonly [number, number, number])[]>
>;

/** The distance of two neighbouring doubles at y. */
const ulp = (y: number): number => Math.max(Number.MIN_VALUE, powerBelow(Math.abs(y)) * 2 ** -52);

test('every function has exact values to be compared with', () => {
  expect(Object.keys(vectors).toSorted()).toEqual(names.toSorted());
});

test.each(names)('%s is less than a unit in the last place off, or less than its limit', (name) => {
  const unit = (y: number): number => (name === 'sin' || name === 'cos' ? 2 ** -53 : ulp(y));
  const errors = vectors[name].map(([x, near, rest]) => Math.abs(functions[name](x) - near - rest) / unit(near));
  expect(Math.max(...errors)).toBeLessThan(LIMITS[name] ?? 1);
});

test('the logarithms of a part of an array have the bits of each, and the rest of it stays', () => {
  const random = new Random(2);
  const special = [0, -0, -1, NaN, Infinity, 1, 2 ** -1074, 2 ** -1022, Number.MAX_VALUE, 1.4, 2 ** 0.5];
  const values = [...special, ...Array.from({ length: 1000 }, () => exp(20 * random.normal()))];
  const a = Float64Array.of(7, ...values, 7);
  elementary.logsAt(a, 1, 1 + values.length);
  expect([...a]).toEqual([7, ...values.map(log), 7]);
});

test('pow is off by no more units than the logarithm of the result', () => {
  const random = new Random(1);
  for (let i = 0; i < 1000; i++) {
    const [x, n] = [exp(4 * random.normal()), 1 + random.below(6)];
    const y = Array<number>(n)
      .fill(x)
      .reduce((a, b) => a * b);
    expect(Math.abs(pow(x, n) - y) / ulp(y)).toBeLessThan(2 + n + Math.abs(n * log(x)));
    expect(pow(x, n) * pow(x, -n)).toBeCloseTo(1, 12);
  }
  expect([pow(0, 0.5), pow(0, -1), pow(3, 0), pow(NaN, 1), pow(1, 7)]).toEqual([0, Infinity, 1, NaN, 1]);
  expect([square(-3), elementary.cube(-3)]).toEqual([9, -27]);
});

test('powers of two and of ten have whole logarithms', () => {
  for (let k = -1022; k < 1024; k++) expect(log2(power2(k))).toBe(k);
  for (let k = 0; k < 23; k++) expect(log10(Number(`1e${k}`))).toBe(k);
});

test('power2 and powerBelow are exact, down to the smallest number', () => {
  for (let k = -1074; k < 1024; k++) {
    expect(log2(power2(k))).toBeCloseTo(k, 10);
    expect(powerBelow(power2(k))).toBe(power2(k));
    if (k > -1050) expect(powerBelow(power2(k) * 1.75)).toBe(power2(k));
  }
  expect([power2(-1075), power2(1024), powerBelow(0), powerBelow(Infinity)]).toEqual([0, Infinity, 0, Infinity]);
});

test('beyond the numbers they are what mathematics says', () => {
  expect([exp(-Infinity), exp(-746), exp(710), exp(Infinity), exp(0)]).toEqual([0, 0, Infinity, Infinity, 1]);
  expect([log(0), log(-1), log(Infinity), log(1)]).toEqual([-Infinity, NaN, Infinity, 0]);
  expect([log2(0), log10(0), log2(-1), log10(Infinity)]).toEqual([-Infinity, -Infinity, NaN, Infinity]);
  expect([log1p(-1), log1p(-2), log1p(Infinity)]).toEqual([-Infinity, NaN, Infinity]);
  expect([expm1(-1000), expm1(1000), tanh(-1e9), tanh(Infinity)]).toEqual([-1, Infinity, -1, 1]);
  expect([sinh(-Infinity), asinh(-Infinity), cbrt(0), cbrt(Infinity)]).toEqual([-Infinity, -Infinity, 0, Infinity]);
  expect([sigmoid(-Infinity), sigmoid(-1000), sigmoid(0), sigmoid(Infinity)]).toEqual([0, 0, 0.5, 1]);
  for (const name of names) expect(functions[name](NaN)).toBeNaN();
  for (const name of ['expm1', 'log1p', 'tanh', 'sinh', 'asinh']) expect(functions[name](-0)).toBe(-0);
});

/** Of the bits of 20,000 results each, over the range that readings and scores have. Counted on x86-64; equal on arm64 and in every V8. */
test('the bits are the same on every machine', () => {
  const random = new Random(7);
  const results = new Float64Array(20_000);
  const digest = createHash('sha256');
  for (const name of names.toSorted())
    digest.update(
      results.map(() => {
        const x = (random.uniform() - 0.5) * power2(random.below(40) - 30);
        return functions[name](/^log|cbrt/.test(name) ? Math.abs(x) : x);
      }),
    );
  expect(digest.digest('hex')).toBe('d0cca8ac66dcd705761b83e813ed4707d40d63c7ea56fefcca88da33bba54348');
});
