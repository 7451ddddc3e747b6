import { expect, test } from 'vitest';
import { RedeliveryFilter } from '../../../src/io/ledger/redelivery-filter.ts';

test('a redelivery is the same message under the same number; a number that is used again is another message', () => {
  const filter = new RedeliveryFilter();
  filter.add({ id: 7, fingerprint: 1 });
  expect(filter.has({ id: 7, fingerprint: 1 })).toBe(true);
  expect(filter.has({ id: 8, fingerprint: 1 })).toBe(false);
  expect(filter.has({ id: 7, fingerprint: 2 })).toBe(false);
  filter.add({ id: 7, fingerprint: 2 });
  expect(filter.has({ id: 7, fingerprint: 1 })).toBe(false);
});

test('the newest 1024 are remembered, and told in the order in which they came', () => {
  const filter = new RedeliveryFilter();
  for (let id = 1; id <= 1024; id++) filter.add({ id, fingerprint: id });
  filter.add({ id: 1, fingerprint: 1 }); // now the newest
  filter.add({ id: 2000, fingerprint: 0 });
  const known = [...filter].map(({ id }) => id);
  expect(known).toHaveLength(1024);
  expect([known[0], known.at(-2), known.at(-1)]).toEqual([3, 1, 2000]);
});

test('of a session that is over nothing is known', () => {
  const filter = new RedeliveryFilter();
  filter.add({ id: 1, fingerprint: 1 });
  filter.clear();
  expect(filter.has({ id: 1, fingerprint: 1 })).toBe(false);
});
