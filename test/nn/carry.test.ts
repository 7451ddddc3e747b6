import { describe, expect, test } from 'vitest';
import { Memory } from '../../src/math/memory.ts';
import { Random } from '../../src/math/random.ts';
import { buildNetwork } from '../../src/nn/build-network.ts';
import { carryTheta } from '../../src/nn/carry.ts';
import type { CoreOptions } from '../../src/nn/core.ts';
import type { NetworkOptions } from '../../src/nn/network.ts';
import { ARITHMETICS } from './kernel.ts';
import { TRAINING } from './reference.ts';

const OPTIONS: NetworkOptions = {
  cell: 'gru',
  peepholes: false,
  learner: 'tbptt',
  inputSize: 4,
  hiddenSize: 5,
  blocks: 2,
  bins: 4,
  direct: true,
  ...TRAINING,
};

test('rnn of one unit: the column of the kept input and the row of the kept block are copied, new ones are not', () => {
  const past: CoreOptions = { ...OPTIONS, cell: 'rnn', inputSize: 2, hiddenSize: 1, blocks: 2, bins: 1 };
  // W_ih (1, 2), W_hh, b_ih, b_hh; V (2, 1 + 2), b (2)
  const old = Float64Array.of(1, 2, 3, 4, 5, 11, 12, 13, 21, 22, 23, 31, 32);
  const theta = new Float64Array(13).fill(-1);
  // Input 1 and block 1 stay, and become the first; the second ones are new.
  carryTheta(past, old, past, theta, [1, -1], [1, -1]);
  expect([...theta]).toEqual([2, 0, 3, 4, 5, 21, 23, 0, -1, 0, 0, 32, -1]);
});

const CELLS: [string, Partial<NetworkOptions>][] = [
  ['rnn', { cell: 'rnn' }],
  ['gru', { cell: 'gru' }],
  ['lstm', { cell: 'lstm' }],
  ['lstm with peepholes', { cell: 'lstm', peepholes: true }],
  ['elementwise', { cell: 'elementwise', learner: 'rtrl' }],
  ['gru without direct connections', { direct: false }],
];

describe.each(ARITHMETICS)('$arithmetic', ({ arithmetic, kernel }) => {
  test.each(CELLS)('%s: what stays forecasts as before, whatever new inputs say', (_, options) => {
    const past = buildNetwork(new Memory(), { ...OPTIONS, ...options }, kernel);
    const random = new Random(7);
    const noise = (count: number): number[] => Array.from({ length: count }, () => random.normal());
    for (let t = 0; t < 200; t++) {
      past.advance(Float64Array.from(noise(4)));
      const target = t % 4;
      past.learn(past.output.map((p, k) => p - (k % 4 === target ? 1 : 0)));
    }
    const grown = { ...OPTIONS, ...options, inputSize: 5, blocks: 3 };
    const now = buildNetwork(new Memory(), grown, kernel);
    now.takeOver(past, [-1, 3, 2, -1, -1], [-1, 1, 0]); // of the inputs 0 and 1 are gone

    const same = (): void => {
      for (let i = 0; i < 4; i++) {
        expect(now.output[4 + i]).toBeCloseTo(past.output[4 + i], arithmetic === 'SIMD' ? 5 : 12);
        expect(now.output[8 + i]).toBeCloseTo(past.output[i], arithmetic === 'SIMD' ? 5 : 12);
      }
    };
    same();
    for (let t = 0; t < 20; t++) {
      const [x2, x3, ...fresh] = noise(5);
      past.advance(Float64Array.of(0, 0, x2, x3));
      now.advance(Float64Array.of(fresh[0], x3, x2, fresh[1], fresh[2]));
      same();
    }
  });

  test('new inputs and blocks learn, and kept ones continue to learn', () => {
    const past = buildNetwork(new Memory(), OPTIONS, kernel);
    past.advance(new Float64Array(4));
    const now = buildNetwork(new Memory(), OPTIONS, kernel);
    now.takeOver(past, [0, 1, -1, -1], [0, -1]);
    const error = (): Float64Array => now.output.map((p, k) => p - (k % 4 === 1 ? 1 : 0));
    expect(now.learn(error())).toBe(false); // of this forecast there is no tape
    for (let t = 0; t < 300; t++) {
      now.advance(Float64Array.of(0, 1, 0, 1));
      expect(now.learn(error())).toBe(true);
    }
    expect(now.output[1]).toBeGreaterThan(0.9);
    expect(now.output[5]).toBeGreaterThan(0.9);
  });
});
