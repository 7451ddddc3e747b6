import { describe, expect, test } from 'vitest';
import { AckWindow } from '../../../src/io/ledger/ack-window.ts';

const INTERVAL_MS = 10_000;

/**
 * A ledger that does as the window says, and a broker that sends `ahead` messages ahead of acknowledgements, of those that arrive
 * there at `times` (ms). Gives the sizes of the transactions and when each was.
 */
function run(times: readonly number[], ahead: number) {
  const window = new AckWindow();
  const commits: { readonly at: number; readonly size: number }[] = [];
  let sent = 0;
  let unacked = 0;
  let firstAt = Infinity;
  let lastAt = 0;
  let now = 0;
  const commit = (waited: boolean): void => {
    commits.push({ at: now, size: unacked });
    window.acked(unacked, waited, now);
    unacked = 0;
    firstAt = Infinity;
  };
  const deadline = (): number => {
    if (unacked === 0) return Infinity;
    const patience = window.patienceMs(unacked);
    return Math.min(firstAt + INTERVAL_MS, patience === 0 ? Infinity : lastAt + patience);
  };
  while (sent < times.length || unacked > 0) {
    const free = sent < times.length && unacked < ahead ? Math.max(now, times[sent]) : Infinity;
    if (free <= deadline()) {
      now = free;
      sent++;
      unacked++;
      firstAt = Math.min(firstAt, now);
      lastAt = now;
      window.observe(unacked, now);
      if (window.patienceMs(unacked) === 0) commit(false);
    } else {
      now = deadline();
      commit(true);
    }
  }
  return commits;
}

const every = (ms: number, count: number): number[] => Array.from({ length: count }, (_, i) => i * ms);

describe('how many messages come ahead of acknowledgements', () => {
  test.each([10, 20, 32, 100])(
    'a backlog behind a broker that sends %d is taken as many at a time, after three waits for more',
    (ahead) => {
      const commits = run(every(0, 5000), ahead);
      expect(commits.filter(({ size }) => size === ahead).length).toBeGreaterThanOrEqual(5000 / ahead - 1);
      // Where less than the usual 20 come, nothing but the interval tells.
      expect(commits.at(-1)!.at).toBeLessThan(ahead < 20 ? 3.1 * INTERVAL_MS : 1000);
    },
  );

  test('a backlog behind one that heeds what we ask for is taken in 256 at a time, and the rest soon after', () => {
    const commits = run(every(0, 1000), 256);
    expect(commits.map(({ size }) => size)).toEqual([256, 256, 256, 232]);
    expect(commits.at(-1)!.at).toBeLessThanOrEqual(100);
  });

  test.each([50, 100, 300, 1000])('a reading each %d ms is written each interval and hardly more often', (ms) => {
    const commits = run(every(ms, 200_000 / ms), 256);
    expect(commits.length).toBeLessThanOrEqual(20 + 8);
    // Once it is known that more can come, no pause is taken for the end, but for the last.
    expect(commits.slice(-10, -1).every(({ size }) => size >= Math.min(256, 9000 / ms))).toBe(true);
  });

  test('a slow stream behind a broker that sends only 20 is not stalled: what it held back shows it', () => {
    const commits = run(every(100, 2000), 20);
    expect(commits.slice(-50).every(({ size }) => size === 20)).toBe(true);
    // 20 each 2 s, as fast as they come.
    expect(commits.at(-1)!.at).toBeLessThan(2000 * 100 + 1000);
  });

  test('a hundred sensors that speak together every ten seconds are written once each time', () => {
    const times = Array.from({ length: 3000 }, (_, i) => Math.floor(i / 100) * 10_000);
    const commits = run(times, 256);
    expect(commits.length).toBeLessThan(2 * 30);
  });

  test('another connection may be to another broker: it begins anew', () => {
    const window = new AckWindow();
    for (let n = 1; n <= 256; n++) window.observe(n, 0);
    expect(window.patienceMs(20)).toBe(Infinity);
    window.reset();
    expect(window.patienceMs(20)).toBe(50);
    expect(window.patienceMs(19)).toBe(Infinity);
  });
});
