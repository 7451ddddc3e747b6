import { Random } from '../../src/math/random.ts';
import { buildCell } from '../../src/nn/build-cell.ts';
import type { LearnerKind } from '../../src/nn/build-learner.ts';
import type { Cell } from '../../src/nn/cell.ts';

/** Every cell there is: a name for the report and how to make one of X inputs and H hidden units. */
export const CELLS: readonly { name: string; build: (X: number, H: number) => Cell }[] = [
  { name: 'rnn', build: (X, H) => buildCell('rnn', X, H) },
  { name: 'gru', build: (X, H) => buildCell('gru', X, H) },
  { name: 'lstm', build: (X, H) => buildCell('lstm', X, H) },
  { name: 'lstm with peepholes', build: (X, H) => buildCell('lstm', X, H, true) },
  { name: 'elementwise', build: (X, H) => buildCell('elementwise', X, H) },
];

/** Every learner there is. */
export const LEARNERS: readonly LearnerKind[] = ['tbptt', 'rtrl', 'snap1'];

/** How networks learn, where a test is not about that. */
export const TRAINING = { horizon: 8, trainEvery: 1, learningRate: 0.01, clip: 1, seed: 1, regeneration: 0 } as const;

/** `length` normal deviates times `scale`. */
export function normals(length: number, random: Random, scale = 1): Float64Array {
  return Float64Array.from({ length }, () => random.normal() * scale);
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Largest |actual - expected|, relative to the largest |expected| where that is above 1. NaN when any number is NaN. */
export function distance(actual: Float64Array, expected: Float64Array): number {
  if (actual.length !== expected.length) throw new RangeError(`lengths ${actual.length} and ${expected.length}`);
  let [apart, size] = [0, 1];
  for (let i = 0; i < expected.length; i++) {
    apart = Math.max(apart, Math.abs(actual[i] - expected[i]));
    size = Math.max(size, Math.abs(expected[i]));
  }
  return apart / size;
}

/**
 * Gradient of f at `values` by central differences of step 1e-5: (f(v + e) - f(v - e)) / 2e. For f and its
 * derivatives of the order of 1, truncation (e^2) and rounding (1e-16 / e) both stay below 1e-9.
 */
export function differences(values: Float64Array, f: () => number): Float64Array {
  const step = 1e-5;
  return values.map((value, i) => {
    values[i] = value + step;
    const above = f();
    values[i] = value - step;
    const below = f();
    values[i] = value;
    return (above - below) / (2 * step);
  });
}

/** Runs a cell over a whole sequence from s_0 = 0 at fixed theta, with a state and a tape of its own for every step. */
export function run(
  cell: Cell,
  theta: Float64Array,
  xs: Float64Array[],
): { states: Float64Array[]; tapes: Float64Array[] } {
  const [states, tapes]: Float64Array[][] = [[], []];
  let previous = new Float64Array(cell.stateSize);
  for (const x of xs) {
    const [next, tape] = [new Float64Array(cell.stateSize), new Float64Array(cell.tapeSize)];
    cell.forward(theta, x, previous, next, tape);
    states.push(next);
    tapes.push(tape);
    previous = next;
  }
  return { states, tapes };
}

/** dL/dtheta of the one loss with dL/ds_at = ds, followed back through the steps `at`, at - 1, ... down to `oldest`. */
export function gradientOfOne(
  cell: Cell,
  theta: Float64Array,
  tapes: Float64Array[],
  ds: Float64Array,
  at: number,
  oldest: number,
): Float64Array {
  const dTheta = new Float64Array(theta.length);
  let error = ds.slice();
  for (let t = at; t >= Math.max(oldest, 0); t--) {
    const before = new Float64Array(cell.stateSize);
    cell.backward(theta, tapes[t], error, before, dTheta);
    error = before;
  }
  return dTheta;
}

export function sum(length: number, terms: Float64Array[]): Float64Array {
  const total = new Float64Array(length);
  for (const term of terms) for (let i = 0; i < length; i++) total[i] += term[i];
  return total;
}

/** J = ds_t/ds_{t-1} and I = ds_t/dtheta at fixed s_{t-1}, row by row: row k is the gradient of s_t[k]. */
export function jacobians(
  cell: Cell,
  theta: Float64Array,
  tape: Float64Array,
): { J: Float64Array[]; I: Float64Array[] } {
  const [J, I]: Float64Array[][] = [[], []];
  for (let k = 0; k < cell.stateSize; k++) {
    J.push(new Float64Array(cell.stateSize));
    I.push(new Float64Array(theta.length));
    cell.backward(theta, tape, new Float64Array(cell.stateSize).fill(1, k, k + 1), J[k], I[k]);
  }
  return { J, I };
}

/** The logistic function. */
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
