import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../../../src/io/sqlite/database.ts';
import { StoredDialectMemory } from '../../../../src/io/sqlite/tables/dialect-memory.ts';
import { PASSING_LEDGER } from '../../../../src/stream/ports/passing-ledger.ts';

let directory: string;
let db: Database;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'zankyo-dialects-'));
  db = openDatabase(join(directory, 'site.db'));
});
afterEach(() => {
  db.close();
  rmSync(directory, { recursive: true });
});

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const plain = (value: Uint8Array | null): number[] | null => (value === null ? null : [...value]);

test('a piece is there at once, and after the transaction for the next start', () => {
  const writes: (() => void)[] = [];
  const memory = new StoredDialectMemory(db, {
    write: (task, afterwards) =>
      writes.push(() => {
        task();
        afterwards?.();
      }),
  });
  memory.set('W/S1/P1', bytes(1, 2));
  memory.set('W/S1/P2', bytes(3));
  memory.set('W/S1/P1', bytes(4));
  expect(plain(memory.get('W/S1/P1'))).toEqual([4]);
  const next = new StoredDialectMemory(db, PASSING_LEDGER);
  expect(next.get('W/S1/P1')).toBeNull();
  expect(writes).toHaveLength(1);
  writes[0]();
  expect([plain(next.get('W/S1/P1')), plain(next.get('W/S1/P2'))]).toEqual([[4], [3]]);
});

test('the 2000 pieces that were written last are kept', () => {
  const memory = new StoredDialectMemory(db, PASSING_LEDGER);
  db.transaction(() => {
    for (let i = 0; i < 2000; i++) memory.set(`d${i}`, bytes(i & 255));
  })();
  memory.set('d0', bytes(9)); // written again: no longer the oldest
  memory.set('new', bytes(1));
  expect(plain(memory.get('d0'))).toEqual([9]);
  expect(memory.get('d1')).toBeNull();
  expect(plain(memory.get('d2'))).toEqual([2]);
});

test('a value over 64 KiB is not kept; nor is what waits beyond 8 MiB', () => {
  const memory = new StoredDialectMemory(db, PASSING_LEDGER);
  memory.set('a', bytes(1));
  memory.set('a', new Uint8Array(65_537));
  expect(memory.get('a')).toBeNull();
  const waiting = new StoredDialectMemory(db, { write: () => undefined });
  for (let i = 0; i < 200; i++) waiting.set(`d${i}`, new Uint8Array(65_536));
  expect(waiting.get('d127')).not.toBeNull();
  expect(waiting.get('d128')).toBeNull();
});
