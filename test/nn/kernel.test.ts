import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { loadKernel } from '../../src/io/files/kernel-file.ts';
import { Memory } from '../../src/math/memory.ts';
import { buildNetwork } from '../../src/nn/build-network.ts';
import type { NetworkOptions } from '../../src/nn/network.ts';
import type { Shape } from '../../src/nn/kernel.ts';

const GRU_OF_32: Shape = [1, 0, 8, 32, 8, 1, 0, 16, 1];
const options: NetworkOptions = {
  cell: 'gru',
  peepholes: false,
  learner: 'tbptt',
  inputSize: 8,
  hiddenSize: 32,
  blocks: 8,
  bins: 1,
  direct: false,
  horizon: 16,
  trainEvery: 1,
  learningRate: 0.001,
  clip: 1,
  seed: 1,
  regeneration: 0,
};

describe('memory', () => {
  test('blocks stand on multiples of 64 bytes and do not overlap', () => {
    const kernel = loadKernel();
    const blocks = Array.from({ length: 20 }, () => kernel.create(GRU_OF_32, 0.001, 1));
    const size = kernel.exports.end(blocks[0]) - blocks[0];
    for (const [i, block] of blocks.entries()) {
      expect(block % 64).toBe(0);
      if (i > 0) expect(block - blocks[i - 1]).toBeGreaterThanOrEqual(size);
    }
  });

  test('a block that is given back serves the next network of its size, zeroed', () => {
    const kernel = loadKernel();
    const block = kernel.create(GRU_OF_32, 0.001, 1);
    const untouched = kernel.bytes(block).slice();
    kernel.bytes(block).fill(7);
    const before = kernel.byteLength;
    kernel.release(block);
    expect(kernel.create(GRU_OF_32, 0.001, 1)).toBe(block);
    expect(kernel.bytes(block)).toEqual(untouched);
    expect(kernel.byteLength).toBe(before);
  });

  test('a network goes on undisturbed while the memory grows under it and larger ones are made', () => {
    const kernel = loadKernel();
    const [alone, crowded] = [loadKernel(), kernel].map((on) => buildNetwork(new Memory(), options, on));
    const others: unknown[] = [];
    const buffer = kernel.numbers.buffer;
    const x = new Float64Array(8);
    for (let t = 0; t < 60; t++) {
      others.push(
        buildNetwork(
          new Memory(),
          { ...options, hiddenSize: 8 + t, cell: 'lstm', learner: t % 9 ? 'tbptt' : 'rtrl' },
          kernel,
        ),
      );
      for (let j = 0; j < 8; j++) x[j] = Math.sin(t + j);
      for (const network of [alone, crowded]) {
        network.advance(x);
        network.learn(network.output.map((y, k) => y - x[k]));
      }
      expect(crowded.output).toEqual(alone.output);
    }
    expect(kernel.numbers.buffer).not.toBe(buffer);
    expect(others).toHaveLength(60);
  });

  test('a training GRU of 32 units, 8 inputs and a horizon of 16 takes up less than 72 kB', () => {
    const memory = new Memory();
    buildNetwork(memory, options, loadKernel());
    expect(memory.byteLength).toBeLessThan(72_000);
  });
});

describe('the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zankyo-kernel-'));
  const code = (run: () => unknown): string | null => {
    try {
      run();
      return null;
    } catch (error) {
      return error instanceof AppError ? error.code : String(error);
    }
  };

  test('missing: says what makes it', () => {
    const file = join(folder, 'nowhere.wasm');
    expect(() => loadKernel(file)).toThrow(`${file}: cannot be read; npm run build makes it`);
    expect(code(() => loadKernel(file))).toBe('kernel_missing');
  });

  test('truncated, damaged or something else: unusable, whatever byte it ends at', () => {
    const file = join(folder, 'damaged.wasm');
    const whole = readFileSync(new URL('../../dist/kernel.wasm', import.meta.url));
    for (const length of [0, 4, 8, 100, whole.length >> 1, whole.length - 1]) {
      writeFileSync(file, whole.subarray(0, length));
      expect(
        code(() => loadKernel(file)),
        `${length} bytes`,
      ).toBe('kernel_unusable');
    }
    writeFileSync(file, 'not a kernel');
    expect(code(() => loadKernel(file))).toBe('kernel_unusable');
  });
});
