import { expect, test } from 'vitest';
import { HealthPublisher } from '../../../src/app/pipeline/health-publisher.ts';
import type { Health } from '../../../src/stream/ports.ts';

const MINUTE_MS = 60_000;
const FULL = { learnEvery: 1, drops: false } as const;

test('dropped events and dropped writes are in the next health message', () => {
  const published: Health[] = [];
  const alerts = { health: (health: Health) => published.push(health), droppedEvents: 0 };
  const ledger = { droppedWrites: 0 };
  const publisher = new HealthPublisher({ alerts, ledger }, new Map());
  publisher.publish(0, FULL);
  alerts.droppedEvents = 3;
  ledger.droppedWrites = 4;
  publisher.publish(MINUTE_MS, FULL);
  expect(published.map(({ droppedEvents, droppedWrites }) => [droppedEvents, droppedWrites])).toEqual([
    [0, 0],
    [3, 4],
  ]);
});
