import fc from 'fast-check';
import { expect, test } from 'vitest';
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
