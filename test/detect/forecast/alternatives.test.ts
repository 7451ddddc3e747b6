import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beyondAxis, BINS, softTarget, surprisal } from '../../../src/math/bins.ts';
import { Alternatives, LAMBDAS } from '../../../src/detect/forecast/alternatives.ts';

/** All probability in the first bins. */
const forecast = (...shares: number[]): Float64Array => {
  const p = new Float64Array(BINS);
  p.set(shares);
  return p;
};
/** A step in the middle of bin b. */
const step = (b: number): Float64Array => {
  const q = new Float64Array(BINS);
  q[b] = 1;
  return q;
};
const distribution = fc
  .array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: BINS, maxLength: BINS })
  .map((weights) => {
    const sum = weights.reduce((a, b) => a + b);
    return Float64Array.from(weights, (w) => w / sum);
  });

test('3/4 and 1/4: the entropy is 0.562 nats, and the rare step has a loss of 1.386', () => {
  const alternatives = new Alternatives();
  alternatives.measure(forecast(0.75, 0.25), step(1));
  const entropy = -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25));
  expect(alternatives.excess).toBeCloseTo(Math.log(4) - entropy, 5);
});

test('3/4 and 1/4 with λ = -1: 9/10 and 1/10, so the usual step is 1.2 times as likely and the rare one 0.4 times', () => {
  const alternatives = new Alternatives();
  const minusOne = LAMBDAS.indexOf(-1);
  for (const [b, times] of [
    [0, 1.2],
    [1, 0.4],
  ]) {
    alternatives.measure(forecast(0.75, 0.25), step(b));
    expect(Math.exp(alternatives.ratios[minusOne])).toBeCloseTo(times, 5);
  }
});

test('a forecast that says nothing has no alternatives: all ratios are 0', () => {
  const alternatives = new Alternatives();
  alternatives.measure(new Float64Array(BINS).fill(1 / BINS), step(5));
  for (const ratio of alternatives.ratios) expect(ratio).toBeCloseTo(0, 5);
});

test('if the steps come from the forecast, the mean of exp(ratio) is 1 for each alternative, and that of the excess 0', () => {
  const alternatives = new Alternatives();
  fc.assert(
    fc.property(distribution, (p) => {
      const means = new Float64Array(LAMBDAS.length);
      let excess = 0;
      for (let b = 0; b < BINS; b++) {
        alternatives.measure(p, step(b));
        excess += p[b] * alternatives.excess;
        LAMBDAS.forEach((_, k) => (means[k] += p[b] * Math.exp(alternatives.ratios[k])));
      }
      expect(excess).toBeCloseTo(0, 10);
      for (const mean of means) expect(mean).toBeCloseTo(1, 2);
    }),
  );
});

test('with soft targets and the forecast that is their mean, it is at most 1', () => {
  const alternatives = new Alternatives();
  const places = [-1, 0.1, 0.15, 2];
  const p = new Float64Array(BINS);
  const q = new Float64Array(BINS);
  for (const y of places) {
    softTarget(y, q, 0);
    for (let b = 0; b < BINS; b++) p[b] += q[b] / places.length;
  }
  const means = new Float64Array(LAMBDAS.length);
  for (const y of places) {
    softTarget(y, q, 0);
    alternatives.measure(p, q);
    LAMBDAS.forEach((_, k) => (means[k] += Math.exp(alternatives.ratios[k]) / places.length));
  }
  for (const mean of means) expect(mean).toBeLessThanOrEqual(1);
});

test('its loss is the surprisal without the part that lies beyond the axis', () => {
  const alternatives = new Alternatives();
  fc.assert(
    fc.property(distribution, fc.double({ min: -9, max: 9, noNaN: true }), (p, y) => {
      const q = new Float64Array(BINS);
      softTarget(y, q, 0);
      alternatives.measure(p, q);
      expect(alternatives.loss + beyondAxis(y)).toBe(surprisal(p, q, 0, y));
    }),
  );
});
