import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Memory } from '../../src/math/memory.ts';
import { buildCell } from '../../src/nn/build-cell.ts';
import { buildLearner } from '../../src/nn/build-learner.ts';
import { forgetBeyondMeasure } from '../../src/nn/influence.ts';

test('an influence up to 1e100 is kept bit for bit', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e100, max: 1e100, noNaN: true })), (numbers) => {
      const M = Float64Array.from(numbers);
      forgetBeyondMeasure(M);
      expect(M).toEqual(Float64Array.from(numbers));
    }),
  );
});

test.each([1.01e100, -1e300, Infinity, -Infinity, NaN])('one %d among them, wherever it is, and all are 0', (wild) => {
  for (let at = 0; at < 5; at++) {
    const M = Float64Array.of(1, 2, 3, 4, 5);
    M[at] = wild;
    forgetBeyondMeasure(M);
    expect(M).toEqual(new Float64Array(5));
  }
});

test.each(['rtrl', 'snap1'] as const)(
  '%s on an unstable point: influence doubles up to 1e100, then begins anew',
  (kind) => {
    // One unit, h = tanh(2 h + b) at h = 0: the influence of b is 1, then 2·1 + 1, then 2·3 + 1, ...
    const theta = Float64Array.of(0, 2, 0, 0); // W_ih, W_hh, b_ih, b_hh
    const learner = buildLearner(kind, new Memory(), buildCell('rnn', 1, 1), theta, { horizon: 1, every: 1 });
    const influence = () => {
      const dTheta = new Float64Array(4);
      learner.advance(Float64Array.of(0));
      learner.credit(Float64Array.of(1), dTheta);
      return dTheta[2];
    };
    for (let t = 1; t <= 332; t++) expect(influence()).toBe(2 ** t - 1); // 2^332 = 0.9e100
    expect(influence()).toBe(0);
    for (const anew of [1, 3, 7]) expect(influence()).toBe(anew);
  },
);
