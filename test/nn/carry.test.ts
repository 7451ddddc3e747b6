import { describe, expect, test } from 'vitest';
import { Memory } from '../../src/math/memory.ts';
import { Random } from '../../src/math/random.ts';
import { buildNetwork } from '../../src/nn/build-network.ts';
import { carryTheta, unitsOf } from '../../src/nn/carry.ts';
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
  carryTheta(past, old, past, theta, { inputs: [1, -1], blocks: [1, -1], units: [0] });
  expect([...theta]).toEqual([2, 0, 3, 4, 5, 21, 23, 0, -1, 0, 0, 32, -1]);
});

test('a second unit: initial weights from the input and from both units, none to the first one and to the read-out', () => {
  const past: CoreOptions = { ...OPTIONS, cell: 'rnn', inputSize: 1, hiddenSize: 1, blocks: 1, bins: 1 };
  // W_ih, W_hh, b_ih, b_hh; V (1, 1 + 1), b
  const old = Float64Array.of(1, 2, 3, 4, 11, 12, 13);
  const theta = new Float64Array(14).fill(-1);
  carryTheta(past, old, { ...past, hiddenSize: 2 }, theta, { inputs: [0], blocks: [0], units: [0, -1] });
  // W_ih (2, 1), W_hh (2, 2), b_ih (2), b_hh (2); V (1, 2 + 1), b
  expect([...theta]).toEqual([1, -1, 2, 0, -1, -1, 3, -1, 4, -1, 11, 0, 12, 13]);
});

test('of three units those with the most weight on the read-out and on units stay, in their order', () => {
  const past: CoreOptions = { ...OPTIONS, cell: 'rnn', inputSize: 1, hiddenSize: 3, blocks: 1, bins: 1 };
  const old = new Float64Array(23); // W_ih (3, 1), W_hh (3, 3), b_ih (3), b_hh (3); V (1, 3 + 1), b
  old[3 + 0] = 0.5; // W_hh, from unit 0
  old[3 + 4] = 0.1; // from unit 1
  old[18 + 2] = 0.7; // V, from unit 2
  expect(unitsOf(past, old, { ...past, hiddenSize: 2 })).toEqual([0, 2]);
  expect(unitsOf(past, old, { ...past, hiddenSize: 1 })).toEqual([2]);
  expect(unitsOf(past, old, { ...past, hiddenSize: 4 })).toEqual([0, 1, 2, -1]);
  expect(unitsOf(past, old, { ...past, cell: 'gru' })).toEqual([-1, -1, -1]);
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

  test.each(CELLS)('%s: with more units it forecasts as before, and learns better than before', (_, options) => {
    const past = buildNetwork(new Memory(), { ...OPTIONS, ...options }, kernel);
    const random = new Random(7);
    const noise = (): Float64Array => Float64Array.from({ length: 4 }, () => random.normal());
    const learn = (network: typeof past, t: number): void => {
      network.learn(network.output.map((p, k) => p - (k % 4 === t % 4 ? 1 : 0)));
    };
    for (let t = 0; t < 200; t++) {
      past.advance(noise());
      learn(past, t);
    }
    const now = buildNetwork(new Memory(), { ...OPTIONS, ...options, hiddenSize: 11, horizon: 3, seed: 9 }, kernel);
    now.takeOver(past, [0, 1, 2, 3], [0, 1]);
    for (let t = 0; t < 20; t++) {
      for (const [k, p] of past.output.entries()) expect(now.output[k]).toBeCloseTo(p, arithmetic === 'SIMD' ? 5 : 12);
      const x = noise();
      past.advance(x);
      now.advance(x);
    }
    // The new units have no weight in the read-out at first, and get some.
    const theta = new Float64Array(now.core.parameterCount);
    const fromNewUnit = (): number => {
      now.core.read(theta);
      return theta[theta.length - 8 - (options.direct === false ? 1 : 5)];
    };
    expect(fromNewUnit()).toBe(0);
    for (let t = 0; t < 40; t++) {
      learn(now, t);
      now.advance(noise());
    }
    expect(Math.abs(fromNewUnit())).toBeGreaterThan(1e-4);
  });

  test('with fewer units, another cell or another learner it has finite forecasts and learns', () => {
    const past = buildNetwork(new Memory(), OPTIONS, kernel);
    for (let t = 0; t < 50; t++) {
      past.advance(Float64Array.of(1, t % 2, 0, -1));
      past.learn(past.output.map((p, k) => p - (k % 4 === 1 ? 1 : 0)));
    }
    const others: Partial<NetworkOptions>[] = [
      { hiddenSize: 3 },
      { cell: 'lstm' },
      { cell: 'elementwise', learner: 'rtrl' },
      { learner: 'snap1' },
    ];
    for (const other of others) {
      const now = buildNetwork(new Memory(), { ...OPTIONS, ...other }, kernel);
      now.takeOver(past, [0, 1, 2, 3], [0, 1]);
      for (let t = 0; t < 50; t++) {
        now.advance(Float64Array.of(1, t % 2, 0, -1));
        expect(now.learn(now.output.map((p, k) => p - (k % 4 === 1 ? 1 : 0)))).toBe(true);
      }
      expect(now.output[1]).toBeGreaterThan(past.output[1] - 0.05);
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

test('from Float64 to SIMD and back, the forecasts go on', () => {
  const [plain, simd] = ARITHMETICS.map(({ kernel }) => kernel);
  for (const [from, to] of [
    [plain, simd],
    [simd, plain],
  ]) {
    const past = buildNetwork(new Memory(), { ...OPTIONS, cell: 'lstm' }, from);
    for (let t = 0; t < 20; t++) past.advance(Float64Array.of(1, t % 3, 0, -1));
    const now = buildNetwork(new Memory(), { ...OPTIONS, cell: 'lstm', seed: 5 }, to);
    now.takeOver(past, [0, 1, 2, 3], [0, 1]);
    for (const network of [past, now]) network.advance(Float64Array.of(0, 1, 2, 3));
    for (const [k, p] of past.output.entries()) expect(now.output[k]).toBeCloseTo(p, 5);
  }
});
