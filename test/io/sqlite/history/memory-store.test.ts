import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../../../src/io/sqlite/database.ts';
import { HistoryStore } from '../../../../src/io/sqlite/history/history-store.ts';
import { MemoryHistory, memoryFile, openMemoryDatabase } from '../../../../src/io/sqlite/history/memory-store.ts';
import * as c from '../../../../src/stream/history/bucket.ts';
import { readingsIn, readWindow } from '../../../../src/stream/history/downsample.ts';
import type { HistoryPort } from '../../../../src/stream/history/port.ts';

const directory = (parent = tmpdir()): string => {
  const path = mkdtempSync(join(parent, 'zankyo-memory-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true });
  });
  return path;
};

const MINUTE = 60_000;
const reading = (value: number): Float64Array => {
  const bucket = new Float64Array(c.COLUMNS);
  c.clear(bucket);
  bucket[c.COUNT] = 1;
  bucket[c.MIN] = bucket[c.MAX] = bucket[c.MEAN] = value;
  return bucket;
};
const count = (port: HistoryPort, minutes: number): number =>
  readingsIn(readWindow(port.open('a'), { from: 0, until: minutes * MINUTE, points: minutes }));

/** Fails the test when the history cannot be saved. */
const fail = (error: unknown): never => {
  throw error;
};

test('a restart of the service goes on with the history and knows the journal row that it includes', () => {
  const file = join(directory('/dev/shm'), 'home-history.db');
  const first = new MemoryHistory(openMemoryDatabase(file), 64e6, fail);
  const series = first.open('a');
  for (let n = 0; n < 10; n++) series.ring.add(n * MINUTE, reading(n));
  series.save(7);
  series.saved();
  first.close();
  const second = new MemoryHistory(openMemoryDatabase(file), 64e6, fail);
  expect(second.open('a').seq).toBe(7);
  expect(count(second, 10)).toBe(10);
  second.close();
});

test('after a reboot the file is gone and the history begins anew', () => {
  const file = join(directory('/dev/shm'), 'home-history.db');
  const history = new MemoryHistory(openMemoryDatabase(file), 64e6, fail);
  expect([history.open('a').seq, count(history, 10)]).toEqual([0, 0]);
  history.close();
});

test('a file that is damaged, or no database, is replaced', () => {
  const file = join(directory('/dev/shm'), 'home-history.db');
  writeFileSync(file, 'x'.repeat(8192));
  const db = openMemoryDatabase(file);
  expect(new HistoryStore(db).open('a').seq).toBe(0);
  db.close();
});

test('a full memory is reported once, loses nothing that still fits later, and never throws', () => {
  const file = join(directory('/dev/shm'), 'home-history.db');
  const db = openMemoryDatabase(file);
  const errors: unknown[] = [];
  const history = new MemoryHistory(db, 64e6, (error) => errors.push(error));
  const series = history.open('a');
  const pages = db.pragma('page_count', { simple: true }) as number;
  db.pragma(`max_page_count = ${pages}`);
  const add = (from: number, until: number): void => {
    for (let n = from; n < until; n++) series.ring.add(n * MINUTE, reading(1e6 * Math.sin(n)));
    series.save(until);
    series.saved();
  };
  add(0, 2000);
  add(2000, 2500);
  expect(errors).toHaveLength(1);
  db.pragma('max_page_count = 100000');
  add(2500, 3000);
  expect(count(new HistoryStore(db), 3000)).toBe(3000);
  history.close();
});

test('above its limit the oldest minutes go', () => {
  const db = openMemoryDatabase(join(directory('/dev/shm'), 'home-history.db'));
  const history = new MemoryHistory(db, 10_000, fail);
  const series = history.open('a');
  for (let n = 0; n < 10_000; n++) series.ring.add(n * MINUTE, reading(Math.sin(n)));
  series.save(1);
  series.saved();
  const bytes = (): number => db.prepare<[], number>('SELECT sum(bytes) FROM history_series').pluck().get()!;
  expect(bytes()).toBeGreaterThan(10_000);
  while (history.step(10_000 * MINUTE));
  expect(bytes()).toBeLessThanOrEqual(10_000);
  history.close();
});

test('the file: in the directory that systemd gives, else in one of this user alone', () => {
  const shared = directory('/dev/shm');
  expect(memoryFile('home', { RUNTIME_DIRECTORY: shared })).toBe(join(shared, 'home-history.db'));
  const own = join(shared, `zankyo-${userInfo().uid}`);
  expect(memoryFile('home', {}, shared)).toBe(join(own, 'home-history.db'));
  expect(statSync(own).mode & 0o777).toBe(0o700);
});

test('a directory on a disk is refused, with the remedy', () => {
  const disk = directory(import.meta.dirname);
  expect(() => memoryFile('home', { RUNTIME_DIRECTORY: disk })).toThrow(
    `history.storage: memory needs a directory on a tmpfs, and ${disk} is on a disk: give the service RuntimeDirectory=zankyo, or set history.storage to disk`,
  );
});

test('the database of the site gets nothing of it', () => {
  const main = openDatabase(join(directory(), 'zankyo.db'));
  const history = new MemoryHistory(openMemoryDatabase(join(directory('/dev/shm'), 'h.db')), 64e6, fail);
  const series = history.open('a');
  series.ring.add(0, reading(1));
  series.save(1);
  expect(main.prepare('SELECT * FROM history').all()).toEqual([]);
  history.close();
  main.close();
});
