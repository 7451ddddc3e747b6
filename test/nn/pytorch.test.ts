import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Memory } from '../../src/math/memory.ts';
import { Adam } from '../../src/nn/adam.ts';
import { buildCell } from '../../src/nn/build-cell.ts';
import { Rtrl } from '../../src/nn/rtrl.ts';
import { Tbptt } from '../../src/nn/tbptt.ts';
import { dot, run } from './reference.ts';

/** What test/vectors/make.py writes. */
interface Vectors {
  theta: number[];
  xs: number[][];
  ys: number[][];
  states: number[][];
  loss: number;
  dTheta: number[];
  trained: number[];
}

const [X, H, T] = [3, 4, 12];

/** Largest |actual - expected| over the largest |expected|. */
function apart(actual: ArrayLike<number>, expected: number[]): number {
  expect(actual.length).toBe(expected.length);
  const size = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(actual[i] - value))) / size;
}

describe.each([
  ['rnn', buildCell('rnn', X, H)],
  ['gru', buildCell('gru', X, H)],
  ['lstm', buildCell('lstm', X, H)],
  ['lstm-peepholes', buildCell('lstm', X, H, true)],
])('%s', (name, cell) => {
  const file = new URL(`../vectors/${name}.json`, import.meta.url);
  const { xs, ys, states, loss, dTheta, ...vectors } = JSON.parse(readFileSync(file, 'utf8')) as Vectors;
  const theta = Float64Array.from(vectors.theta);
  const inputs = xs.map((x) => Float64Array.from(x));
  /** dL_t/ds_t of L_t = |h_t - y_t|^2 / 2. */
  const error = (state: Float64Array, y: number[]) => state.map((h, i) => (i < H ? h - y[i] : 0));

  test('the states of 12 steps agree within 1e-12', () => {
    for (const [t, state] of run(cell, theta, inputs).states.entries())
      expect(apart(state, states[t])).toBeLessThan(1e-12);
  });

  test('so does the loss', () => {
    const errors = run(cell, theta, inputs).states.map((state, t) => error(state, ys[t]));
    const ours = errors.reduce((L, d) => L + dot(d, d) / 2, 0);
    expect(apart([ours], [loss])).toBeLessThan(1e-12);
  });

  test.each([
    ['back-propagation', (memory: Memory) => new Tbptt(memory, cell, theta, { horizon: T, every: T })],
    ['real-time recurrent learning', (memory: Memory) => new Rtrl(memory, cell, theta)],
  ])('the gradient of the loss by %s agrees within 1e-12', (_, build) => {
    const learner = build(new Memory());
    const gradient = new Float64Array(theta.length);
    for (const [t, x] of inputs.entries()) {
      learner.advance(x);
      learner.credit(error(learner.state, ys[t]), gradient);
    }
    expect(apart(gradient, dTheta)).toBeLessThan(1e-12);
  });

  test('BPTT(5; 5) and Adam behind a clip: after 160 updates the parameters agree within 1e-12', () => {
    const memory = new Memory();
    const trained = theta.slice();
    const gradient = new Float64Array(theta.length);
    const learner = new Tbptt(memory, cell, trained, { horizon: 5, every: 5 });
    const adam = new Adam(memory, theta.length, { learningRate: 0.01, clip: 1 });
    for (let t = 0; t < 160 * 5; t++) {
      learner.advance(inputs[t % T]);
      if (learner.credit(error(learner.state, ys[t % T]), gradient)) adam.update(trained, gradient);
    }
    expect(apart(theta, vectors.trained)).toBeGreaterThan(0.1); // they did move
    expect(apart(trained, vectors.trained)).toBeLessThan(1e-12);
  });
});
