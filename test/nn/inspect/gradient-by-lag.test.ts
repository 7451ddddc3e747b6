import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/math/random.ts';
import { buildCell } from '../../../src/nn/build-cell.ts';
import { gradientByLag, lagBelow } from '../../../src/nn/inspect/gradient-by-lag.ts';
import { lengthOf } from '../../../src/math/dense.ts';
import { CELLS, differences, dot, normals, run } from '../reference.ts';

const size = (x: Float64Array): number => lengthOf(x, 0, x.length);

test('one Elman unit by hand: w^k times the product of tanh prime', () => {
  const [w, v, b] = [0.9, 0.5, 0.1];
  const cell = buildCell('rnn', 1, 1);
  const theta = Float64Array.of(v, w, b, 0); // W_ih, W_hh, b_ih, b_hh
  const xs = [0.3, -1, 2, 0.4].map((x) => Float64Array.of(x));
  const { tapes, states } = run(cell, theta, xs);
  const slopes = states.map(([h]) => 1 - h * h);
  const { gradient, gain } = gradientByLag(cell, theta, tapes, Float64Array.of(-2));
  const byHand = [
    1,
    w * slopes[3],
    w ** 2 * slopes[3] * slopes[2],
    w ** 3 * slopes[3] * slopes[2] * slopes[1],
    w ** 4 * slopes[3] * slopes[2] * slopes[1] * slopes[0],
  ];
  for (const [k, factor] of byHand.entries()) {
    expect(gradient[k]).toBeCloseTo(2 * factor, 14);
    expect(gain[k]).toBeCloseTo(factor, 14);
  }
});

describe('at h = 0, where tanh is linear with slope 1, the product is W^k', () => {
  const [H, T] = [3, 20];
  const still = Array.from({ length: T }, () => Float64Array.of(0));
  const cell = buildCell('rnn', 1, H);
  const reach = (W: readonly number[]) => {
    const theta = new Float64Array(cell.parameterCount);
    theta.set(W, H); // behind W_ih
    const { tapes } = run(cell, theta, still);
    return gradientByLag(cell, theta, tapes, Float64Array.of(1, 0, 0));
  };
  const diagonal = (w: number) => [w, 0, 0, 0, w, 0, 0, 0, w];

  test.each([
    ['vanishes at 0.5', 0.5],
    ['stays at 1', 1],
    ['explodes at 1.5', 1.5],
  ])('the gradient %s', (_, w) => {
    const { gradient, gain } = reach(diagonal(w));
    for (let k = 0; k <= T; k++) {
      expect(gradient[k] / w ** k).toBeCloseTo(1, 12);
      expect(gain[k] / w ** k).toBeCloseTo(1, 12);
    }
  });

  test('a rotation turns the error and keeps its length', () => {
    const [c, s] = [Math.cos(1), Math.sin(1)];
    const { gradient } = reach([c, -s, 0, s, c, 0, 0, 0, 1]);
    for (const length of gradient) expect(length).toBeCloseTo(1, 12);
  });

  test('the gain is of all directions, the gradient of one', () => {
    const { gradient, gain } = reach([0, 0, 0, 0, 1, 0, 0, 0, 1]); // forgets the first unit
    expect(gradient.slice(0, 2)).toEqual(Float64Array.of(1, 0));
    expect(gain[1]).toBeCloseTo(Math.sqrt(2 / 3), 12);
  });
});

test('the constant error carousel: with open forget gates and no other way the error in c stays as it is', () => {
  const [H, T] = [2, 30];
  const cell = buildCell('lstm', 1, H);
  const theta = new Float64Array(cell.parameterCount);
  const b_i = 4 * H * (1 + H);
  theta.fill(-40, b_i, b_i + H); // input gate shut
  theta.fill(40, b_i + H, b_i + 2 * H); // forget gate open
  const { tapes } = run(
    cell,
    theta,
    Array.from({ length: T }, () => Float64Array.of(1)),
  );
  const { gradient } = gradientByLag(cell, theta, tapes, Float64Array.of(0, 0, 3, 4));
  for (const length of gradient) expect(length).toBeCloseTo(5, 12);
});

describe.each(CELLS)('$name', ({ build }) => {
  const [X, H, T] = [2, 3, 6];
  const cell = build(X, H);
  const random = new Random(4);
  const theta = normals(cell.parameterCount, random);
  const xs = Array.from({ length: T }, () => normals(X, random));
  const start = normals(cell.stateSize, random);
  const ds = normals(H, random);
  const error = new Float64Array(cell.stateSize);
  error.set(ds);

  /** The states from `from` on over the inputs xs[first], ..., each with its tape. */
  const continued = (from: Float64Array, first: number) => {
    let s = from.slice();
    const tapes = xs.slice(first).map((x) => {
      const [next, tape] = [new Float64Array(cell.stateSize), new Float64Array(cell.tapeSize)];
      cell.forward(theta, x, s, next, tape);
      s = next;
      return tape;
    });
    return { s, tapes };
  };

  test('each lag is within 1e-7 of central differences in the state of that time', () => {
    const { tapes } = continued(start, 0);
    const { gradient, gain } = gradientByLag(cell, theta, tapes, error);
    expect(gradient).toHaveLength(T + 1);
    for (let k = 0; k <= T; k++) {
      const then = start.slice();
      for (let t = 0; t < T - k; t++) cell.forward(theta, xs[t], then, then, new Float64Array(cell.tapeSize));
      const slope = (f: (s: Float64Array) => number) => differences(then, () => f(continued(then, T - k).s));
      expect(gradient[k]).toBeCloseTo(size(slope((s) => dot(ds, s.subarray(0, H)))), 7);
      const rows = Array.from({ length: H }, (_, i) => size(slope((s) => s[i])) ** 2);
      expect(gain[k]).toBeCloseTo(Math.sqrt(rows.reduce((sum, row) => sum + row, 0) / H), 7);
    }
  });
});

test('a large network is sampled in fewer directions: within a third of the exact product of a rotation', () => {
  const H = 128;
  const cell = buildCell('rnn', 1, H);
  const theta = new Float64Array(cell.parameterCount);
  for (let i = 0; i < H; i++) theta[H + i * H + ((i + 1) % H)] = i % 2 === 0 ? 1 : 0.5; // unit i reads unit i + 1
  const { tapes } = run(
    cell,
    theta,
    Array.from({ length: 40 }, () => Float64Array.of(0)),
  );
  const { gain } = gradientByLag(cell, theta, tapes, new Float64Array(H).fill(1));
  expect(gain[0]).toBe(1);
  const exact = Math.sqrt((1 + 0.25) / 2); // mean square of the factors of one step
  expect(gain[1] / exact).toBeGreaterThan(0.67);
  expect(gain[1] / exact).toBeLessThan(1.5);
  expect(gain[40] / 0.5 ** 20).toBeCloseTo(1, 9); // every path of 40 units has 20 factors of 1 and 20 of a half
});

test.each([
  [[8, 4, 2, 1], 0.3, 2],
  [[8, 1, 8, 1], 0.3, 3], // it comes back, and only the last fall counts
  [[8, 9, 10, 12], 0.3, null],
  [[8], 0.3, null],
])('of %j below a share of %f from lag %j on', (gradient, share, expected) => {
  expect(lagBelow(Float64Array.from(gradient), share)).toBe(expected);
});
