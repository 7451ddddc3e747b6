import { expect, test } from 'vitest';
import { isLoopback } from '../../src/stream/loopback.ts';

test.each(['localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])('%s is this machine', (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each(['', '0.0.0.0', '128.0.0.1', '127.0.0.1.evil.example', 'localhost.evil.example', '::', '::2'])(
  '"%s" is not',
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);
