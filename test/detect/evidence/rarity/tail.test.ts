import fc from 'fast-check';
import { expect, test } from 'vitest';
import { excessRarity, Tail } from '../../../../src/detect/evidence/rarity/tail.ts';
import { Memory } from '../../../../src/math/memory.ts';
import { Random } from '../../../../src/math/random.ts';

const BUCKET = 17 / 256;

function tailOf(values: Iterable<number>): { tail: Tail; memory: Memory } {
  const memory = new Memory();
  const tail = new Tail(memory, 'tail');
  for (const v of values) tail.add(v);
  return { tail, memory };
}

/** n values at the middle of n equal shares of the exponential distribution with mean 1: P(V >= v) = exp(-v). */
const exponential = (n: number): number[] => Array.from({ length: n }, (_, i) => -Math.log((i + 0.5) / n));

const value = fc.double({ min: 0, max: 1000, noNaN: true });
const past = fc.array(fc.oneof(value, fc.double({ min: 0, max: 17, noNaN: true })), { maxLength: 300 });

test('of an exponential past it is log10 e a unit, within 0.05, also three times as far as anything seen', () => {
  const { tail } = tailOf(exponential(50_000));
  for (const v of [0.1, 0.5, 1, 2, 3, 4, 6, 10, 30]) {
    const evidence = tail.rarity(v);
    expect(Math.abs(evidence - v * Math.LOG10E) / Math.max(1, evidence)).toBeLessThan(0.05);
  }
});

test('after 100 zeros: 3 of 101 at the 98 % quantile, from there an excess in half buckets, known from 2 + 3', () => {
  const { tail } = tailOf(new Array<number>(100).fill(0));
  const u = 0.98 * BUCKET; // linear within a bucket, which ends at 17 / 256
  expect(tail.rarity(0)).toBeCloseTo(0, 12);
  expect(tail.rarity(u)).toBeCloseTo(Math.log10(101 / 3), 12);
  expect(tail.rarity(u + 4 * (BUCKET / 2))).toBeCloseTo(Math.log10(101 / 3) + 5 * Math.log10(1 + 4 / 5), 12);
});

test('96 zeros, 3 in bucket 10 and 1 in bucket 30: a mean excess of 10 buckets, above 10 2/3', () => {
  const buckets = [...new Array<number>(96).fill(0), 10.5, 10.5, 10.5, 30.5];
  const { tail } = tailOf(buckets.map((b) => b * BUCKET));
  // The tail is 2 of 100: the last value, and the upper third of bucket 10. (30.5 - 10 2/3 + 1/6) / 2 = 10.
  const u = (11 - 1 / 3) * BUCKET;
  expect(tail.rarity(u)).toBeCloseTo(Math.log10(101 / 3), 9);
  expect(tail.rarity(u + 10 * BUCKET)).toBeCloseTo(Math.log10(101 / 3) + 5 * Math.log10(1 + 1 / 5), 9);
});

test('of nothing, nothing follows', () => {
  for (const v of [0, 1, 17]) expect(tailOf([]).tail.rarity(v)).toBeCloseTo(0, 12);
});

test('never negative, always finite, and never less for a larger value', () => {
  fc.assert(
    fc.property(past, value, value, (values, v, w) => {
      const { tail } = tailOf(values);
      const [less, more] = [Math.min(v, w), Math.max(v, w)].map((x) => tail.rarity(x));
      expect(less).toBeGreaterThanOrEqual(0);
      expect(more).toBeGreaterThanOrEqual(less - 1e-12);
      expect(more).toBeLessThan(Infinity);
    }),
  );
});

test('asking changes nothing', () => {
  const { tail, memory } = tailOf(exponential(500));
  const before = memory.toBytes();
  tail.rarity(3);
  expect(memory.toBytes()).toEqual(before);
});

test('when the 40,001st value halves the weight of the past, what is rare stays as rare', () => {
  const { tail } = tailOf(exponential(40_000));
  const levels = [0.5, 2, 4, 12];
  const before = levels.map((v) => tail.rarity(v));
  tail.add(1);
  for (const [i, v] of levels.entries()) expect(tail.rarity(v)).toBeCloseTo(before[i], 2);
});

test('counts in single precision stay exact: after twelve halvings the sum is that of the buckets', () => {
  const { tail, memory } = tailOf([]);
  const course = exponential(997);
  for (let t = 0; t < 300_000; t++) tail.add(course[(t * 31) % 997]);
  const bytes = memory.toBytes();
  const counts = [...new Float32Array(bytes.buffer, 0, 256)];
  const [all, k, above] = new Float64Array(bytes.buffer, 1024, 4);
  const sum = (parts: number[]): number => parts.reduce((a, b) => a + b, 0);
  expect(all).toBe(sum(counts));
  expect(above).toBe(sum(counts.slice(k + 1)));
  expect(counts.every((n) => Number.isInteger(16 * n))).toBe(true);
});

test('at a reading a second the past is halved after a week, 604,800 readings, and not after 40,000', () => {
  const { tail } = tailOf([]);
  for (const v of exponential(40_000)) tail.add(v, 604_800);
  for (let t = 0; t < 40_000; t++) tail.add(9, 604_800);
  // 13 of the first 40,000 are 8 or more: with them half of all.
  expect(tail.rarity(8)).toBeCloseTo(Math.log10(2), 3);
});

test('a value is forgotten when it has been halved five times', () => {
  const { tail, memory } = tailOf([16]);
  for (let t = 0; t < 170_000; t++) tail.add(1);
  expect(new Float32Array(memory.toBytes().buffer, 0, 256)[Math.floor(16 / BUCKET)]).toBe(0);
});

test('so the past fades: what was rare and then comes for ever becomes ordinary', () => {
  const { tail } = tailOf(exponential(40_000));
  expect(tail.rarity(8)).toBeGreaterThan(3);
  for (let t = 0; t < 40_000; t++) tail.add(9);
  expect(tail.rarity(8)).toBeLessThan(0.3);
});

test('what is kept up to date is what counting all buckets anew gives', () => {
  /** The same question, answered from a plain list of past values. */
  const counted = (values: number[], v: number): number => {
    const bucket = (x: number): number => Math.max(0, Math.min(255, Math.floor(x / BUCKET)));
    const counts = new Array<number>(256).fill(0);
    for (const x of values) counts[bucket(x)]++;
    const inTail = 0.02 * values.length;
    let [above, k] = [0, 255];
    while (k > 0 && above + counts[k] < inTail) above += counts[k--];
    const share = counts[k] > 0 ? (inTail - above) / counts[k] : 0;
    const u = (k + 1 - share) * BUCKET;
    if (v <= u) {
      const b = bucket(v);
      const greater = counts.slice(b + 1).reduce((sum, count) => sum + count, 0);
      const seen = greater + counts[b] * (1 - Math.max(0, Math.min(1, v / BUCKET - b)));
      return -Math.log10((seen + 1) / (values.length + 1));
    }
    let excess = share * counts[k] * share * BUCKET * 0.5;
    for (let j = k + 1; j < 256; j++) excess += counts[j] * ((j + 0.5) * BUCKET - u);
    const mean = Math.max(BUCKET / 2, inTail > 0 ? excess / inTail : 0);
    const m = inTail + 3;
    return -Math.log10((inTail + 1) / (values.length + 1)) + m * Math.log10(1 + (v - u) / mean / m);
  };
  fc.assert(
    fc.property(past, value, (values, v) => {
      expect(tailOf(values).tail.rarity(v)).toBe(counted(values, v));
    }),
  );
});

test('what it has forgotten it has never seen', () => {
  const { tail, memory } = tailOf([...exponential(1000), 16]);
  tail.forget();
  const { tail: fresh, memory: none } = tailOf([]);
  expect(memory.toBytes()).toEqual(none.toBytes());
  tail.add(1);
  fresh.add(1);
  expect(tail.rarity(2)).toBe(fresh.rarity(2));
});

test('an excess is as rare as its mean, known from m others, allows: 1 in 1,000 of exponential ones has that rarity of 3, for each m', () => {
  const random = new Random(1);
  const exponential = (): number => -Math.log(1 - random.uniform());
  for (const m of [3, 10, 100]) {
    const trials = 200_000;
    let rare = 0;
    for (let i = 0; i < trials; i++) {
      let sum = 0;
      for (let j = 0; j < m; j++) sum += exponential();
      if (excessRarity((exponential() * m) / sum, m) >= 3) rare++;
    }
    expect(rare / trials).toBeGreaterThan(0.0008);
    expect(rare / trials).toBeLessThan(0.0012);
  }
});
