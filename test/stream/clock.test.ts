import { describe, expect, test } from 'vitest';
import type { Reading } from '../../src/detect/reading.ts';
import { ReadingOrder } from '../../src/detect/sensor/reading-order.ts';
import { Memory } from '../../src/math/memory.ts';
import { NOTES } from '../../src/stream/reject.ts';
import { decoding, field, input, message } from './harness.ts';

/*
 * The clock of this machine is wrong, jumps, or is changed while the sensors continue: no reading is lost, and their order is kept.
 */

const [MINUTE, HOUR, YEAR] = [60_000, 3_600_000, 365 * 86_400_000];
const NOW = Date.UTC(2026, 5, 15, 12);

/** Two sensors through decoder and reading order: `own` sends its time, `bare` does not. */
function site(timezone: string | null = null) {
  const { decode } = decoding([input('own', [field('v')], { time: 'ts', timezone }), input('bare', [field('')])]);
  const courses = { 'own-v': new ReadingOrder(new Memory()), bare: new ReadingOrder(new Memory()) };
  const reasons: string[] = [];
  const times: Record<string, number[]> = { 'own-v': [], bare: [] };
  const take = (reading: Reading): void => {
    const ordered = courses[reading.series as keyof typeof courses].order(reading);
    if (typeof ordered === 'string') reasons.push(ordered);
    else times[ordered.series].push(ordered.at);
  };
  return {
    reasons,
    times,
    receive: (receivedAt: number, ts: string | number, value = 1): void => {
      for (const given of [
        message('own', { v: value, ts }, { receivedAt }),
        message('bare', String(value), { receivedAt }),
      ]) {
        const decoded = decode(given);
        reasons.push(...decoded.reasons);
        decoded.readings.forEach(take);
      }
    },
  };
}

const rises = (times: number[]): boolean => times.every((at, i) => i === 0 || at > times[i - 1]);

describe.each([
  ['1970', 0],
  ['2000', Date.UTC(2000, 0)],
])('the clock counts from %s until the network sets it', (_, epoch) => {
  test('the times of the devices are used, and no reading is lost', () => {
    const { receive, times, reasons } = site();
    for (let i = 0; i < 20; i++) receive(epoch + (i + 1) * MINUTE, (NOW + i * MINUTE) / 1000);
    for (let i = 20; i < 40; i++) receive(NOW + i * MINUTE + 200, (NOW + i * MINUTE) / 1000);
    expect(reasons).toEqual([]);
    expect(times['own-v']).toEqual(Array.from({ length: 40 }, (_, i) => NOW + i * MINUTE));
    expect(times['bare']).toHaveLength(40);
    expect(rises(times['bare'])).toBe(true);
  });

  test('the time of a device is used even if its clock is not set either', () => {
    const { receive, times, reasons } = site();
    for (let i = 1; i < 20; i++) receive(epoch + i * MINUTE, (epoch + i * MINUTE) / 1000);
    expect(reasons).toEqual([]);
    expect(times['own-v']).toHaveLength(19);
  });
});

test('the clock jumps ten years ahead and back: no reading is lost, and no time decreases', () => {
  const { receive, times, reasons } = site();
  const ours = [0, 0, 0, 10 * YEAR, 10 * YEAR, 10 * YEAR, 0, 0, 0];
  ours.forEach((off, i) => {
    receive(NOW + off + i * MINUTE + 200, (NOW + i * MINUTE) / 1000, i);
  });
  expect(reasons).toEqual([]);
  for (const series of ['own-v', 'bare']) {
    expect(times[series]).toHaveLength(ours.length);
    expect(rises(times[series])).toBe(true);
  }
});

test('the clock is hours behind, as after a start without a network: readings get its time and a note', () => {
  const { receive, times, reasons } = site();
  for (let i = 0; i < 10; i++) receive(NOW - 5 * HOUR + i * MINUTE, (NOW + i * MINUTE) / 1000);
  for (let i = 10; i < 20; i++) receive(NOW + i * MINUTE + 200, (NOW + i * MINUTE) / 1000);
  expect(times['own-v']).toHaveLength(20);
  expect(rises(times['own-v'])).toBe(true);
  expect(reasons).toEqual(Array(10).fill('time_in_future'));
  expect(reasons.every((reason) => NOTES.has(reason))).toBe(true);
});

test('a suspend of eight hours: later readings are accepted in order', () => {
  const { receive, times, reasons } = site();
  for (let i = 0; i < 5; i++) receive(NOW + i * MINUTE, (NOW + i * MINUTE) / 1000);
  for (let i = 0; i < 5; i++) receive(NOW + 8 * HOUR + i * MINUTE, (NOW + 8 * HOUR + i * MINUTE) / 1000);
  expect(reasons).toEqual([]);
  for (const series of ['own-v', 'bare']) expect([times[series].length, rises(times[series])]).toEqual([10, true]);
});

describe('a device that sends local time, each minute through the night of the clock change', () => {
  /** The change, and the hours that the zone is ahead of UTC before and after it. */
  test.each([
    ['forward in Berlin', 'Europe/Berlin', '2026-03-29T01:00:00Z', 1, 2],
    ['back in Berlin', 'Europe/Berlin', '2026-10-25T01:00:00Z', 2, 1],
    ['forward in New York', 'America/New_York', '2026-03-08T07:00:00Z', -5, -4],
    ['back in New York', 'America/New_York', '2026-11-01T06:00:00Z', -4, -5],
    ['back on Lord Howe Island, by half an hour', 'Australia/Lord_Howe', '2026-04-04T15:00:00Z', 11, 10.5],
  ])('%s: each reading counts at its instant', (_, timezone, instant, before, after) => {
    const change = Date.parse(instant);
    const { receive, times, reasons } = site(timezone);
    const expected: number[] = [];
    for (let at = change - 3 * HOUR; at < change + 3 * HOUR; at += MINUTE) {
      const shown = new Date(at + (at < change ? before : after) * HOUR).toISOString().slice(0, 19);
      receive(at + 700, shown);
      expected.push(at);
    }
    expect(reasons).toEqual([]);
    expect(times['own-v']).toEqual(expected);
  });
});
