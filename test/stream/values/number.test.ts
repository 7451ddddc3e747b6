import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseNumber } from '../../../src/stream/values/number.ts';

test.each<[value: unknown, number: number]>([
  [21.5, 21.5],
  [-0.25, -0.25],
  ['21.5', 21.5],
  [' 21.5\r\n', 21.5],
  ['+3', 3],
  ['-3.', -3],
  ['.5', 0.5],
  ['007', 7],
  ['1.5e3', 1500],
  ['1E-3', 0.001],
  ['5e-324', 5e-324],
  ['9007199254740993', 9007199254740992], // 2^53 + 1 has no double of its own
  [true, 1],
  [false, 0],
  ['true', 1],
  ['False', 0],
  ['ON', 1],
  ['on', 1],
  ['OFF', 0],
  ['off', 0],
])('%j is %d', (value, number) => {
  expect(parseNumber(value)).toBe(number);
});

test.each<[value: unknown, reason: string]>([
  ['', 'empty'],
  [' \t', 'empty'],
  [null, 'unavailable'],
  [undefined, 'unavailable'],
  ['null', 'unavailable'],
  ['None', 'unavailable'],
  ['unavailable', 'unavailable'],
  ['unknown', 'unavailable'],
  [NaN, 'not_finite'],
  [Infinity, 'not_finite'],
  ['nan', 'not_finite'],
  ['NaN', 'not_finite'],
  ['-inf', 'not_finite'],
  ['Infinity', 'not_finite'],
  ['1e999', 'not_finite'],
  [1.1e30, 'not_finite'],
  ['-1e31', 'not_finite'],
  ['9'.repeat(400), 'not_finite'],
  ['21,5', 'decimal_comma'],
  ['1,234.5', 'not_a_number'],
  ['0x10', 'not_a_number'],
  ['0b1', 'not_a_number'],
  ['1_000', 'not_a_number'],
  ['12 V', 'not_a_number'],
  ['1 2', 'not_a_number'],
  ['--1', 'not_a_number'],
  ['e5', 'not_a_number'],
  ['.', 'not_a_number'],
  ['1e', 'not_a_number'],
  ['open', 'not_a_number'],
  ['Online', 'not_a_number'],
  ['constructor', 'not_a_number'],
  [{}, 'not_scalar'],
  [[1], 'not_scalar'],
  [{ valueOf: () => 1 }, 'not_scalar'],
])('%j is no number: %s', (value, reason) => {
  expect(parseNumber(value)).toBe(reason);
});

const numberLike = fc.string({ unit: fc.constantFrom(...'0123456789+-.eE ,x_ni'.split('')), maxLength: 12 });

test('a text taken as a number is finite and the number that JavaScript reads', () => {
  fc.assert(
    fc.property(fc.oneof(numberLike, fc.string({ unit: 'binary' })), (text) => {
      const number = parseNumber(text);
      if (typeof number === 'string' || /^\s*(on|off|true|false)\s*$/i.test(text)) return;
      expect(Number.isFinite(number)).toBe(true);
      expect(number).toBe(Number(text));
    }),
    { numRuns: 5000 },
  );
});

test('every number up to 1e30 survives being written and read', () => {
  const number = fc.double({ min: -1e30, max: 1e30, noNaN: true }).map((value) => value + 0); // -0 is written as 0
  fc.assert(
    fc.property(number, fc.integer({ min: 16, max: 20 }), (number, digits) => {
      expect(parseNumber(JSON.stringify(number))).toBe(number);
      expect(parseNumber(number.toExponential(digits))).toBe(number);
    }),
  );
});

test('64 KiB of digits that end badly are refused like any other text', () => {
  expect(parseNumber(`${'1'.repeat(65_535)}x`)).toBe('not_a_number');
  expect(parseNumber(`${'1'.repeat(65_000)},`)).toBe('not_a_number');
});
