import { expect, test } from 'vitest';
import { edgeFault } from '../faults/edge.ts';

test('the line between a site and its hub is cut without an error: the site works on, and the hub gets every alert once', async () => {
  const messages = 4000;
  const load = { streams: 40, messages, rate: 200, beforeMs: 3000, awayMs: 10_000 };
  const { caughtUpMs, latencyMs, ...result } = await edgeFault({ ...load, fault: 'line' });
  expect(result).toMatchObject({ stored: messages, counted: messages, missing: 0, twice: 0 });
  expect(result).toMatchObject({ receivedTwice: 0, notReceived: 0 });
  expect(result.away).toBeGreaterThan(20);
  console.log(`all alerts at the hub ${caughtUpMs} ms after the line was mended; further ones within ${latencyMs} ms`);
});
