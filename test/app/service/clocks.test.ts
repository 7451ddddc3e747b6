import { BehaviorSubject } from 'rxjs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { clocksOf } from '../../../src/app/service/clocks.ts';
import type { Connection } from '../../../src/io/mqtt/broker.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('every 5 s one of the two clocks ticks: one while connected, the other while the client tries to connect', () => {
  const connection$ = new BehaviorSubject<Connection>({ state: 'connecting' });
  const broker = { connection$, attemptAgeMs: 0 };
  const { wake$, clock$, idle$ } = clocksOf(broker, 10_000, () => Date.now());
  const ticks = { wake: 0, clock: 0, idle: 0 };
  wake$.subscribe(() => ticks.wake++);
  clock$.subscribe(() => ticks.clock++);
  idle$.subscribe(() => ticks.idle++);
  vi.advanceTimersByTime(15_000);
  expect(ticks).toEqual({ wake: 0, clock: 0, idle: 3 });
  connection$.next({ state: 'connected', protocol: 5, sessionPresent: false });
  vi.advanceTimersByTime(15_000);
  expect(ticks).toEqual({ wake: 1, clock: 3, idle: 3 });
  connection$.next({ state: 'offline', reason: 'gone' });
  broker.attemptAgeMs = 189_999;
  vi.advanceTimersByTime(5_000);
  expect(ticks.idle).toBe(4);
  // Three minutes and the longest attempt: nobody tries any more.
  broker.attemptAgeMs = 190_000;
  vi.advanceTimersByTime(600_000);
  expect(ticks).toEqual({ wake: 1, clock: 3, idle: 4 });
});
