import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RegressionResiduals } from '../../../src/detect/evidence/regression-residuals.ts';
import { Memory } from '../../../src/math/memory.ts';
import { Random } from '../../../src/math/random.ts';

/** Added to each variance for measurement noise. */
const RIDGE = 1e-3;

type Rows = readonly (readonly number[])[];

function coherenceOf(rows: Rows): { coherence: RegressionResiduals; memory: Memory } {
  const memory = new Memory();
  const coherence = new RegressionResiduals(memory, rows[0].length);
  for (const row of rows) coherence.learn(Float64Array.from(row));
  return { coherence, memory };
}

/** z, fitted and y itself after measuring y, of which the series in `missing` were missing. */
function measure(coherence: RegressionResiduals, y: readonly number[], missing: readonly number[] = []) {
  const vector = Float64Array.from(y);
  coherence.measure(
    vector,
    Uint8Array.from(y, (_, i) => (missing.includes(i) ? 0 : 1)),
  );
  return { z: [...coherence.z], fitted: [...coherence.fitted], y: [...vector] };
}

/** Rows of D series that share one cause, each in its own strength, with noise. */
function correlated(D: number, rows: number, seed: number): number[][] {
  const random = new Random(seed);
  const share = Array.from({ length: D }, () => random.normal());
  return Array.from({ length: rows }, () => {
    const cause = random.normal();
    return share.map((s) => s * cause + 0.5 * random.normal());
  });
}

/** Solves A x = b by Gauss and Jordan's elimination, with pivots. */
function solve(A: number[][], b: number[]): number[] {
  const rows = A.map((row, i) => [...row, b[i]]);
  for (let k = 0; k < b.length; k++) {
    const pivot = rows.reduce((best, row, i) => (i >= k && Math.abs(row[k]) > Math.abs(rows[best][k]) ? i : best), k);
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (let i = 0; i < b.length; i++) {
      if (i === k) continue;
      const factor = rows[i][k] / rows[k][k];
      rows[i] = rows[i].map((x, j) => x - factor * rows[k][j]);
    }
  }
  return rows.map((row, k) => row[b.length] / row[k]);
}

/** Series i regressed on all the others, from the data themselves: what they suggest, and the residual over its deviation. */
function regression(data: Rows, i: number, y: readonly number[]): { z: number; fitted: number } {
  const D = y.length;
  const mean = y.map((_, j) => data.reduce((sum, row) => sum + row[j], 0) / data.length);
  const covariance = (j: number, k: number): number =>
    data.reduce((sum, row) => sum + (row[j] - mean[j]) * (row[k] - mean[k]), 0) / data.length + (j === k ? RIDGE : 0);
  const others = Array.from({ length: D }, (_, j) => j).filter((j) => j !== i);
  const withOthers = others.map((j) => covariance(i, j));
  const weights = solve(
    others.map((j) => others.map((k) => covariance(j, k))),
    withOthers,
  );
  const dot = (xs: number[]): number => weights.reduce((sum, w, k) => sum + w * xs[k], 0);
  const fitted = mean[i] + dot(others.map((j) => y[j] - mean[j]));
  return { z: (y[i] - fitted) / Math.sqrt(covariance(i, i) - dot(withOthers)), fitted };
}

describe('two series of mean 0, variance 1 and covariance 0.5', () => {
  // Three times alike for once opposite: (6 - 2) / 8.
  const round = [1, 1, 1, -1, -1, -1].map((x) => [x, x]).concat([[1, -1]], [[-1, 1]]);
  const { coherence, memory } = coherenceOf(Array.from({ length: 80 }, (_, t) => round[t % 8]));
  const slope = 0.5 / (1 + RIDGE);
  const left = 1 + RIDGE - 0.5 * slope; // variance of one that the other does not explain

  test('each is expected at half the other, and judged by what the other leaves', () => {
    const { z, fitted } = measure(coherence, [3, 1]);
    expect(fitted[0]).toBeCloseTo(slope * 1, 10);
    expect(fitted[1]).toBeCloseTo(slope * 3, 10);
    expect(z[0]).toBeCloseTo((3 - slope) / Math.sqrt(left), 10);
    expect(z[1]).toBeCloseTo((1 - 3 * slope) / Math.sqrt(left), 10);
  });

  test('one that is missing is thought to be where the other suggests, and fits', () => {
    const { z, fitted, y } = measure(coherence, [3, 99], [1]);
    expect(y).toEqual([3, expect.closeTo(3 * slope, 10)]);
    expect(fitted[1]).toBeCloseTo(3 * slope, 10);
    expect(z[1]).toBeCloseTo(0, 10);
    // Alone it would be 3 deviations out; the value estimated for the missing series agrees with it.
    expect(z[0]).toBeCloseTo((3 - slope * slope * 3) / Math.sqrt(left), 10);
    expect(z[0]).toBeLessThan(3);
  });

  test('asking changes nothing that lasts, and nothing of the readings', () => {
    const before = memory.toBytes();
    expect(measure(coherence, [5, -7]).y).toEqual([5, -7]);
    measure(coherence, [5, -7], [0, 1]);
    expect(memory.toBytes()).toEqual(before);
  });
});

test('z and fitted are those of the regression on all the others, for any group', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 6 }),
      fc.integer({ min: 50, max: 200 }),
      fc.integer({ min: 0, max: 1e6 }),
      (D, rows, seed) => {
        const data = correlated(D, rows, seed);
        const y = [...data[0]].reverse().map((x) => x + 1);
        const { z, fitted } = measure(coherenceOf(data).coherence, y);
        for (let i = 0; i < D; i++) {
          const expected = regression(data, i, y);
          expect(z[i]).toBeCloseTo(expected.z, 6);
          expect(fitted[i]).toBeCloseTo(expected.fitted, 6);
        }
      },
    ),
    { numRuns: 50 },
  );
});

describe('one of the group is missing', () => {
  const group = fc.record({
    data: fc
      .tuple(fc.integer({ min: 3, max: 5 }), fc.integer({ min: 0, max: 1e6 }))
      .map(([D, seed]) => correlated(D, 100, seed)),
    which: fc.nat(),
  });

  test('what stands in for it is its regression on those that are present', () => {
    fc.assert(
      fc.property(group, ({ data, which }) => {
        const [y, i] = [data[1], which % data[0].length];
        const { y: filled } = measure(coherenceOf(data).coherence, y.with(i, 1e3), [i]);
        expect(filled[i]).toBeCloseTo(regression(data, i, y).fitted, 6);
        expect(filled.with(i, 0)).toEqual(y.with(i, 0));
      }),
      { numRuns: 50 },
    );
  });

  test('the others are judged as in the group without it, or milder: same signs, never larger', () => {
    fc.assert(
      fc.property(group, ({ data, which }) => {
        const [y, i] = [data[1], which % data[0].length];
        const without = (row: readonly number[]): number[] => row.filter((_, j) => j !== i);
        const z = without(measure(coherenceOf(data).coherence, y, [i]).z);
        const alone = measure(coherenceOf(data.map(without)).coherence, without(y)).z;
        for (const [j, expected] of alone.entries()) {
          expect(z[j] / expected).toBeGreaterThan(0);
          expect(z[j] / expected).toBeLessThan(1 + 1e-9);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('one that none of the others knows anything of is not missed: z as in the group without it', () => {
    // A full factorial design: the third is uncorrelated with both.
    const pair = correlated(2, 60, 1);
    const data = pair.flatMap(([a, b]) => [
      [a, b, 1],
      [a, b, -1],
    ]);
    const { z } = measure(coherenceOf(data).coherence, [1, -2, 99], [2]);
    const alone = measure(coherenceOf(pair).coherence, [1, -2]).z;
    expect(z[0]).toBeCloseTo(alone[0], 9);
    expect(z[1]).toBeCloseTo(alone[1], 9);
  });
});

test('two of three are missing: three sweeps of Gauss and Seidel, each series from the two others', () => {
  // All eight signs once and (1, 1, 1), (-1, -1, -1) four times each: mean 0, variance 1, covariance 8 / 16 = 0.5.
  const signs = [1, -1].flatMap((a) => [1, -1].flatMap((b) => [1, -1].map((c) => [a, b, c])));
  const alike = [1, 1, 1, 1, -1, -1, -1, -1].map((s) => [s, s, s]);
  const round = [...signs, ...alike];
  const { coherence } = coherenceOf(Array.from({ length: 80 }, (_, t) => round[t % 16]));
  const slope = 0.5 / (1 + RIDGE + 0.5); // of each series on each of the two others
  let [second, third] = [7, 0]; // as last heard; the second is overwritten before it is used
  for (let sweep = 0; sweep < 3; sweep++) {
    second = slope * (1 + third);
    third = slope * (1 + second);
  }
  const { y } = measure(coherence, [1, 7, 0], [1, 2]);
  expect(y).toEqual([1, expect.closeTo(second, 10), expect.closeTo(third, 10)]);
  // The regression on the first alone gives 0.5 / 1.001. One sweep would leave the second at 1/3 and the third at 4/9.
  expect(y[1]).toBeCloseTo(0.5 / (1 + RIDGE), 2);
  expect(y[2]).toBeCloseTo(0.5 / (1 + RIDGE), 2);
});

test('a group that gains a series: the others keep their regression, the new one has variance 1 and fits anything', () => {
  // Variances 1 and 4, covariance 1.
  const round = [1, 1, 1, -1, -1, -1].map((x) => [x, 2 * x]).concat([[1, -2]], [[-1, 2]]);
  const { memory: past } = coherenceOf(Array.from({ length: 80 }, (_, t) => round[t % 8]));
  const memory = new Memory();
  const grown = new RegressionResiduals(memory, 3);
  memory.takeOver(past, [1, -1, 0]); // the second, a new one, the first
  const { fitted, z } = measure(grown, [3, 9, 5]);
  expect(fitted[0]).toBeCloseTo(5 / (1 + RIDGE), 10);
  expect(fitted[1]).toBeCloseTo(0, 10);
  expect(fitted[2]).toBeCloseTo(3 / (4 + RIDGE), 10);
  expect(z[1]).toBeCloseTo(9 / Math.sqrt(1 + RIDGE), 10);
});

test('after a restart everything fits until 50 readings have been learned again', () => {
  const rows = correlated(2, 50, 1);
  const { coherence } = coherenceOf(rows);
  coherence.restart();
  expect(measure(coherence, [9, -9]).z).toEqual([0, 0]);
  for (const row of rows) coherence.learn(Float64Array.from(row));
  expect(measure(coherence, [9, -9]).z[0]).not.toBe(0);
});

test('perfect copies: finite, expected to agree, and far out at once when one leaves the others', () => {
  const random = new Random(1);
  const rows = Array.from({ length: 500 }, () => new Array<number>(3).fill(random.normal()));
  const { coherence } = coherenceOf(rows);

  const { z, fitted } = measure(coherence, [1, 1, 1]);
  for (let i = 0; i < 3; i++) {
    expect(fitted[i]).toBeCloseTo(1, 2);
    expect(Math.abs(z[i])).toBeLessThan(0.1);
  }
  const apart = measure(coherence, [1, 1, 2]).z;
  expect(apart[2]).toBeGreaterThan(10);
  expect(apart.every(Number.isFinite)).toBe(true);
});

test('copies so large that the ridge drowns in rounding leave it finite too', () => {
  const { coherence } = coherenceOf(Array.from({ length: 100 }, (_, t) => new Array<number>(3).fill(1e9 * (t % 2))));
  expect(measure(coherence, [1, 2, 3]).z.every(Number.isFinite)).toBe(true);
});

test('constant series: nothing varies, so nothing but the noise that is always allowed can be said', () => {
  const { coherence } = coherenceOf(new Array<number[]>(100).fill([5, 7]));
  expect(measure(coherence, [5, 7]).z).toEqual([0, 0]);
  expect(measure(coherence, [5 + Math.sqrt(RIDGE), 7]).z[0]).toBeCloseTo(1, 9);
});

test('before 50 readings everything fits', () => {
  const rows = correlated(2, 50, 1);
  expect(measure(coherenceOf(rows.slice(1)).coherence, [9, -9])).toEqual({ z: [0, 0], fitted: [9, -9], y: [9, -9] });
  expect(measure(coherenceOf(rows).coherence, [9, -9]).z[0]).not.toBe(0);
});

describe('a series that is held', () => {
  const rows = correlated(4, 2000, 11);
  const { coherence } = coherenceOf(rows);
  const y = [...rows[7]];
  y[1] += 6;
  const measureHeld = (held: readonly number[]): { z: number[]; y: number[] } => {
    const vector = Float64Array.from(y);
    coherence.measure(
      vector,
      new Uint8Array(4).fill(1),
      Uint8Array.from(y, (_, i) => (held.includes(i) ? 1 : 0)),
    );
    return { z: [...coherence.z], y: [...vector] };
  };

  test('counts as missing for the others, and is measured against all', () => {
    const { z: all } = measure(coherence, y);
    const { z: without } = measure(coherence, y, [1]);
    const { z, y: values } = measureHeld([1]);
    expect(z[1]).toBeCloseTo(all[1], 12);
    for (const i of [0, 2, 3]) {
      expect(z[i]).toBeCloseTo(without[i], 12);
      expect(Math.abs(z[i] - all[i])).toBeGreaterThan(0.1);
    }
    expect(values).toEqual(y);
  });

  test('where all are held, each is measured against all', () => {
    expect(measureHeld([0, 1, 2, 3]).z).toEqual(measure(coherence, y).z);
  });
});
