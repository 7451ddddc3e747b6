import { expect, test } from 'vitest';
import { Deliveries } from '../../../src/io/ledger/redelivery-filter.ts';

test('a redelivery is the same message under the same number; a number that is used again is another message', () => {
  const deliveries = new Deliveries();
  deliveries.remember({ id: 7, fingerprint: 1 });
  expect(deliveries.has({ id: 7, fingerprint: 1 })).toBe(true);
  expect(deliveries.has({ id: 8, fingerprint: 1 })).toBe(false);
  expect(deliveries.has({ id: 7, fingerprint: 2 })).toBe(false);
  deliveries.remember({ id: 7, fingerprint: 2 });
  expect(deliveries.has({ id: 7, fingerprint: 1 })).toBe(false);
});

test('the newest 1024 are remembered, and told in the order in which they came', () => {
  const deliveries = new Deliveries();
  for (let id = 1; id <= 1024; id++) deliveries.remember({ id, fingerprint: id });
  deliveries.remember({ id: 1, fingerprint: 1 }); // now the newest
  deliveries.remember({ id: 2000, fingerprint: 0 });
  const known = [...deliveries].map(({ id }) => id);
  expect(known).toHaveLength(1024);
  expect([known[0], known.at(-2), known.at(-1)]).toEqual([3, 1, 2000]);
});

test('of a session that is over nothing is known', () => {
  const deliveries = new Deliveries();
  deliveries.remember({ id: 1, fingerprint: 1 });
  deliveries.forget();
  expect(deliveries.has({ id: 1, fingerprint: 1 })).toBe(false);
});
