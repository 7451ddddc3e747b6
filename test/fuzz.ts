import fc from 'fast-check';
import { expect } from 'vitest';

const setting = (name: string, byDefault: number): number => Number(process.env[name] ?? byDefault);

/**
 * How often a property is tried, and from which seed: the same cases on every machine, unless the environment asks for others
 * (`FUZZ_SEED`) or for more (`FUZZ_RUNS`; then with `--testTimeout=0`). What fails names its seed.
 */
export const fuzz = <Values>(runs: number): fc.Parameters<Values> => ({
  seed: setting('FUZZ_SEED', 1),
  numRuns: setting('FUZZ_RUNS', runs),
});

/** Text of few letters, so that it is often nearly right. */
export const textOf = (letters: string, maxLength = 16): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...letters.split('')), maxLength });

/** JSON as deep as it comes, with the keys and values that have hurt others. */
export const hostileJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.constantFrom<unknown>(
      null,
      true,
      '',
      '1',
      'NaN',
      '0x10',
      '1e999',
      '21,5',
      '__proto__',
      -0,
      1e308,
      5e-324,
      2 ** 53,
    ),
    fc.double(),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .array(
        fc.tuple(
          fc.oneof(fc.constantFrom('v', 'ts', 'rows', '__proto__', 'constructor', 'prototype', 'length'), fc.string()),
          tie('value'),
        ),
        { maxLength: 5 },
      )
      .map((entries) => Object.fromEntries(entries)),
  ),
})).value;

/** Bytes with small damages: at each place some are taken out and others put in. */
export const damaged = (good: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .array(fc.tuple(fc.nat(good.length), fc.nat(8), fc.uint8Array({ maxLength: 4 })), { minLength: 1, maxLength: 5 })
    .map((damages) =>
      damages.reduce<Uint8Array>(
        (bytes, [at, removed, inserted]) =>
          Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]),
        good,
      ),
    );

/** What comes of it; undefined where it is refused, which it may be by a RangeError only. */
export function unlessRefused<T>(what: () => T): T | undefined {
  try {
    return what();
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return undefined;
  }
}
