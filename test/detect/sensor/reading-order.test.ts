import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Reading } from '../../../src/detect/reading.ts';
import { ReadingOrder } from '../../../src/detect/sensor/reading-order.ts';
import { Memory, section } from '../../../src/math/memory.ts';

const readingOrder = (): ReadingOrder => new ReadingOrder(new Memory());

/** Timed by its sender, and by its arrival. */
const own = (at: number): Reading => ({ series: 's', at, value: 1, receivedAt: 1_000_000 });
const arrived = (at: number): Reading => ({ series: 's', at, value: 1, receivedAt: at });

test('times of the sender must increase', () => {
  const times = readingOrder();
  const order = (reading: Reading): unknown => times.order(reading);
  expect([own(100), own(100), own(99), own(101)].map(order)).toEqual([own(100), 'duplicate', 'late', own(101)]);
});

test('of two series in one memory each goes by its own times', () => {
  const memory = new Memory();
  const [one, other] = ['one', 'other'].map((slug) => new ReadingOrder(section(memory, slug)));
  expect(one.order(own(100))).toEqual(own(100));
  expect(other.order(own(50))).toEqual(own(50));
  expect([one.order(own(100)), other.order(own(50))]).toEqual(['duplicate', 'duplicate']);
});

test('times of arrival go on by 1 ms when the clock stands or steps back', () => {
  const times = readingOrder();
  const at = (reading: Reading): number => (times.order(reading) as Reading).at;
  expect([5000, 5000, 1000, 1001, 5002, 5010].map((time) => at(arrived(time)))).toEqual([
    5000, 5001, 5002, 5003, 5004, 5010,
  ]);
});

test('a bumped reading keeps its value and its time of arrival', () => {
  const times = readingOrder();
  times.order(arrived(5000));
  expect(times.order({ ...arrived(1000), value: 7 })).toEqual({ series: 's', at: 5001, value: 7, receivedAt: 1000 });
});

describe('restored', () => {
  /** A reading order of the same memory, as of another run. */
  const restored = (memory: Memory): ReadingOrder => {
    const after = new Memory();
    const times = new ReadingOrder(after);
    after.fromBytes(memory.toBytes());
    return times;
  };

  test('last times survive a restart', () => {
    const memory = new Memory();
    new ReadingOrder(memory).order(own(100));
    const after = restored(memory);
    expect(after.order(own(100))).toBe('duplicate');
    expect(after.order(arrived(90))).toMatchObject({ at: 101 });
  });

  test('before its first reading it takes any', () => {
    const memory = new Memory();
    new ReadingOrder(memory);
    expect(restored(memory).order(own(-50))).toEqual(own(-50));
  });

  test('at any moment it goes on as it would have', () => {
    const reading = fc.record({
      series: fc.constant('s'),
      at: fc.integer({ min: 0, max: 4 }).map((minute) => minute * 60_000),
      value: fc.integer({ min: 0, max: 1 }),
      receivedAt: fc.integer({ min: 0, max: 60 }).map((minute) => minute * 60_000),
    });
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 40 }), fc.nat(40), (readings, cut) => {
        // The clock of arrival goes forward, so that late readings may also be live ones.
        const arrivals = readings.toSorted((a, b) => a.receivedAt - b.receivedAt);
        const whole = readingOrder();
        const expected = arrivals.map((one) => whole.order(one));
        const memory = new Memory();
        const first = new ReadingOrder(memory);
        const before = arrivals.slice(0, cut).map((one) => first.order(one));
        const second = restored(memory);
        expect([...before, ...arrivals.slice(cut).map((one) => second.order(one))]).toEqual(expected);
      }),
    );
  });
});

test('for any readings, the times rise strictly, and none timed by its arrival is lost', () => {
  const reading = fc.record({
    series: fc.constant('s'),
    at: fc.integer({ min: 0, max: 50 }),
    value: fc.constant(0),
    receivedAt: fc.integer({ min: 0, max: 50 }),
  });
  fc.assert(
    fc.property(fc.array(reading), (readings) => {
      const times = readingOrder();
      let last = -1;
      for (const reading of readings) {
        const ordered = times.order(reading);
        if (typeof ordered === 'string') {
          expect(reading.at).not.toBe(reading.receivedAt);
          continue;
        }
        expect(ordered.at).toBeGreaterThan(last);
        last = ordered.at;
      }
    }),
  );
});

describe('a clock that cannot be right', () => {
  const MINUTE = 60_000;
  const START = Date.UTC(2026, 0);
  /** Readings a minute apart; the device says what `clock` makes of the minute. The times at which they count. */
  function observe(
    times: ReadingOrder,
    from: number,
    to: number,
    clock: (minute: number) => number,
  ): (number | string)[] {
    return Array.from({ length: to - from }, (_, i) => {
      const minute = from + i;
      const receivedAt = START + minute * MINUTE + 200;
      const ordered = times.order({ series: 's', at: START + clock(minute) * MINUTE, value: minute % 7, receivedAt });
      return typeof ordered === 'string' ? ordered : (ordered.at - START) / MINUTE;
    });
  }
  const YEAR = 365 * 1440;
  const byArrival = (minute: number): number => minute + 200 / MINUTE;

  test('set back by a year: after five late readings they count from their arrival, until it is right again', () => {
    const times = readingOrder();
    expect(observe(times, 0, 2, (minute) => minute)).toEqual([0, 1]);
    expect(observe(times, 2, 10, (minute) => minute - YEAR)).toEqual([
      ...Array<string>(5).fill('late'),
      ...[7, 8, 9].map(byArrival),
    ]);
    expect(observe(times, 10, 12, (minute) => minute + 0.1)).toEqual([10.1, 11.1]);
  });

  test('that stands still is one of a reading that is always a duplicate and never the same', () => {
    const times = readingOrder();
    observe(times, 0, 2, (minute) => minute);
    expect(observe(times, 2, 9, () => 1)).toEqual([...Array<string>(5).fill('duplicate'), ...[7, 8].map(byArrival)]);
  });

  test('what the device said stays with the reading', () => {
    const times = readingOrder();
    times.order({ series: 's', at: START, value: 1, receivedAt: START });
    observe(times, 0, 6, (minute) => minute - YEAR);
    const reading = { series: 's', at: START - YEAR * MINUTE, value: 1, receivedAt: START + 6 * MINUTE };
    expect(times.order(reading)).toEqual({ ...reading, at: reading.receivedAt, saidAt: reading.at });
  });

  test('is not that of a device which repeats the same reading', () => {
    const times = readingOrder();
    const again = Array.from({ length: 100 }, (_, i) =>
      times.order({ series: 's', at: START, value: 20, receivedAt: START + i * MINUTE }),
    );
    expect(again.slice(1)).toEqual(Array(99).fill('duplicate'));
  });

  test('is not that of a device which was away and sends a day of backlog after its newest reading', () => {
    const times = readingOrder();
    observe(times, 0, 2, (minute) => minute);
    observe(times, 1440, 1441, (minute) => minute);
    for (let minute = 2; minute < 1440; minute++) {
      // Two readings a second, for twelve minutes.
      const receivedAt = START + 1441 * MINUTE + minute * 500;
      expect(times.order({ series: 's', at: START + minute * MINUTE, value: minute % 7, receivedAt })).toBe('late');
    }
    expect(observe(times, 1460, 1462, (minute) => minute)).toEqual([1460, 1461]);
  });
});

describe('times of whole seconds', () => {
  const second = (at: number, value: number, receivedAt: number): Reading => ({ series: 's', at, value, receivedAt });

  test('another value in the same second, a moment later, is a new reading', () => {
    const times = readingOrder();
    const readings = [second(5000, 1, 5100), second(5000, 2, 5400), second(5000, 3, 5900), second(6000, 3, 6100)];
    expect(readings.map((reading) => (times.order(reading) as Reading).at)).toEqual([5000, 5001, 5002, 6000]);
  });

  test.each<[string, Reading]>([
    ['the same value', second(5000, 1, 5400)],
    ['another one that comes a second later, as a repeated message does', second(5000, 2, 6100)],
    ['one from before the last arrival', second(5000, 2, 5050)],
    ['one that arrives with it, in the same message', second(5000, 2, 5100)],
  ])('%s is a duplicate', (_, reading) => {
    const times = readingOrder();
    times.order(second(5000, 1, 5100));
    expect(times.order(reading)).toBe('duplicate');
  });

  test('a finer time that is not after the last one stays a duplicate', () => {
    const times = readingOrder();
    times.order(second(5250, 1, 5300));
    expect(times.order(second(5250, 2, 5400))).toBe('duplicate');
  });
});
