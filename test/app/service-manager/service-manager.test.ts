import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ServiceManager } from '../../../src/app/service-manager/service-manager.ts';
import { statusLine } from '../../../src/app/service-manager/status-line.ts';
import type { Notification } from '../../../src/io/systemd/notifier.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A manager of a service of plain values, which a test changes, and what it sends. */
function managed(watchdogMs: number | null = 120_000) {
  const sent: Notification[] = [];
  const notifier = {
    watchdogMs,
    send: (notification: Notification) => sent.push(notification),
    close: () => undefined,
  };
  const service = { passed: 0, late: 0, offline: null as string | null, alarms: 0 };
  const manager = new ServiceManager(notifier, undefined, () => Date.now());
  const begin = (): void => {
    manager.begin({
      passed: () => service.passed,
      commitLateMs: () => service.late,
      statusLine: (seen) =>
        statusLine({
          ...seen,
          ...{ offline: service.offline, alarms: service.alarms, problems: [] },
          streams: { learning: 0, ready: 1, silent: 0 },
        }),
    });
  };
  /** What it sends in this time. */
  const after = (ms: number): readonly Notification[] => {
    sent.length = 0;
    vi.advanceTimersByTime(ms);
    return [...sent];
  };
  return { manager, service, sent, begin, after };
}

const LISTENING = 'Listening: 1 stream (1 ready), no open alarm';

test('ready when listening; the state is reported at once, and while nobody changes it no more', () => {
  const { manager, sent, begin, after } = managed(null);
  begin();
  expect(sent).toEqual([{ STATUS: 'Connecting to the broker: 1 stream (1 ready), no open alarm' }]);
  expect(after(9_000)).toEqual([]);
  manager.listening([]);
  expect(sent).toEqual([{ READY: 1, STATUS: LISTENING }]);
  expect(after(3_600_000)).toEqual([]);
  manager.listening(['s/+']); // another subscription, after a reload
  expect(after(10_000)).toEqual([{ STATUS: `${LISTENING}. The broker refuses s/+` }]);
});

test('ready after 10 s without a broker; the reason is there within 1 s', () => {
  const { manager, service, begin, after } = managed();
  begin();
  service.offline = 'refused';
  const waiting = 'Waiting for the broker: 1 stream (1 ready), no open alarm. refused';
  expect(after(1_000)).toEqual([{ STATUS: waiting }]);
  expect(after(8_999)).toEqual([]);
  expect(after(1)).toEqual([{ READY: 1, STATUS: waiting }]);
  service.offline = null;
  manager.listening([]);
  expect(after(10_000)).toEqual([{ STATUS: LISTENING }]);
});

test('the watchdog is fed four times in its time, and only while something passes through the pipeline', () => {
  const { manager, service, begin, after } = managed();
  begin();
  manager.listening([]);
  const feeds = (ms: number): number => {
    let count = 0;
    for (let passed = 0; passed < ms; passed += 5_000) {
      service.passed++;
      count += after(5_000).filter(({ WATCHDOG }) => WATCHDOG === 1).length;
    }
    return count;
  };
  expect(feeds(120_000)).toBe(4);
  service.passed++;
  expect(after(30_000)).toEqual([{ WATCHDOG: 1 }]);
  expect(after(3_600_000)).toEqual([]);
  expect(feeds(30_000)).toBeGreaterThan(0);
  service.late = 60_000;
  expect(feeds(3_600_000)).toBe(0);
});

test('a status that changes all the time is sent 6 times a minute', () => {
  const { manager, service, begin, after } = managed();
  begin();
  manager.listening([]);
  let calls = 0;
  for (let second = 0; second < 600; second++) {
    service.alarms++;
    service.passed++;
    calls += after(1_000).length;
  }
  expect(calls).toBe(60);
});

test('a reload: systemd waits from RELOADING to READY; a mistake stays in the status until a reload succeeds', () => {
  const { manager, sent, begin, after } = managed();
  begin();
  manager.reloading();
  manager.reloaded(null);
  expect(sent).toHaveLength(1); // not ready yet: systemd knows of no reload
  manager.listening([]);
  after(0);
  const before = process.hrtime.bigint() / 1000n;
  manager.reloading();
  const [{ MONOTONIC_USEC, ...rest }] = sent;
  expect(rest).toEqual({ RELOADING: 1, STATUS: 'Reading the site file again' });
  expect(BigInt(MONOTONIC_USEC)).toBeGreaterThanOrEqual(before);
  manager.reloaded('site.yaml:1: no');
  expect(sent[1]).toEqual({ READY: 1, STATUS: `${LISTENING}. Site file not reloaded: site.yaml:1: no` });
  expect(after(60_000).filter((notification) => 'STATUS' in notification)).toEqual([]);
  manager.reloading();
  manager.reloaded(null);
  expect(sent.at(-1)).toEqual({ READY: 1, STATUS: LISTENING });
});

test('a long start asks for time: for a database by its size, for the journal every 10 s', () => {
  const { manager, sent, after } = managed();
  manager.opening(300e6);
  expect(sent).toEqual([{ EXTEND_TIMEOUT_USEC: 360e6, STATUS: 'Reading the database (300 MB)' }]);
  after(9_999);
  manager.replayed();
  expect(sent).toEqual([]);
  vi.advanceTimersByTime(1);
  manager.replayed();
  manager.replayed();
  expect(sent).toEqual([{ EXTEND_TIMEOUT_USEC: 60e6, STATUS: 'Reading the journal of the last run' }]);
});

test('a stop is the last message', () => {
  const { manager, service, sent, begin, after } = managed();
  begin();
  manager.listening([]);
  after(0);
  manager.stop('SIGTERM');
  expect(sent).toEqual([
    { STOPPING: 1, EXTEND_TIMEOUT_USEC: 30e6, STATUS: 'Stopping (SIGTERM): saving what was learned' },
  ]);
  service.alarms++;
  service.passed++;
  expect(after(3_600_000)).toEqual([]);
});
