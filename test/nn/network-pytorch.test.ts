import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Memory } from '../../src/math/memory.ts';
import type { CellKind } from '../../src/nn/build-cell.ts';
import { buildNetwork } from '../../src/nn/build-network.ts';
import { ARITHMETICS } from './kernel.ts';

/** What test/vectors/network.py writes for one cell and read-out. */
interface Vectors {
  theta: number[];
  xs: number[][];
  targets: number[][];
  outputs: number[][];
  trained: number[];
}

const file = new URL('../vectors/network.json', import.meta.url);
const all = Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, Vectors>);
const [X, H, T, WINDOW, UPDATES] = [3, 6, 24, 5, 160];

/** Bounds on the largest difference in an output and in a parameter; parameters are of the order of 1. */
const BOUNDS = { Float64: { outputs: 1e-13, parameters: 1e-10 }, SIMD: { outputs: 1e-6, parameters: 1e-5 } };

const apart = (actual: ArrayLike<number>, expected: readonly number[]): number => {
  expect(actual.length).toBe(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(actual[i] - value)));
};

describe.each(ARITHMETICS)('$arithmetic against PyTorch in float64', ({ arithmetic, kernel }) => {
  describe.each(all)('%s', (name, { xs, targets, outputs, trained, ...start }) => {
    const [cell, readOut] = name.split(', ');
    const softmax = readOut === 'softmax';
    const network = (trainEvery: number, horizon: number) => {
      const built = buildNetwork(
        new Memory(),
        {
          cell: (cell.startsWith('lstm') ? 'lstm' : cell) as CellKind,
          peepholes: cell === 'lstm with peepholes',
          learner: 'tbptt',
          inputSize: X,
          hiddenSize: H,
          blocks: softmax ? 2 : 3,
          bins: softmax ? 4 : 1,
          direct: softmax,
          horizon,
          trainEvery,
          learningRate: 0.003,
          clip: 1,
          seed: 1,
          regeneration: 0,
        },
        kernel,
      );
      built.core.write(Float64Array.from(start.theta));
      return built;
    };

    test('24 forecasts agree', () => {
      const { core } = network(1, 1);
      for (const [t, x] of xs.entries()) {
        core.advance(Float64Array.from(x));
        expect(apart(core.output, outputs[t])).toBeLessThan(BOUNDS[arithmetic].outputs);
      }
    });

    test('so do the parameters after BPTT(5; 5) and 160 updates of Adam behind a clip', () => {
      const built = network(WINDOW, WINDOW);
      for (let t = 0; t < UPDATES * WINDOW; t++) {
        built.advance(Float64Array.from(xs[t % T]));
        built.learn(built.output.map((y, k) => y - targets[t % T][k]));
      }
      const theta = new Float64Array(built.core.parameterCount);
      built.core.read(theta);
      expect(apart(start.theta as unknown as Float64Array, trained)).toBeGreaterThan(0.1); // they did move
      expect(apart(theta, trained)).toBeLessThan(BOUNDS[arithmetic].parameters);
    });
  });
});
