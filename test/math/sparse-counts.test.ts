import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COUNTS, SparseCounts } from '../../src/math/sparse-counts.ts';

const BLOCK_BYTES = 32;
const bytesOf = (table: SparseCounts): Uint8Array => {
  const bytes = new Uint8Array(COUNTS * 4);
  table.write(bytes);
  return bytes;
};

test('whatever is done to it, it holds the counts of a Float32Array', () => {
  const at = fc.nat(COUNTS - 1);
  const x = fc.constantFrom(0, 1, 1 / 16, 4095.9375, 4096, 70_000.5);
  const act = fc.tuple(fc.constantFrom('increment', 'put', 'clear', 'trim', 'copy'), at, x);
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), at, at, (acts, a, b) => {
      let table = new SparseCounts();
      const plain = new Float32Array(COUNTS);
      for (const [what, i, value] of acts) {
        if (what === 'increment') {
          table.increment(i);
          plain[i]++;
        } else if (what === 'put') {
          table.put(i, value);
          plain[i] = value;
        } else if (what === 'clear') {
          table.clear();
          plain.fill(0);
        } else if (what === 'trim') table.trim();
        else {
          const copy = new SparseCounts();
          copy.read(bytesOf(table));
          table = copy;
        }
      }
      expect(Array.from(plain, (_, i) => table.at(i))).toEqual([...plain]);
      expect(bytesOf(table)).toEqual(new Uint8Array(plain.buffer));
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      expect(table.sum(from, to)).toBe(plain.slice(from, to).reduce((sum, each) => sum + each, 0));
    }),
  );
});

test('a count goes on beyond 4,095.9375, where it needs a second block', () => {
  const table = new SparseCounts();
  table.put(20, 4095);
  expect(table.heldBytes).toBe(2 * BLOCK_BYTES);
  table.increment(20);
  expect([table.at(20), table.at(21), table.heldBytes]).toEqual([4096, 0, 3 * BLOCK_BYTES]);
  table.put(20, 2048.5);
  table.trim();
  expect([table.at(20), table.heldBytes]).toEqual([2048.5, 2 * BLOCK_BYTES]);
});

test('only blocks with counts are in memory', () => {
  const table = new SparseCounts();
  table.put(17, 0);
  expect([table.at(17), table.heldBytes]).toEqual([0, BLOCK_BYTES]);
  table.increment(9);
  table.increment(10);
  table.increment(255);
  expect(table.heldBytes).toBe(3 * BLOCK_BYTES);
});
