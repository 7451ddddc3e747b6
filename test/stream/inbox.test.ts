import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Reading } from '../../src/detect/reading.ts';
import { Inbox } from '../../src/stream/inbox.ts';
import { message } from './harness.ts';

test('a retained message is never read, and does not make its live twin a duplicate', () => {
  const inbox = new Inbox();
  expect(inbox.admit(message('a', '1', { retained: true }))).toBe('retained');
  expect(inbox.admit(message('a', '1', { redelivered: true }))).toBeNull();
});

test('a redelivery is refused when the first delivery was seen, and only then', () => {
  const inbox = new Inbox();
  const again = { redelivered: true };
  expect(inbox.admit(message('a', '1', again))).toBeNull();
  expect(inbox.admit(message('a', '1', again))).toBe('redelivered');
  expect(inbox.admit(message('a', '2', again))).toBeNull();
  expect(inbox.admit(message('a1', '', again))).toBeNull();
  expect(inbox.admit(message('b', '1', again))).toBeNull();
});

test('equal payloads that are not marked are new messages', () => {
  const inbox = new Inbox();
  expect(inbox.admit(message('a', '1'))).toBeNull();
  expect(inbox.admit(message('a', '1'))).toBeNull();
});

test('256 messages are remembered, not one more', () => {
  const inbox = new Inbox();
  for (let i = 0; i < 256; i++) inbox.admit(message('a', String(i)));
  expect(inbox.admit(message('a', '0', { redelivered: true }))).toBe('redelivered');
  inbox.admit(message('a', '256'));
  expect(inbox.admit(message('a', '0', { redelivered: true }))).toBeNull();
  expect(inbox.admit(message('a', '2', { redelivered: true }))).toBe('redelivered');
});

/** Timed by its sender, and by its arrival. */
const own = (at: number, series = 's'): Reading => ({ series, at, value: 1, receivedAt: 1_000_000 });
const arrived = (at: number, series = 's'): Reading => ({ series, at, value: 1, receivedAt: at });

test('times of the sender must move forward within their series', () => {
  const inbox = new Inbox();
  const order = (reading: Reading): unknown => inbox.order(reading);
  expect([own(100), own(100), own(99), own(101)].map(order)).toEqual([own(100), 'duplicate', 'late', own(101)]);
  expect(order(own(50, 'other'))).toEqual(own(50, 'other'));
});

test('times of arrival go on by 1 ms when the clock stands or steps back', () => {
  const inbox = new Inbox();
  const at = (reading: Reading): number => (inbox.order(reading) as Reading).at;
  expect([5000, 5000, 1000, 1001, 5002, 5010].map((time) => at(arrived(time)))).toEqual([
    5000, 5001, 5002, 5003, 5004, 5010,
  ]);
});

test('a bumped reading keeps its value and the time it reached us', () => {
  const inbox = new Inbox();
  inbox.order(arrived(5000));
  expect(inbox.order({ ...arrived(1000), value: 7 })).toEqual({ series: 's', at: 5001, value: 7, receivedAt: 1000 });
});

test('last times survive a restart', () => {
  const before = new Inbox();
  expect(before.lastAt('s')).toBeNull();
  before.order(own(100));
  const after = new Inbox((series) => before.lastAt(series) ?? -Infinity);
  expect(after.order(own(100))).toBe('duplicate');
  expect(after.order(arrived(90))).toMatchObject({ at: 101 });
  expect(after.order(own(50, 'new'))).toEqual(own(50, 'new'));
});

test('for any readings, the times of each series rise strictly, and none timed by its arrival is lost', () => {
  const reading = fc.record({
    series: fc.constantFrom('a', 'b'),
    at: fc.integer({ min: 0, max: 50 }),
    value: fc.constant(0),
    receivedAt: fc.integer({ min: 0, max: 50 }),
  });
  fc.assert(
    fc.property(fc.array(reading), (readings) => {
      const inbox = new Inbox();
      const last = new Map<string, number>();
      for (const reading of readings) {
        const ordered = inbox.order(reading);
        if (typeof ordered === 'string') {
          expect(reading.at).not.toBe(reading.receivedAt);
          continue;
        }
        expect(ordered.at).toBeGreaterThan(last.get(reading.series) ?? -1);
        last.set(reading.series, ordered.at);
        expect(inbox.lastAt(reading.series)).toBe(ordered.at);
      }
    }),
  );
});

describe('a clock that cannot be right', () => {
  const MINUTE = 60_000;
  const START = Date.UTC(2026, 0);
  /** Readings a minute apart; the device says what `clock` makes of the minute. The times at which they count. */
  function hear(inbox: Inbox, from: number, to: number, clock: (minute: number) => number): (number | string)[] {
    return Array.from({ length: to - from }, (_, i) => {
      const minute = from + i;
      const receivedAt = START + minute * MINUTE + 200;
      const ordered = inbox.order({ series: 's', at: START + clock(minute) * MINUTE, value: minute % 7, receivedAt });
      return typeof ordered === 'string' ? ordered : (ordered.at - START) / MINUTE;
    });
  }
  const YEAR = 365 * 1440;
  const byArrival = (minute: number): number => minute + 200 / MINUTE;

  test('set back by a year: after five late readings they count from their arrival, until it is right again', () => {
    const inbox = new Inbox();
    expect(hear(inbox, 0, 2, (minute) => minute)).toEqual([0, 1]);
    expect(hear(inbox, 2, 10, (minute) => minute - YEAR)).toEqual([
      ...Array<string>(5).fill('late'),
      ...[7, 8, 9].map(byArrival),
    ]);
    expect(hear(inbox, 10, 12, (minute) => minute + 0.1)).toEqual([10.1, 11.1]);
  });

  test('that stands still is one of a reading that is always a duplicate and never the same', () => {
    const inbox = new Inbox();
    hear(inbox, 0, 2, (minute) => minute);
    expect(hear(inbox, 2, 9, () => 1)).toEqual([...Array<string>(5).fill('duplicate'), ...[7, 8].map(byArrival)]);
  });

  test('what the device said stays with the reading', () => {
    const inbox = new Inbox(() => START);
    hear(inbox, 0, 6, (minute) => minute - YEAR);
    const reading = { series: 's', at: START - YEAR * MINUTE, value: 1, receivedAt: START + 6 * MINUTE };
    expect(inbox.order(reading)).toEqual({ ...reading, at: reading.receivedAt, saidAt: reading.at });
  });

  test('is not that of a device which tells the same reading again and again', () => {
    const inbox = new Inbox();
    const again = Array.from({ length: 100 }, (_, i) =>
      inbox.order({ series: 's', at: START, value: 20, receivedAt: START + i * MINUTE }),
    );
    expect(again.slice(1)).toEqual(Array(99).fill('duplicate'));
  });

  test('is not that of a device which was away and sends a day of backlog after its newest reading', () => {
    const inbox = new Inbox();
    hear(inbox, 0, 2, (minute) => minute);
    hear(inbox, 1440, 1441, (minute) => minute);
    for (let minute = 2; minute < 1440; minute++) {
      // Two readings a second, for twelve minutes.
      const receivedAt = START + 1441 * MINUTE + minute * 500;
      expect(inbox.order({ series: 's', at: START + minute * MINUTE, value: minute % 7, receivedAt })).toBe('late');
    }
    expect(hear(inbox, 1460, 1462, (minute) => minute)).toEqual([1460, 1461]);
  });
});
