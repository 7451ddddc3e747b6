import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Assembly,
  importSchema,
  learnedSchema,
  MAX_FILE_BYTES,
  MAX_MESSAGE_BYTES,
  PART_BYTES,
  partsOf,
  sha256,
} from '../../../../src/io/mqtt/learned/chunk.ts';

const bytes = (size: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length: size }, (_, i) => (i * 31 + seed) & 255);

describe('the parts of a file', () => {
  test('65,537 bytes are 32,768 + 32,768 + 1', () => {
    const parts = [...partsOf(bytes(2 * PART_BYTES + 1))];
    expect(parts.map(({ part, parts: of, size }) => [part, of, size])).toEqual([
      [1, 3, 65_537],
      [2, 3, 65_537],
      [3, 3, 65_537],
    ]);
    expect(parts.map(({ data }) => Buffer.from(data, 'base64').length)).toEqual([32_768, 32_768, 1]);
  });

  test('three bytes are one part, with the SHA-256 of FIPS 180-2 for "abc"', () => {
    expect([...partsOf(Buffer.from('abc'))]).toEqual([
      {
        ...{ part: 1, parts: 1, size: 3, data: 'YWJj' },
        sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      },
    ]);
  });

  test('no file, and one above 4 MiB, are refused', () => {
    expect(() => [...partsOf(new Uint8Array(0))]).toThrow(RangeError);
    expect(() => [...partsOf(new Uint8Array(MAX_FILE_BYTES + 1))]).toThrow(RangeError);
    expect([...partsOf(new Uint8Array(MAX_FILE_BYTES))]).toHaveLength(128);
  });

  test('the largest message is a message of both contracts and below 64 KiB', () => {
    const [part] = partsOf(bytes(PART_BYTES));
    const id = 'x'.repeat(64);
    const learned = { schema: 1, id, series: 'a'.repeat(64), file: 256, files: 256, ...part };
    expect(learnedSchema.safeParse(learned).success).toBe(true);
    const sent = { schema: 1, id, series: 'a'.repeat(64), ...part, by: 'y'.repeat(64), replace: true };
    expect(importSchema.safeParse(sent).success).toBe(true);
    expect(JSON.stringify(learned).length).toBeLessThan(MAX_MESSAGE_BYTES);
    expect(importSchema.safeParse({ ...sent, data: `${part.data}AAAAAAAA` }).success).toBe(false);
  });
});

describe('the assembly', () => {
  const file = fc
    .integer({ min: 1, max: 5 * PART_BYTES })
    .chain((size) => fc.nat(255).map((seed) => bytes(size, seed)));

  test('parts in any order, some of them twice, become the same bytes, with the last one that was missing', () => {
    fc.assert(
      fc.property(file, fc.infiniteStream(fc.nat()), (content, numbers) => {
        const parts = [...partsOf(content)];
        const left = [...parts];
        const assembly = new Assembly(parts[0]);
        for (const n of numbers) {
          // One that is there already changes nothing.
          const there = parts.filter((part) => !left.includes(part));
          if (there.length > 0) expect(assembly.add(there[n % there.length])).toBeNull();
          const [part] = left.splice(n % left.length, 1);
          const whole = assembly.add(part);
          if (left.length === 0) {
            expect(Buffer.isBuffer(whole) && whole.equals(Buffer.from(content))).toBe(true);
            return;
          }
          expect(whole).toBeNull();
        }
      }),
      { numRuns: 50 },
    );
  });

  test('a single changed byte is found by the checksum', () => {
    fc.assert(
      fc.property(file, fc.nat(), fc.integer({ min: 1, max: 255 }), (content, at, change) => {
        const sent = [...partsOf(content)];
        const damaged = Uint8Array.from(content);
        damaged[at % content.length] ^= change;
        const assembly = new Assembly(sent[0]);
        const results = [...partsOf(damaged)].map(({ part, data }) => assembly.add({ ...sent[part - 1], data }));
        expect(results.at(-1)).toBe('checksum_wrong');
        expect(results.slice(0, -1).every((result) => result === null)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('a part of another file, of another length, or with a number beyond the last is none', () => {
    const [first, second] = partsOf(bytes(PART_BYTES + 10));
    const add = (change: object) => new Assembly(first).add({ ...second, ...change });
    expect(add({ sha256: sha256(bytes(3)) })).toBe('part_wrong');
    expect(add({ size: PART_BYTES + 11 })).toBe('part_wrong');
    expect(add({ part: 3 })).toBe('part_wrong');
    expect(add({ part: 1 })).toBe('part_wrong');
    expect(add({ data: 'YWJj' })).toBe('part_wrong');
    expect(add({})).toBeNull();
    const many = { ...first, parts: 100 };
    expect(new Assembly(many).add(many)).toBe('part_wrong');
  });
});
