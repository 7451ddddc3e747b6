import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Confidence } from '../../../src/detect/episode/confidence.ts';
import { Memory } from '../../../src/math/memory.ts';

const of = (series = 1, warmup = 400): Confidence => new Confidence(new Memory(), series, warmup);

test('a half when the warm-up ends, nine tenths after nine times as long; without a warm-up, all', () => {
  expect([of().of(0), of().of(400), of().of(3600)]).toEqual([0, 0.5, 0.9]);
  expect(of(1, 0).of(0)).toBe(1);
});

test('half of that where one of two series has been missing for long', () => {
  const sure = of(2);
  for (let t = 0; t < 2000; t++) sure.update(Float64Array.of(t, NaN));
  expect(sure.of(400)).toBeCloseTo(0.25, 6);
});

test('always from 0 to 1', () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.array(fc.constantFrom(1, NaN)), (readings, heard) => {
      const sure = of();
      for (const x of heard) sure.update(Float64Array.of(x));
      const confidence = sure.of(readings);
      expect(confidence >= 0 && confidence <= 1).toBe(true);
    }),
  );
});
