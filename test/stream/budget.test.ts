import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Budget } from '../../src/stream/budget.ts';
import { ARRIVAL, decoding, field, input, message } from './harness.ts';

const MILLION = 1_000_000;
/** How many of `count` readings at one moment are accepted. */
const taken = (budget: Budget, count: number, at: number): number => {
  let sum = 0;
  for (let i = 0; i < count; i++) if (budget.spend(at)) sum++;
  return sum;
};

test('a million readings at once are accepted, and after them one per millisecond', () => {
  const budget = new Budget();
  expect(taken(budget, MILLION + 100, ARRIVAL)).toBe(MILLION);
  expect(taken(budget, 100, ARRIVAL + 1)).toBe(1);
  expect(taken(budget, 100, ARRIVAL + 51)).toBe(50);
});

test('a pause saves a million readings at most', () => {
  const budget = new Budget();
  taken(budget, MILLION, ARRIVAL);
  expect(taken(budget, 2 * MILLION, ARRIVAL + 500_000)).toBe(500_000);
  expect(taken(budget, 2 * MILLION, ARRIVAL + 86_400_000)).toBe(MILLION);
});

test('a sensor with 1000 readings a second is never rejected, also not one that sends a reading per second after a day of outage', () => {
  const budget = new Budget();
  for (let ms = 0; ms < 10_000; ms++) expect(budget.spend(ARRIVAL + ms)).toBe(true);
  expect(taken(budget, 86_400, ARRIVAL + 86_400_000)).toBe(86_400); // one reading per second
});

test('a clock that is set back neither rejects nor saves readings; counting continues from the new time', () => {
  const budget = new Budget();
  taken(budget, MILLION - 5, ARRIVAL);
  expect(taken(budget, 10, ARRIVAL - 86_400_000)).toBe(5);
  expect(taken(budget, 10, ARRIVAL - 86_400_000 + 3)).toBe(3);
});

test('for any clock, no more are accepted than were saved plus the time that it advanced', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: -1e6, max: 5000 }), fc.nat(2000)), { maxLength: 20 }), (steps) => {
      const budget = new Budget();
      taken(budget, MILLION, ARRIVAL);
      let [at, forward, sum] = [ARRIVAL, 0, 0];
      for (const [step, count] of steps) {
        at += step;
        forward += Math.max(0, step);
        const now = taken(budget, count, at);
        sum += now;
        expect(sum).toBeLessThanOrEqual(forward);
        if (now < count) expect(budget.spend(at)).toBe(false);
      }
    }),
  );
});

test('only the series that floods is rejected; its neighbour is accepted', () => {
  const { decode } = decoding([input('s/+', [field('', { name: '{1}' })], { each: '' })]);
  const batch = message('s/flood', JSON.stringify(Array(4000).fill(1)));
  for (let i = 0; i < 250; i++) expect(decode(batch).reasons).toEqual([]); // a million
  expect(decode(batch)).toEqual({ readings: [], reasons: ['too_fast'] });
  expect(decode(message('s/calm', '[2]'))).toMatchObject({ readings: [{ series: 'calm', value: 2 }], reasons: [] });
  const later = decode(message('s/flood', '[1,1,1]', { receivedAt: ARRIVAL + 2 }));
  expect([later.readings.length, later.reasons]).toEqual([2, ['too_fast']]);
});

test('4096 elements of a list are read, and a longer list is reported', () => {
  const { decode } = decoding([input('l', [field('')], { each: '' })]);
  const list = (length: number) => decode(message('l', JSON.stringify(Array(length).fill(7))));
  expect(list(4096)).toMatchObject({ readings: { length: 4096 }, reasons: [] });
  expect(list(4097)).toMatchObject({ readings: { length: 4096 }, reasons: ['long_list'] });
  expect(list(32_000)).toMatchObject({ readings: { length: 4096 }, reasons: ['long_list'] });
});
