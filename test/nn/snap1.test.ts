import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Memory } from '../../src/math/memory.ts';
import { Random } from '../../src/math/random.ts';
import { buildCell } from '../../src/nn/build-cell.ts';
import type { Cell } from '../../src/nn/cell.ts';
import type { Learner } from '../../src/nn/learner.ts';
import { Rtrl } from '../../src/nn/rtrl.ts';
import { Snap1 } from '../../src/nn/snap1.ts';
import { CELLS, distance, jacobians, normals } from './reference.ts';

/** A random problem: sizes, parameters, inputs, and an error for each step. */
const problems = fc.record({
  X: fc.integer({ min: 1, max: 3 }),
  H: fc.integer({ min: 1, max: 4 }),
  T: fc.integer({ min: 1, max: 25 }),
  seed: fc.integer(),
});

/** The gradient of step after step. */
function gradients(learner: Learner, P: number, xs: Float64Array[], errors: Float64Array[]): Float64Array[] {
  return xs.map((x, t) => {
    const dTheta = new Float64Array(P);
    learner.advance(x);
    expect(learner.credit(errors[t], dTheta)).toBe(true);
    return dTheta;
  });
}

describe.each(CELLS)('$name', ({ build }) => {
  test('real-time recurrent learning with the influence on all other units set to 0 at every step', () => {
    fc.assert(
      fc.property(problems, ({ X, H, T, seed }) => {
        const cell = build(X, H);
        const { stateSize: S, parameterCount: P } = cell;
        const random = new Random(seed);
        const theta = normals(P, random);
        const xs = Array.from({ length: T }, () => normals(X, random));
        const errors = xs.map(() => normals(S, random));

        const [s, tape] = [new Float64Array(S), new Float64Array(cell.tapeSize)];
        // The unit a parameter acts on is seen from I itself: the one whose rows it moves. With weights so small that no
        // gate is shut to the last bit, and in the third step, for in the first h_0 = 0 hides the recurrent weights.
        const gentle = theta.map((w) => w / 10);
        for (const x of [xs[0], xs[0], xs[0]]) cell.forward(gentle, x, s, s, tape);
        const pattern = jacobians(cell, gentle, tape).I;
        const acts = (unit: number, p: number) => pattern.some((row, k) => k % H === unit && row[p] !== 0);
        s.fill(0);
        let M = Array.from({ length: S }, () => new Float64Array(P));
        const masked = xs.map((x, t) => {
          cell.forward(theta, x, s, s, tape);
          const { J, I } = jacobians(cell, theta, tape);
          M = I.map((direct, k) =>
            direct.map((d, p) => (acts(k % H, p) ? M.reduce((total, row, j) => total + J[k][j] * row[p], d) : 0)),
          );
          return theta.map((_, p) => M.reduce((total, row, k) => total + row[p] * errors[t][k], 0));
        });

        const snap1 = gradients(new Snap1(new Memory(), cell, theta), P, xs, errors);
        for (let t = 0; t < T; t++) expect(distance(snap1[t], masked[t])).toBeLessThan(1e-10);
      }),
      { numRuns: 30 },
    );
  });
});

/** Checks that both learners give the same gradients, within 1e-12, at each of 40 steps. */
function agree(cell: Cell, seed: number): void {
  const random = new Random(seed);
  const theta = normals(cell.parameterCount, random, 0.7);
  const xs = Array.from({ length: 40 }, () => normals(cell.inputSize, random));
  const errors = xs.map(() => normals(cell.stateSize, random));
  const rtrl = gradients(new Rtrl(new Memory(), cell, theta), theta.length, xs, errors);
  const snap1 = gradients(new Snap1(new Memory(), cell, theta), theta.length, xs, errors);
  for (let t = 0; t < xs.length; t++) expect(distance(snap1[t], rtrl[t])).toBeLessThan(1e-12);
}

test.each(['elementwise', 'rnn', 'gru', 'lstm'] as const)('%s: exact for a unit alone', (kind) => {
  agree(buildCell(kind, 2, 1), 1);
});

test('exact for the element-wise LSTM of any size: equal to real-time recurrent learning', () => {
  fc.assert(
    fc.property(problems, ({ X, H, seed }) => {
      agree(buildCell('elementwise', X, H), seed);
    }),
    { numRuns: 30 },
  );
});

test.each(['rnn', 'gru', 'lstm'] as const)('%s: what units say to one another is lost from the second step', (kind) => {
  const cell = buildCell(kind, 2, 3);
  const random = new Random(1);
  const theta = normals(cell.parameterCount, random, 0.7);
  const xs = Array.from({ length: 2 }, () => normals(2, random));
  const errors = xs.map(() => normals(cell.stateSize, random));
  const rtrl = gradients(new Rtrl(new Memory(), cell, theta), theta.length, xs, errors);
  const snap1 = gradients(new Snap1(new Memory(), cell, theta), theta.length, xs, errors);
  expect(distance(snap1[0], rtrl[0])).toBeLessThan(1e-15);
  expect(distance(snap1[1], rtrl[1])).toBeGreaterThan(1e-3);
});

test('memory: G numbers a parameter, whatever the number of units', () => {
  for (const H of [2, 8]) {
    const [gru, lstm] = (['gru', 'lstm'] as const).map((kind) => {
      const cell = buildCell(kind, 3, H);
      const memory = new Memory();
      new Snap1(memory, cell, new Float64Array(cell.parameterCount));
      return { cell, layout: memory.layout };
    });
    expect(gru.layout).toBe(`state:${8 * H} influence:${8 * gru.cell.parameterCount}`);
    expect(lstm.layout).toBe(`state:${16 * H} influence:${16 * lstm.cell.parameterCount}`);
  }
});
