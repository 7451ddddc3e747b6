import { decode, encode } from 'cborg';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCbor } from '../../../src/stream/values/cbor.ts';
import { cbor } from '../../../src/stream/dialects/general/cbor.ts';
import { fuzz } from '../../fuzz.ts';
import { context, receive } from './receive.ts';

const hex = (text: string): Uint8Array => Buffer.from(text, 'hex');

/** RFC 8949, appendix A. Byte strings and undefined come as null, tags as their content. */
test.each<[bytes: string, value: unknown]>([
  ['00', 0],
  ['01', 1],
  ['0a', 10],
  ['17', 23],
  ['1818', 24],
  ['1819', 25],
  ['1864', 100],
  ['1903e8', 1000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['1bffffffffffffffff', 2 ** 64],
  ['3bffffffffffffffff', -(2 ** 64)],
  ['20', -1],
  ['29', -10],
  ['3863', -100],
  ['3903e7', -1000],
  ['f90000', 0],
  ['f98000', -0],
  ['f93c00', 1],
  ['fb3ff199999999999a', 1.1],
  ['f93e00', 1.5],
  ['f97bff', 65_504],
  ['fa47c35000', 100_000],
  ['fa7f7fffff', 3.4028234663852886e38],
  ['fb7e37e43c8800759c', 1e300],
  ['f90001', 5.960464477539063e-8],
  ['f90400', 0.00006103515625],
  ['f9c400', -4],
  ['fbc010666666666666', -4.1],
  ['f97c00', Infinity],
  ['f97e00', NaN],
  ['f9fc00', -Infinity],
  ['fa7f800000', Infinity],
  ['fb7ff0000000000000', Infinity],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['f7', null],
  ['f0', null],
  ['f8ff', null],
  ['c074323031332d30332d32315432303a30343a30305a', '2013-03-21T20:04:00Z'],
  ['c11a514b67b0', 1_363_896_240],
  ['c1fb41d452d9ec200000', 1_363_896_240.5],
  ['d74401020304', null],
  ['d818456449455446', null],
  ['d82076687474703a2f2f7777772e6578616d706c652e636f6d', 'http://www.example.com'],
  ['40', null],
  ['4401020304', null],
  ['60', ''],
  ['6161', 'a'],
  ['6449455446', 'IETF'],
  ['62225c', '"\\'],
  ['62c3bc', 'ü'],
  ['63e6b0b4', '水'],
  ['80', []],
  ['83010203', [1, 2, 3]],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  ['98190102030405060708090a0b0c0d0e0f101112131415161718181819', Array.from({ length: 25 }, (_, i) => i + 1)],
  ['a0', {}],
  ['a201020304', { 1: 2, 3: 4 }],
  ['a26161016162820203', { a: 1, b: [2, 3] }],
  ['826161a161626163', ['a', { b: 'c' }]],
  ['a56161614161626142616361436164614461656145', { a: 'A', b: 'B', c: 'C', d: 'D', e: 'E' }],
  ['5f42010243030405ff', null],
  ['7f657374726561646d696e67ff', 'streaming'],
  ['9fff', []],
  ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
  ['9f01820203820405ff', [1, [2, 3], [4, 5]]],
  ['83018202039f0405ff', [1, [2, 3], [4, 5]]],
  ['83019f0203ff820405', [1, [2, 3], [4, 5]]],
  ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
  ['826161bf61626163ff', ['a', { b: 'c' }]],
  ['bf6346756ef563416d7421ff', { Fun: true, Amt: -2 }],
  // Section 3.4.4: decimal fraction and bigfloat.
  ['c48221196ab3', 273.15],
  ['c5822003', 1.5],
  ['d9d9f783010203', [1, 2, 3]], // section 3.4.6, self-described
])('%s', (bytes, value) => {
  expect(readCbor(hex(bytes))).toEqual(value);
});

/** RFC 8949, appendix F: not well-formed. */
test.each([
  '',
  '18',
  '19',
  '1a',
  '1b',
  '1901',
  '1a0102',
  '1b01020304050607',
  '38',
  '58',
  '78',
  '98',
  '9a01ff00',
  'b8',
  'd8',
  'f8',
  'f900',
  'fa0000',
  'fb000000',
  '41',
  '61',
  '5affffffff00',
  '5bffffffffffffffff010203',
  '7affffffff00',
  '7b7fffffffffffffff010203',
  '81',
  '818181818181818181',
  '8200',
  'a1',
  'a20102',
  'a100',
  'a2000000',
  'c0',
  '5f4100',
  '7f6100',
  '9f',
  '9f0102',
  'bf',
  'bf01020102',
  '819f',
  '9f8000',
  '9f9f9f9f9fffffffff',
  '9f819f819f9fffffff',
  '1c',
  '1d',
  '1e',
  '3c',
  '5c',
  '7c',
  '9c',
  'bc',
  'dc',
  'fc',
  'fd',
  'fe',
  'f800',
  'f818',
  'f81f',
  '5f00ff',
  '5f6100ff',
  '5f80ff',
  '5fa0ff',
  '5fc000ff',
  '5fe0ff',
  '7f4100ff',
  '5f5f4100ffff',
  '7f7f6100ffff',
  'ff',
  '81ff',
  '8200ff',
  'a1ff',
  'a1ff00',
  'a100ff',
  'a20000ff',
  '9f81ff',
  '9f829f819f9fffffffff',
  'bf00ff',
  'bf000000ff',
  '1f',
  '3f',
  'df',
  '0000',
])('%s is no item', (bytes) => {
  expect(readCbor(hex(bytes))).toBeUndefined();
});

test.each(['\u00fc', '\ufeff', '\ufffd', '\u{1f6b0}', '\u00fc'.repeat(20)])(
  'a text is read as it is written: %s',
  (text) => {
    expect(readCbor(encode([text, text]))).toEqual([text, text]);
  },
);

test.each([
  ['a byte that continues no other', '6180'],
  ['a letter that is cut', '61c3'],
  ['a surrogate', '63eda080'],
  ['more than 24 bytes', `781a${'61'.repeat(25)}80`],
])('a text that is no UTF-8 is refused: %s', (_, bytes) => {
  expect(readCbor(hex(bytes))).toBeUndefined();
});

test('each pair of bytes is the text that UTF-8 makes of it, or refused where it makes none', () => {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const expected = (pair: Uint8Array): string | undefined => {
    try {
      return utf8.decode(pair);
    } catch {
      return undefined;
    }
  };
  const wrong: string[] = [];
  for (let pair = 0; pair < 65_536; pair++) {
    const bytes = Uint8Array.of(0x62, pair >> 8, pair & 255);
    if (readCbor(bytes) !== expected(bytes.subarray(1))) wrong.push(pair.toString(16));
  }
  expect(wrong).toEqual([]);
});

test('more than 32 levels are refused', () => {
  const nested = (levels: number): Uint8Array => Uint8Array.from([...Array<number>(levels).fill(0x81), 0]);
  expect(readCbor(nested(32))).toBeDefined();
  expect(readCbor(nested(33))).toBeUndefined();
  expect(readCbor(new Uint8Array(65_536).fill(0x81))).toBeUndefined();
  expect(readCbor(new Uint8Array(65_536).fill(0xd8))).toBeUndefined();
});

test('4,096 rows of a time and two values are read, more than 32,768 items are refused', () => {
  const rows = Array.from({ length: 4096 }, (_, i) => ({ t: i, a: 1, b: 2 }));
  expect(readCbor(encode(rows))).toEqual(rows);
  const zeros = (count: number): Uint8Array => Uint8Array.from([0x9f, ...Array<number>(count).fill(0), 0xff]);
  expect(readCbor(zeros(32_766))).toHaveLength(32_766); // and the list, and its end
  expect(readCbor(zeros(32_767))).toBeUndefined();
});

test.each([
  ['empty arrays', '80'],
  ['empty maps', 'a0'],
])('8,192 maps and arrays are read, more are refused: %s in an array', (_, part) => {
  const parts = (count: number): Uint8Array => hex(`9f${part.repeat(count)}ff`);
  expect(readCbor(parts(8191))).toHaveLength(8191); // and the array around them
  expect(readCbor(parts(8192))).toBeUndefined();
});

test('__proto__ is no key', () => {
  const value = readCbor(hex('a2695f5f70726f746f5f5fa161780161790a')) as object;
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(value).toEqual({ y: 10 });
});

test('reads what another implementation writes, and refuses what it refuses', () => {
  const json = fc
    .jsonValue({ maxDepth: 5 })
    .map((value) => JSON.parse(JSON.stringify(value).replaceAll('__proto__', 'proto')) as unknown);
  fc.assert(
    fc.property(json, (value) => {
      expect(readCbor(encode(value))).toEqual(decode(encode(value)));
    }),
    fuzz(500),
  );
  const major = fc.constantFrom(
    0x00,
    0x18,
    0x20,
    0x61,
    0x81,
    0x82,
    0xa1,
    0xf4,
    0xf6,
    0xf9,
    0xfa,
    0x9f,
    0xff,
    0x62,
    0x1b,
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(major, fc.nat(255)), { minLength: 1, maxLength: 24 }), (list) => {
      const bytes = Uint8Array.from(list);
      let theirs: unknown;
      try {
        theirs = decode(bytes, { allowBigInt: true });
      } catch {
        return; // tags, keys that are no texts: cborg refuses more
      }
      const text = JSON.stringify(theirs, (_, item: unknown) => (typeof item === 'bigint' ? Number(item) : item)) as
        string | undefined;
      if (text?.includes('\ufffd') === true) return; // not UTF-8: cborg replaces it
      expect(readCbor(bytes)).not.toBeUndefined();
    }),
    fuzz(3000),
  );
});

test('a CBOR message is read like the same JSON', () => {
  const document = { temp: 21.5, air: { co2: 600 }, ts: 1_700_000_000 };
  const bytes = encode(document);
  expect(cbor.sniffs!(bytes)).toBe(true);
  const { values, reasons } = receive(cbor.open(context), [['hall/1', bytes]]);
  expect(values).toMatchObject({
    'hall/1 temp': { value: 21.5, at: 1_700_000_000_000 },
    'hall/1 air.co2': { value: 600, at: 1_700_000_000_000 },
  });
  expect(reasons).toEqual([]);
});

// https://lupyuen.github.io/articles/cbor and TinyCBOR's example: {"t": 1234, "l": 2345}.
test('two sensors in 11 bytes', () => {
  const { values } = receive(cbor.open(context), [['greenhouse', hex('a261741904d2616c190929')]]);
  expect(values).toMatchObject({ 'greenhouse t': { value: 1234 }, 'greenhouse l': { value: 2345 } });
});

test('what is cut is refused', () => {
  expect(receive(cbor.open(context), [['t', hex('a1617419')]]).reasons).toEqual(['not_cbor']);
});
