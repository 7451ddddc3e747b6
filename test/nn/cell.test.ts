import { expect, test } from 'vitest';
import { Random } from '../../src/math/random.ts';
import { scatterWeights, spreadTimeConstants } from '../../src/nn/cell.ts';
import { sigmoid } from './reference.ts';

const N = 10_000;

test('scattered weights from 49 inputs: mean 0 and deviation 0.1 within 4 standard errors', () => {
  const theta = new Float64Array(N);
  scatterWeights(theta, 0, N, 49, new Random(1));
  const moment = (power: number) => theta.reduce((sum, w) => sum + w ** power, 0) / N;
  expect(Math.abs(moment(1))).toBeLessThan((4 * 0.1) / Math.sqrt(N));
  expect(Math.abs(Math.sqrt(moment(2)) - 0.1)).toBeLessThan((4 * 0.1) / Math.sqrt(2 * N));
});

test('initial time constants lie in [2, 64], evenly on a logarithmic scale: 1/5 in each factor of 2', () => {
  const theta = new Float64Array(N);
  spreadTimeConstants(theta, 0, N, new Random(1));
  const octaves = new Array<number>(5).fill(0);
  for (const bias of theta) {
    const T = 1 / (1 - sigmoid(bias)); // the gate keeps 1 - 1/T a step
    expect(T).toBeGreaterThanOrEqual(2);
    expect(T).toBeLessThanOrEqual(64 + 1e-12);
    octaves[Math.min(4, Math.floor(Math.log2(T)) - 1)]++;
  }
  // A share of 1/5 has the standard error sqrt(0.2 · 0.8 / N).
  for (const count of octaves) expect(Math.abs(count / N - 0.2)).toBeLessThan(4 * Math.sqrt(0.16 / N));
});

test('both fill the asked-for stretch only', () => {
  for (const fill of [
    (theta: Float64Array) => {
      scatterWeights(theta, 2, 3, 1, new Random(1));
    },
    (theta: Float64Array) => {
      spreadTimeConstants(theta, 2, 3, new Random(1));
    },
  ]) {
    const theta = new Float64Array(7);
    fill(theta);
    expect([...theta].map((value) => value !== 0)).toEqual([false, false, true, true, true, false, false]);
  }
});
