import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeSafetensors, product, toNumbers, WeightsError } from '../../src/nn/safetensors.ts';
import { importWeights } from '../../src/nn/weights.ts';
import { damaged, fuzz, hostileJson } from '../fuzz.ts';

/* A file of weights from anywhere: tensors that lie in it, or a WeightsError; and a network that is whole or untouched. */

const vector = (name: string): Buffer => readFileSync(new URL(`../vectors/${name}.safetensors`, import.meta.url));
const SIZES: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  U64: 8,
  I32: 4,
  U32: 4,
  I16: 2,
  U16: 2,
};

/** A header of any length that is claimed, and what follows. */
const framed = (length: bigint, header: Uint8Array, data: number): Uint8Array => {
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt.asUintN(64, length));
  return Buffer.concat([head, header, Buffer.alloc(data)]);
};

const file = fc.oneof(
  fc.uint8Array({ maxLength: 100 }),
  fc
    .tuple(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.uint8Array({ maxLength: 50 }), fc.nat(20))
    .map((all) => framed(...all)),
  fc.tuple(hostileJson, fc.nat(64)).map(([json, data]) => {
    const header = Buffer.from(JSON.stringify(json));
    return framed(BigInt(header.length), header, data);
  }),
  ...['rnn', 'gru', 'lstm', 'model', 'dtypes'].map((name) => damaged(vector(name))),
);

/** The result of the call, or null for a WeightsError; any other error fails the test. */
const orRefused = <Result>(call: () => Result): Result | null => {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof WeightsError)) throw error;
    return null;
  }
};

test('tensors lie in the file that was given, one behind the other, each as long as its shape says', () => {
  fc.assert(
    fc.property(file, (bytes) => {
      const read = orRefused(() => decodeSafetensors(bytes));
      if (read === null) return;
      let end: number | null = null;
      for (const tensor of read.tensors.values()) {
        expect(tensor.bytes.buffer).toBe(bytes.buffer); // nothing copied: no more memory than the file
        if (end !== null) expect(tensor.bytes.byteOffset).toBe(end);
        end = tensor.bytes.byteOffset + tensor.bytes.length;
        const size = SIZES[tensor.dtype] ?? 1;
        expect(tensor.bytes.length).toBe(product(tensor.shape) * size);
        const numbers = orRefused(() => toNumbers(tensor));
        if (numbers !== null) expect(numbers).toHaveLength(product(tensor.shape));
      }
      if (end !== null) expect(end).toBe(bytes.byteOffset + bytes.length);
    }),
    fuzz(3000),
  );
});

test('into a network comes all of it, finite, or nothing', () => {
  const good = vector('gru');
  const [rows, X] = decodeSafetensors(good).tensors.get('weight_ih_l0')!.shape;
  const H = rows / 3;
  const length = 3 * H * (X + H + 2);
  let [taken, refused] = [0, 0];
  fc.assert(
    fc.property(fc.oneof(damaged(good), damaged(good.subarray(0)), file), (bytes) => {
      const theta = new Float64Array(length).fill(0.125);
      const done = orRefused(() => {
        importWeights(bytes, 'gru', X, H, false, theta);
        return true;
      });
      if (done === null) {
        refused++;
        expect(theta.every((x) => x === 0.125)).toBe(true);
      } else {
        taken++;
        expect(theta.every(Number.isFinite)).toBe(true);
        expect(theta.some((x) => x !== 0.125)).toBe(true);
      }
    }),
    fuzz(2000),
  );
  expect(Math.min(taken, refused)).toBeGreaterThan(0); // both happen
});
