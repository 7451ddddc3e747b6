import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Memory } from '../../src/math/memory.ts';
import { Random } from '../../src/math/random.ts';
import { RnnCell } from '../../src/nn/rnn-cell.ts';
import { Rtrl } from '../../src/nn/rtrl.ts';
import { CELLS, distance, gradientOfOne, normals, run, sum } from './reference.ts';

describe.each(CELLS)('$name', ({ build }) => {
  test('each loss is credited through all of the past: within 1e-10 of full BPTT at every step of any sequence', () => {
    const sizes = fc.record({ X: fc.integer({ min: 1, max: 3 }), H: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 25 }), fc.integer(), ({ X, H }, T, seed) => {
        const cell = build(X, H);
        const random = new Random(seed);
        const theta = normals(cell.parameterCount, random);
        const xs = Array.from({ length: T }, () => normals(X, random));
        const { states, tapes } = run(cell, theta, xs);
        const learner = new Rtrl(new Memory(), cell, theta);
        for (const [t, x] of xs.entries()) {
          const [ds, dTheta] = [normals(cell.stateSize, random), new Float64Array(theta.length)];
          learner.advance(x);
          expect(learner.credit(ds, dTheta)).toBe(true);
          expect(learner.state).toEqual(states[t]);
          expect(distance(dTheta, gradientOfOne(cell, theta, tapes, ds, t, 0))).toBeLessThan(1e-10);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('the losses of a sequence, one at every step: their sum is that of full BPTT within 1e-10', () => {
    const [X, H, T] = [2, 3, 40];
    const cell = build(X, H);
    const random = new Random(1);
    const theta = normals(cell.parameterCount, random, 0.7);
    const xs = Array.from({ length: T }, () => normals(X, random));
    const errors = xs.map(() => normals(cell.stateSize, random));
    const { tapes } = run(cell, theta, xs);
    const dTheta = new Float64Array(theta.length);
    const learner = new Rtrl(new Memory(), cell, theta);
    for (const [t, x] of xs.entries()) {
      learner.advance(x);
      learner.credit(errors[t], dTheta);
    }
    const fullBptt = sum(
      theta.length,
      errors.map((ds, t) => gradientOfOne(cell, theta, tapes, ds, t, 0)),
    );
    expect(distance(dTheta, fullBptt)).toBeLessThan(1e-10);
  });
});

test('one unit by hand: h = tanh(w h + b) at h = 0, where J = w = 1/2 and the bias has influence 1, 3/2, 7/4, ...', () => {
  const theta = Float64Array.of(0, 1 / 2, 0, 0); // W_ih, W_hh, b_ih, b_hh
  const learner = new Rtrl(new Memory(), new RnnCell(1, 1), theta);
  for (const influence of [1, 3 / 2, 7 / 4, 15 / 8]) {
    const dTheta = new Float64Array(4);
    learner.advance(Float64Array.of(0));
    learner.credit(Float64Array.of(1), dTheta);
    expect(dTheta).toEqual(Float64Array.of(0, 0, influence, influence));
  }
});
