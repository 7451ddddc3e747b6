import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RATE_UNITS } from '../../../src/detect/reading.ts';
import { Counter, rateUnit } from '../../../src/detect/sensor/counter.ts';
import { Memory } from '../../../src/math/memory.ts';

const [MINUTE, HOUR] = [60_000, 3_600_000];

test('0.5 kWh more after a quarter of an hour are 2 kW', () => {
  const counter = new Counter(new Memory(), 'hour');
  expect(counter.rate(1234.5, 0)).toBeNaN();
  expect(counter.rate(1235, 15 * MINUTE)).toBe(2);
  expect(counter.rate(1235, 30 * MINUTE)).toBe(0);
});

test('a second, a minute, a day', () => {
  const rates = RATE_UNITS.map((per) => {
    const counter = new Counter(new Memory(), per);
    counter.rate(0, 0);
    return counter.rate(6, HOUR);
  });
  expect(rates).toEqual([6 * (1 / 3600), 0.1, 6, 144]);
});

test('the unit of the rate', () => {
  expect(rateUnit('kWh', 'hour')).toBe('kW');
  expect(rateUnit('Wh', 'hour')).toBe('W');
  expect(rateUnit('kWh', 'day')).toBe('kWh/d');
  expect(rateUnit('l', 'minute')).toBe('l/min');
  expect(rateUnit('', 'second')).toBe('/s');
});

describe('a counter that falls', () => {
  test('gives no rate, is counted, and goes on from there', () => {
    const counter = new Counter(new Memory(), 'hour');
    counter.rate(65_530, 0);
    counter.rate(65_535, HOUR);
    expect(counter.rate(4, 2 * HOUR)).toBeNaN();
    expect([counter.fell, counter.before, counter.falls]).toEqual([true, 65_535, 1]);
    expect(counter.rate(9, 3 * HOUR)).toBe(5);
    expect([counter.fell, counter.falls]).toEqual([false, 1]);
  });

  test('also at once after a reading', () => {
    const counter = new Counter(new Memory(), 'hour');
    for (let hour = 0; hour < 5; hour++) counter.rate(hour, hour * HOUR);
    expect(counter.rate(0, 4 * HOUR + 1)).toBeNaN();
    expect(counter.falls).toBe(1);
  });
});

test('readings that arrive together are taken together: none gives a rate beyond measure, and nothing is lost', () => {
  const counter = new Counter(new Memory(), 'hour');
  for (let minute = 0; minute < 10; minute++) counter.rate(minute, minute * MINUTE);
  // The broker was away; what had waited comes within a few ms.
  expect(counter.rate(17, 17 * MINUTE)).toBe(60);
  expect([18, 19, 20].map((value, i) => counter.rate(value, 17 * MINUTE + i + 1))).toEqual([NaN, NaN, NaN]);
  expect(counter.rate(23, 20 * MINUTE)).toBe(120); // six more in three minutes
});

test('of a counter that never falls the rates add up to its rise', () => {
  const step = fc.record({ rise: fc.nat(1000), after: fc.integer({ min: 1, max: 100 * MINUTE }) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      const counter = new Counter(new Memory(), 'minute');
      let [value, at] = [0, 0];
      let told = 0; // up to this time
      let sum = 0;
      let sumUpTo = 0;
      counter.rate(0, 0);
      for (const { rise, after } of steps) {
        value += rise;
        at += after;
        const rate = counter.rate(value, at);
        if (Number.isNaN(rate)) continue;
        expect(rate).toBeGreaterThanOrEqual(0);
        sum += (rate * (at - told)) / MINUTE;
        told = at;
        sumUpTo = value;
      }
      expect(sum).toBeCloseTo(sumUpTo, 6);
    }),
  );
});

test('is remembered: after a restart the next reading gives its rate', () => {
  const [kept, back] = [new Memory(), new Memory()];
  new Counter(kept, 'hour').rate(100, 0);
  const restored = new Counter(back, 'hour');
  back.fromBytes(kept.toBytes());
  expect(restored.rate(103, HOUR)).toBe(3);
});
