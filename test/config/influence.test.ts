import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { influenceNumbers, tooMuchInfluence, type NetworkTuning } from '../../src/config/influence.ts';
import { Detector, inputSize } from '../../src/detect/detector.ts';
import { Memory } from '../../src/math/memory.ts';
import { DEFAULTS } from '../detect/options.ts';

const network = (rest: Partial<NetworkTuning>): NetworkTuning => ({
  network: true,
  cell: 'gru',
  peepholes: false,
  learner: 'rtrl',
  hiddenSize: 16,
  ...rest,
});
const CELLS: readonly Partial<NetworkTuning>[] = [
  { cell: 'rnn' },
  { cell: 'gru' },
  { cell: 'lstm' },
  { cell: 'lstm', peepholes: true },
  { cell: 'elementwise' },
];

describe('numbers of influence', () => {
  test('of an rnn of 3 units on one series, by hand', () => {
    // Hears 8 numbers; parameters 3 * 8 + 3 * 3 + 3 + 3 = 39, state 3.
    expect(influenceNumbers(network({ cell: 'rnn', hiddenSize: 3 }), 1)).toBe(3 * 39);
  });

  test('of an lstm of 128 units on two series, by hand', () => {
    // Hears 12 numbers; parameters 4 * 128 * (12 + 128 + 2) = 72,704, state 2 * 128.
    expect(influenceNumbers(network({ cell: 'lstm', hiddenSize: 128 }), 2)).toBe(256 * 72_704);
  });

  test('of no network are none', () => {
    expect(influenceNumbers(network({ network: false }), 1)).toBe(0);
  });

  test.each(CELLS)('are those that the memory of a stream has, also where it has none: %j', (cell) => {
    for (const learner of ['tbptt', 'snap1', 'rtrl'] as const) {
      for (const series of [1, 3]) {
        const memory = new Memory();
        const infos = Array.from({ length: series }, (_, d) => ({ slug: `s${d}`, only: 'both' as const }));
        const tuning = network({ ...cell, learner, hiddenSize: 5 });
        const { forecaster } = new Detector(memory, infos, { ...DEFAULTS, ...tuning });
        expect(forecaster!.network.options.inputSize).toBe(inputSize(series));
        const bytes = Number(/Network\.influence:(\d+)/.exec(memory.layout)?.[1] ?? 0);
        // SnAp-1 keeps a few rows under the same name, and is what rtrl of the element-wise cell comes to.
        if (learner === 'rtrl' && cell.cell !== 'elementwise') expect(bytes).toBe(8 * influenceNumbers(tuning, series));
        else expect(influenceNumbers(tuning, series)).toBe(0);
      }
    }
  });
});

describe('too much', () => {
  test('is above 64 MiB in Float64; the sentence has the figure and the way out', () => {
    expect(tooMuchInfluence(network({ cell: 'lstm', hiddenSize: 128 }), 2)).toBe(
      'the influence matrix of rtrl would take 142 MiB for one stream (71 MiB in SIMD), above 64 MiB, with an lstm of ' +
        '128 units on 2 series; expected hidden_size of at most 97, learner: snap1, or cell: elementwise',
    );
  });

  test('is never the network that it names as the largest, and always the next', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CELLS.slice(0, 4)), fc.integer({ min: 1, max: 200 }), (cell, series) => {
        const sentence = tooMuchInfluence(network({ ...cell, hiddenSize: 128 }), series);
        const most = Number(/at most (\d+)/.exec(sentence ?? '')?.[1] ?? 128);
        expect(tooMuchInfluence(network({ ...cell, hiddenSize: most }), series)).toBeNull();
        if (sentence !== null)
          expect(tooMuchInfluence(network({ ...cell, hiddenSize: most + 1 }), series)).not.toBeNull();
      }),
    );
  });

  test('is nothing that snap1, tbptt or the element-wise cell does', () => {
    for (const learner of ['snap1', 'tbptt'] as const)
      expect(tooMuchInfluence(network({ cell: 'lstm', hiddenSize: 128, learner }), 100)).toBeNull();
    expect(tooMuchInfluence(network({ cell: 'elementwise', hiddenSize: 128 }), 100)).toBeNull();
  });
});
