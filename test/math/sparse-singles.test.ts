import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SparseSingles } from '../../src/math/sparse-singles.ts';

const LENGTH = 64;
const BLOCK = 8;
const bytesOf = (table: SparseSingles): Uint8Array => {
  const bytes = new Uint8Array(LENGTH * 4);
  table.write(bytes);
  return bytes;
};

test('whatever is done to it, it holds the numbers of a Float32Array', () => {
  const at = fc.nat(LENGTH - 1);
  const x = fc.constantFrom(0, 1, 0.1, 1 / 3, 5);
  const act = fc.tuple(fc.constantFrom('add', 'put', 'scale', 'clear', 'trim', 'copy'), at, x);
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), at, at, (acts, a, b) => {
      let table = new SparseSingles(LENGTH, BLOCK);
      const plain = new Float32Array(LENGTH);
      for (const [what, i, value] of acts) {
        const from = i - (i % BLOCK);
        if (what === 'add') {
          table.add(i, value);
          plain[i] += value;
        } else if (what === 'put') {
          table.put(i, value);
          plain[i] = value;
        } else if (what === 'scale') {
          table.scale(from, LENGTH, value);
          for (let k = from; k < LENGTH; k++) plain[k] *= value;
        } else if (what === 'clear') {
          table.clear();
          plain.fill(0);
        } else if (what === 'trim') table.trim();
        else {
          const copy = new SparseSingles(LENGTH, BLOCK);
          copy.read(bytesOf(table));
          table = copy;
        }
      }
      expect(Array.from(plain, (_, i) => table.at(i))).toEqual([...plain]);
      expect(bytesOf(table)).toEqual(new Uint8Array(plain.buffer));
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      expect(table.sum(from, to)).toBeCloseTo(
        plain.slice(from, to).reduce((sum, each) => sum + each, 0),
        5,
      );
    }),
  );
});

test('only blocks with numbers are in memory, and the others are given back', () => {
  const table = new SparseSingles(LENGTH, BLOCK);
  const empty = table.heldBytes;
  expect(table.at(9)).toBe(0);
  table.add(9, 0);
  table.put(17, 0);
  expect(table.heldBytes).toBe(empty);
  table.add(9, 2);
  table.add(10, 1);
  table.put(63, 3);
  expect(table.heldBytes).toBe(empty + 2 * BLOCK * 4);
  table.scale(8, 16, 0);
  expect([table.at(9), table.heldBytes]).toEqual([0, empty + 2 * BLOCK * 4]);
  table.trim();
  expect([table.at(63), table.heldBytes]).toEqual([3, empty + BLOCK * 4]);
});
