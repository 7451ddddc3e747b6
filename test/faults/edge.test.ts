import { expect, test } from 'vitest';
import { edgeFault } from './edge.ts';

test('the server of the hub is killed and comes back: the site works on, and the hub gets every alert once', async () => {
  const messages = 3000;
  const load = { streams: 40, messages, rate: 250, beforeMs: 3000, awayMs: 5000 };
  const result = await edgeFault({ ...load, fault: 'hub' });
  expect(result).toMatchObject({ stored: messages, counted: messages, missing: 0, twice: 0, receivedTwice: 0 });
  expect(result.away).toBeGreaterThan(10);
  expect(result.alerts).toBeGreaterThan(80);
  console.log(
    `caught up ${result.caughtUpMs} ms after the hub was back; alerts after that within ${result.latencyMs} ms`,
  );
});
