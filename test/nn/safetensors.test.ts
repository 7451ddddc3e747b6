import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeSafetensors,
  encodeSafetensors,
  toNumbers,
  toTensor,
  WeightsError,
  type Tensor,
} from '../../src/nn/safetensors.ts';

/** What test/vectors/weights.py writes. */
const vector = (name: string) => readFileSync(new URL(`../vectors/${name}.safetensors`, import.meta.url));

/** A file of this header, as text or as what becomes JSON, and this many bytes of data. */
function file(header: unknown, dataLength = 0): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(dataLength)]);
}

test('two numbers in F32 are 8 bytes of length, 64 of header, 8 of data', () => {
  const bytes = encodeSafetensors(new Map([['a', toTensor(Float64Array.of(1, -2), [2], 'F32')]]));
  const header = '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  ';
  expect(Buffer.from(bytes).toString('latin1')).toBe(
    `\x38\0\0\0\0\0\0\0${header}\0\0\x80\x3f\0\0\0\xc0`, // 56 = 0x38; 1 = 0x3f800000; -2 = 0xc0000000
  );
});

describe("Python's writer", () => {
  test.each(['rnn', 'gru', 'lstm', 'model', 'dtypes'])('%s.safetensors, read and written, is the same file', (name) => {
    const { tensors, metadata } = decodeSafetensors(vector(name));
    const backwards = new Map([...tensors].reverse());
    expect(Buffer.from(encodeSafetensors(backwards, metadata)).equals(vector(name))).toBe(true);
  });

  const { tensors, metadata } = decodeSafetensors(vector('dtypes'));
  const numbers = (name: string) => [...toNumbers(tensors.get(name)!)];
  const thirds = [-3, -2, -1, 0, 1, 2, 3].map((n) => n / 3);

  test('F64 and F32 are the doubles and the floats they were', () => {
    expect(numbers('torch.float64')).toEqual(thirds);
    expect(numbers('torch.float32')).toEqual(thirds.map(Math.fround));
  });

  test('F16: 1/3 is 1365/4096, 2/3 is 1365/2048; the least, the largest and the endless', () => {
    expect(numbers('torch.float16')).toEqual([-1, -1365 / 2048, -1365 / 4096, 0, 1365 / 4096, 1365 / 2048, 1]);
    expect(numbers('extremes of f16')).toEqual([2 ** -24, -(2 ** -14), 65504, Infinity, -Infinity, NaN]);
  });

  test('BF16: 1/3 is 171/512, 2/3 is 171/256; 65504 is 65536', () => {
    expect(numbers('torch.bfloat16')).toEqual([-1, -171 / 256, -171 / 512, 0, 171 / 512, 171 / 256, 1]);
    expect(numbers('extremes of bf16')).toEqual([2 ** -24, -(2 ** -14), 65536, Infinity, -Infinity, NaN]);
  });

  test('a single number, no number, and names that are traps for an object', () => {
    expect(tensors.get('\u{1f600}')!.shape).toEqual([]);
    expect(numbers('\u{1f600}')).toEqual([0.25]);
    expect(numbers('"\n\u2028\u007f')).toEqual([]);
    expect(numbers('0')).toEqual([1]);
    expect(numbers('__proto__')).toEqual([2]);
  });

  test('whole numbers are kept as they are, and are no weights', () => {
    expect(tensors.get('torch.int64')!.bytes.length).toBe(7 * 8);
    expect(() => numbers('torch.int64')).toThrow(
      new WeightsError('its numbers are I64, and weights are F64, F32, F16, BF16'),
    );
  });

  test('metadata come along', () => {
    expect(metadata).toEqual({ 'made by': 'Python' });
  });
});

const f32 = (begin: number, end: number) => ({ dtype: 'F32', shape: [1], data_offsets: [begin, end] });

describe('a file that is not valid safetensors is rejected with a sentence', () => {
  test.each<[what: string, bytes: Uint8Array, message: string]>([
    ['nothing', new Uint8Array(0), '0 bytes are too few for a safetensors file'],
    ['7 bytes', new Uint8Array(7), '7 bytes are too few for a safetensors file'],
    [
      'a length beyond the file',
      file({ a: f32(0, 4) }).subarray(0, 40),
      'cut short: the header has 54 bytes, and 32 follow',
    ],
    ['a header short of a space', file('{}  ').subarray(0, 11), 'cut short: the header has 4 bytes, and 3 follow'],
    [
      'a length of 100 MB',
      Buffer.concat([Buffer.of(0, 0xe1, 0xf5, 5, 0, 0, 0, 0), Buffer.alloc(100)]),
      'not a safetensors file: a header of 100000000 bytes, above 1000000',
    ],
    [
      'a length of 2^64 - 1',
      new Uint8Array(8).fill(255),
      'not a safetensors file: a header of 18446744073709552000 bytes',
    ],
    ['no header', file(''), 'the header is not JSON in UTF-8'],
    ['a header that is not JSON', file('{"a":'), 'not a safetensors file: the header is not JSON in UTF-8'],
    ['a header that is not UTF-8', Buffer.of(4, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22, 0xff, 0x7d), 'not JSON in UTF-8'],
    ['a byte order mark', file('\ufeff{}'), 'not JSON in UTF-8'],
    ['brackets inside brackets', file(`{"a":${'['.repeat(400_000)}`), 'not JSON in UTF-8'],
    ['an array', file([]), 'the header does not begin with the { of an object'],
    ['null', file('null'), 'the header does not begin with the { of an object'],
    ['a space before the object', file(' {}'), 'the header does not begin with the { of an object'],
    ['an entry that is no object', file({ a: 1 }), 'the header\'s entry of "a" is not an object'],
    ['no dtype', file({ a: { shape: [1], data_offsets: [0, 4] } }), '"a" has no dtype'],
    ['an unknown dtype', file({ a: { ...f32(0, 4), dtype: 'F31' } }, 4), '"a" has the unknown dtype "F31"'],
    ['a dtype of every object', file({ a: { ...f32(0, 4), dtype: 'toString' } }, 4), 'the unknown dtype "toString"'],
    ['a shape below 0', file({ a: { ...f32(0, 4), shape: [-1] } }, 4), 'shape of "a" is not an array of whole numbers'],
    [
      'a shape of halves',
      file({ a: { ...f32(0, 4), shape: [0.5, 2] } }, 4),
      'shape of "a" is not an array of whole numbers',
    ],
    [
      'a shape as deep as a header allows',
      file(`{"a":{"dtype":"F32","shape":${'['.repeat(400_000)}${']'.repeat(400_000)},"data_offsets":[0,4]}}`, 4),
      'shape of "a" is not an array of whole numbers',
    ],
    ['one offset', file({ a: { ...f32(0, 4), data_offsets: [0] } }, 4), 'data_offsets of "a" are not [begin, end]'],
    ['offsets backwards', file({ a: f32(4, 0) }, 4), 'data_offsets of "a" are not [begin, end]'],
    [
      'bytes that do not fill the shape',
      file({ a: { ...f32(0, 8), shape: [3] } }, 8),
      '"a" has 8 bytes, where F32 in its shape has 12',
    ],
    [
      'a shape of 10^300 numbers',
      file({ a: { ...f32(0, 4), shape: Array<number>(20).fill(1e15) } }, 4),
      '"a" has 4 bytes, where F32 in its shape has 4e+300',
    ],
    ['data cut short', file({ a: f32(0, 4) }, 3), 'cut short: "a" ends at byte 4 of the data, which has 3'],
    ['data to spare', file({ a: f32(0, 4) }, 5), '1 bytes at the end belong to no tensor'],
    ['data of nobody', file({}, 5), '5 bytes at the end belong to no tensor'],
    [
      'an overlap',
      file({ a: f32(0, 4), b: f32(2, 6) }, 6),
      '"b" begins at byte 2 of the data, not where the last ended, at 4',
    ],
    [
      'a hole',
      file({ b: f32(8, 12), a: f32(0, 4) }, 12),
      '"b" begins at byte 8 of the data, not where the last ended, at 4',
    ],
    [
      'a hole at the start',
      file({ a: f32(4, 8) }, 8),
      '"a" begins at byte 4 of the data, not where the last ended, at 0',
    ],
    [
      'one name twice',
      file(`{"a":${JSON.stringify(f32(0, 4))}, "\\u0061" :${JSON.stringify(f32(0, 4))}}`, 4),
      '"a" is in the header twice',
    ],
    [
      'one dtype twice',
      file('{"a":{"dtype":"F64","shape":[1],"dtype":"F32","data_offsets":[0,4]}}', 4),
      '"dtype" is in the header twice',
    ],
    [
      'metadata that are no object',
      file({ __metadata__: null }),
      'the header\'s "__metadata__" is not an object of strings',
    ],
    ['metadata that are no strings', file({ __metadata__: { a: 1 } }), '"__metadata__" is not an object of strings'],
    ['a name of two lines', file({ 'a\n\u2028\u202eb': 0 }), 'the header\'s entry of "a\\n??b" is not an object'],
    ['a name of 1000 letters', file({ ['n'.repeat(1000)]: 0 }), `the header's entry of "${'n'.repeat(60)}…" is not`],
  ])('%s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(WeightsError);
    expect(() => decodeSafetensors(bytes)).toThrow(message);
  });
});

test('valid all the same: no tensor, spaces behind the header, a text that repeats a key', () => {
  expect(decodeSafetensors(file('{}   ')).tensors.size).toBe(0);
  expect(decodeSafetensors(file('{"__metadata__":{"a":"a","b":"\\"a\\":{","c":"b"}}')).metadata).toEqual({
    a: 'a',
    b: '"a":{',
    c: 'b',
  });
});

test('what cannot be written is a RangeError', () => {
  const one = toTensor(Float64Array.of(1), [1]);
  expect(() => toTensor(Float64Array.of(1, 2), [3])).toThrow(RangeError);
  expect(() => encodeSafetensors(new Map([['__metadata__', one]]))).toThrow(RangeError);
  expect(() => encodeSafetensors(new Map([['a', { ...one, shape: [2] }]]))).toThrow(RangeError);
});

describe('for all', () => {
  const tensor: fc.Arbitrary<Tensor> = fc
    .tuple(
      fc.array(fc.nat(4), { maxLength: 3 }),
      fc.constantFrom('F64' as const, 'F32' as const),
      fc.infiniteStream(fc.double()),
    )
    .map(([shape, dtype, numbers]) =>
      toTensor(Float64Array.from(numbers.take(shape.reduce((a, b) => a * b, 1))), shape, dtype),
    );
  const name = fc.string({ unit: 'binary' }).filter((text) => text !== '__metadata__');

  test('tensors and metadata are read as written, at any position of the file in memory', () => {
    fc.assert(
      fc.property(
        fc.dictionary(name, tensor, { noNullPrototype: true }),
        fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), { noNullPrototype: true }),
        fc.nat(7),
        (dictionary, metadata, offset) => {
          const tensors = new Map(Object.entries(dictionary));
          const bytes = encodeSafetensors(tensors, metadata);
          const moved = new Uint8Array(bytes.length + offset).subarray(offset);
          moved.set(bytes);
          const read = decodeSafetensors(moved);
          expect(read.metadata).toEqual(metadata);
          expect(new Map(read.tensors)).toEqual(tensors);
        },
      ),
    );
  });

  test('doubles, F64 gives the same bits back', () => {
    fc.assert(
      fc.property(fc.float64Array({ noNaN: true }), (values) => {
        expect(toNumbers(toTensor(values, [values.length]))).toEqual(values);
      }),
    );
  });

  /** Decodes, or throws a WeightsError; anything else fails the test. Whether it decoded. */
  function decodes(bytes: Uint8Array): boolean {
    try {
      decodeSafetensors(bytes);
      return true;
    } catch (error) {
      if (!(error instanceof WeightsError)) throw error;
      expect(error.message).toMatch(/^.{10,200}$/);
      return false;
    }
  }

  test.each(['gru', 'model', 'dtypes'])('places to cut %s.safetensors, it is refused', (name) => {
    const good = vector(name);
    expect(decodes(good)).toBe(true);
    for (let length = 0; length < good.length; length++) expect(decodes(good.subarray(0, length))).toBe(false);
  });

  test('bytes whatever, and whatever behind a right length: read or refused, nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void decodes(bytes)),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.json(), fc.nat(20), (header, data) => void decodes(file(header, data))),
      { numRuns: 2000 },
    );
  });

  test('headers of the right words in the wrong places: read or refused, nothing else', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('F32', 'F16', 'I8'), fc.array(fc.nat(16), { maxLength: 3 }));
    const info = fc.record({ dtype: value, shape: value, data_offsets: value }, { requiredKeys: [] });
    const header = fc.dictionary(fc.constantFrom('a', 'b', '__metadata__', '__proto__'), fc.oneof(info, value));
    fc.assert(
      fc.property(header, fc.nat(20), (h, data) => void decodes(file(h, data))),
      { numRuns: 2000 },
    );
  });

  test('small damages to a good file: read or refused, nothing else', () => {
    const good = vector('dtypes');
    const header = 8 + Number(good.readBigUInt64LE());
    const damage = fc.tuple(
      fc.oneof(fc.nat(header - 1), fc.nat(good.length - 1)),
      fc.nat(3),
      fc.uint8Array({ maxLength: 3 }),
    );
    let [read, refused] = [0, 0];
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (damages) => {
        let bytes: Uint8Array = good;
        for (const [at, removed, inserted] of damages)
          bytes = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
        if (decodes(bytes)) read++;
        else refused++;
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(read, refused)).toBeGreaterThan(0); // both happen
  });
});
