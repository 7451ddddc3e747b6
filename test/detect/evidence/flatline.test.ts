import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Flatline } from '../../../src/detect/evidence/flatline.ts';
import { KINDS } from '../../../src/detect/evidence/kinds.ts';
import { Tail } from '../../../src/detect/evidence/rarity/tail.ts';
import { Memory } from '../../../src/math/memory.ts';

interface Hearing {
  readonly size?: number;
  readonly normal?: boolean;
}
/** `length` equal readings, with a step of this size that brought the first of them. */
function observe(rest: Flatline, length: number, { size = 1, normal = true }: Hearing = {}): void {
  rest.learn(false, size, normal);
  for (let i = 1; i < length; i++) rest.learn(true, 0, normal);
}
/** A thousand values, one of ten said twice. */
function livelyRest(): Flatline {
  const rest = new Flatline(new Memory());
  for (let i = 0; i < 1000; i++) observe(rest, i % 10 === 0 ? 2 : 1);
  rest.learn(false, 1, true);
  return rest;
}

describe('a series that says one value of ten twice', () => {
  test('one repeat is as rare as it is: one reading of eleven', () => {
    expect(livelyRest().lengthRarity(true)).toBeCloseTo(-Math.log10(101 / 1102), 3);
  });

  test('the longer the flatline, the rarer; the reading that ends it has the same rarity of length', () => {
    const rest = livelyRest();
    let before = 0;
    for (let n = 1; n <= 6; n++) {
      const rarity = rest.lengthRarity(true);
      expect(rarity).toBeGreaterThan(before);
      rest.learn(true, 0, true);
      expect(rest.repeats).toBe(n);
      expect(rest.lengthRarity(false)).toBe(rarity);
      before = rarity;
    }
    expect(before).toBeCloseTo(1 / 0.15, 12);
  });

  test('a value that moves is at no rest', () => {
    expect(livelyRest().lengthRarity(false)).toBe(0);
    expect(livelyRest().exitRarity(false, 1e3)).toBe(0);
  });

  test('a rest is an evidence of 1 at most, however long: alone it is no alarm', () => {
    const rest = livelyRest();
    for (let i = 0; i < 1000; i++) rest.learn(true, 0, true);
    expect(KINDS.flatline.weights.point * rest.lengthRarity(true)).toBeCloseTo(1, 12);
  });
});

test('a switch that stands for hours is at no odd rest after as many', () => {
  const rest = new Flatline(new Memory());
  for (let i = 0; i < 50; i++) observe(rest, 300);
  for (let i = 0; i < 1000; i++) rest.learn(true, 0, true);
  expect(rest.lengthRarity(true)).toBeLessThan(0.2);
});

describe('a step out of a rest', () => {
  /** Half of the values twice; steps out of a rest 0.1, all others 2. */
  function coarse(rests: number): Flatline {
    const rest = new Flatline(new Memory());
    for (let i = 0; i < rests; i++) {
      observe(rest, 2, { size: 2 });
      observe(rest, 1, { size: 0.1 });
    }
    observe(rest, 2, { size: 2 });
    return rest;
  }

  test('is judged by the steps that ended one, not by all', () => {
    const tail = new Tail(new Memory(), 'of the same steps');
    for (let i = 0; i < 500; i++) tail.add(0.1);
    expect(coarse(500).exitRarity(false, 0.1)).toBe(tail.rarity(0.1));
    expect(coarse(500).exitRarity(false, 0.1)).toBeLessThan(0.5);
    expect(coarse(500).exitRarity(false, 2)).toBe(tail.rarity(2));
    expect(coarse(500).exitRarity(false, 2)).toBeGreaterThan(5);
  });

  test('after fewer than a hundred says nothing yet', () => {
    expect(coarse(99).exitRarity(false, 2)).toBe(0);
    expect(coarse(100).exitRarity(false, 2)).toBeGreaterThan(1);
  });
});

describe('what does not become usual', () => {
  const longer = (rest: Flatline): number => {
    for (let i = 0; i < 9; i++) rest.learn(true, 0, true);
    return rest.lengthRarity(true);
  };
  const usual = longer(livelyRest());

  test('a rest that ended in a fault', () => {
    const rest = livelyRest();
    for (let k = 0; k < 20; k++) {
      observe(rest, 40);
      rest.restart();
    }
    rest.learn(false, 1, true);
    expect(longer(rest)).toBeCloseTo(usual, 1);
  });

  test('one that ended in an outlier', () => {
    const rest = livelyRest();
    for (let k = 0; k < 20; k++) {
      for (let i = 0; i < 40; i++) rest.learn(true, 0, true);
      rest.learn(false, 9, false);
    }
    rest.learn(false, 1, true);
    expect(longer(rest)).toBeCloseTo(usual, 1);
  });

  test('but twenty rests that ended in a step do', () => {
    const rest = livelyRest();
    for (let k = 0; k < 20; k++) observe(rest, 40);
    rest.learn(false, 1, true);
    expect(longer(rest)).toBeLessThan(1);
  });
});

test('whatever it hears: finite, not below 0, and asking changes nothing', () => {
  const reading = fc.tuple(fc.boolean(), fc.double({ min: 0, max: 60, noNaN: true }), fc.boolean());
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 400 }), fc.boolean(), (readings, repeats) => {
      const memory = new Memory();
      const rest = new Flatline(memory);
      for (const [again, size, normal] of readings) rest.learn(again, size, normal);
      const before = memory.toBytes();
      for (const rarity of [rest.lengthRarity(repeats), rest.exitRarity(repeats, 3)]) {
        expect(rarity).toBeGreaterThanOrEqual(0);
        expect(rarity).toBeLessThan(1e4);
      }
      expect(memory.toBytes()).toEqual(before);
    }),
  );
});
