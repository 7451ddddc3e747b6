import { describe, expect, test } from 'vitest';
import { attemptsAfterConnect, retryAfter, retryDelayMs } from '../../../src/io/mqtt/reconnect.ts';

describe('the retry delay', () => {
  test.each([
    [0, 1_000],
    [10, 1_000],
    [11, 2_000],
    [12, 4_000],
    [13, 8_000],
    [14, 16_000],
    [15, 30_000], // not 32 s
    [1_000_000, 30_000],
  ])('after %d attempts: %d ms', (attempts, delayMs) => {
    expect(retryDelayMs(attempts, 0.5)).toBe(delayMs);
  });

  test('varies by a quarter either way', () => {
    expect([retryDelayMs(1, 0), retryDelayMs(1, 1)]).toEqual([750, 1_250]);
    expect([retryDelayMs(15, 0), retryDelayMs(15, 1)]).toEqual([22_500, 37_500]);
  });

  test('starts again at 1 s only after a connection that came more than 30 s after the previous one', () => {
    expect(attemptsAfterConnect(12, 30_000)).toBe(12);
    expect(attemptsAfterConnect(12, 30_001)).toBe(0);
    expect(attemptsAfterConnect(12, Infinity)).toBe(0); // the first connection
  });
});

describe('the protocol version', () => {
  const closed = null;
  const before = { accepted: false, protocol: 'auto', version: 5 } as const;

  test('auto: a broker that hangs up on MQTT 5 is offered 3.1.1 after 100 ms, without a report', () => {
    expect(retryAfter(closed, before)).toEqual({ protocolVersion: 4, delayMs: 100, silent: true });
    const unsupported = { message: 'Unsupported Protocol Version', code: 132 };
    expect(retryAfter(unsupported, before)).toEqual({ protocolVersion: 4, delayMs: 100, silent: true });
  });

  test('auto: where 3.1.1 fails in the same way, MQTT 5 is next, at the usual delay and with a report', () => {
    expect(retryAfter(closed, { ...before, version: 4 })).toEqual({ protocolVersion: 5, delayMs: null, silent: false });
  });

  test.each([
    ['the version is set', closed, { ...before, protocol: 5 }],
    ['the broker had accepted it', closed, { ...before, accepted: true }],
    ['nothing answered', { message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' }, before],
    ['the broker refused the user', { message: 'Not authorized', code: 135 }, before],
  ] as const)('stays where %s', (_, failure, attempt) => {
    expect(retryAfter(failure, attempt)).toEqual({ protocolVersion: 5, delayMs: null, silent: false });
  });
});

test('after another client took the session over, the next attempt waits a minute', () => {
  const takenOver = { message: 'disconnected by the broker', code: 142 };
  expect(retryAfter(takenOver, { accepted: true, protocol: 'auto', version: 5 })).toEqual({
    protocolVersion: 5,
    delayMs: 60_000,
    silent: false,
  });
});
