import { expect, test } from 'vitest';
import { GrowingDoubles } from '../../src/math/growing-doubles.ts';

test('a snapshot has the numbers of the first part and zeros behind it', () => {
  const growing = new GrowingDoubles(2);
  growing.grow(2);
  growing.numbers.set([7, 8]);
  growing.grow(4);
  growing.numbers[2] = 9;
  expect(growing.heldBytes).toBe(32);
  const bytes = new Uint8Array(6 * 8).fill(255);
  growing.write(bytes);
  expect([...new Float64Array(bytes.buffer)]).toEqual([7, 8, 9, 0, 0, 0]);
  growing.clear();
  expect(growing.heldBytes).toBe(0);
});

test('from a snapshot comes the part up to the last number that is not 0, in whole units', () => {
  const growing = new GrowingDoubles(2);
  growing.read(new Uint8Array(Float64Array.of(0, 0, 5, 0, 0, 0).buffer));
  expect([...growing.numbers]).toEqual([0, 0, 5, 0]);
  growing.read(new Uint8Array(6 * 8));
  expect([...growing.numbers]).toEqual([]);
});
