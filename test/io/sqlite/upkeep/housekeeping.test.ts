import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import { Ballast } from '../../../../src/io/sqlite/upkeep/ballast.ts';
import { openDatabase } from '../../../../src/io/sqlite/database.ts';
import { Housekeeping } from '../../../../src/io/sqlite/upkeep/housekeeping.ts';
import { Retention } from '../../../../src/io/sqlite/upkeep/retention.ts';

const directory = mkdtempSync(join(tmpdir(), 'zankyo-housekeeping-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});
let files = 0;

const REJECTS = 2000;

/** A database with unreadable messages beyond its limit of size. */
function house() {
  const path = join(directory, `${files++}.db`);
  const db = openDatabase(path);
  const insert = db.prepare("INSERT INTO quarantine (at, topic, reason, payload) VALUES (0, 't', 'r', zeroblob(1000))");
  db.transaction(() => {
    for (let i = 0; i < REJECTS; i++) insert.run();
  })();
  const retention = new Retention(db, { maxAgeMs: null, maxBytes: 500_000 });
  const rejects = (): unknown => db.prepare('SELECT count(*) FROM quarantine').pluck().get();
  return { path, db, rejects, housekeeping: new Housekeeping(db, retention, new Ballast(path, 4096)) };
}

test('a step does a little, keeps the ballast in place, and says whether there is more', () => {
  const { path, rejects, housekeeping } = house();
  expect(housekeeping.step(0)).toBe(true);
  expect(rejects()).toBe(REJECTS - 500);
  expect(statSync(`${path}.ballast`).size).toBe(4096);
  let steps = 1;
  while (housekeeping.step(0)) steps++;
  expect(steps).toBeGreaterThan(3);
  expect(rejects()).toBeLessThan(500);
});

test('where there is no room the ballast goes, the log is written back, and what is too much is deleted at once', () => {
  const { path, db, rejects, housekeeping } = house();
  new Ballast(path, 4096).restore();
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(2_000_000);
  expect(housekeeping.makeRoom(0)).toBe(true);
  expect(existsSync(`${path}.ballast`)).toBe(false);
  expect(statSync(`${path}-wal`).size).toBe(0);
  expect(rejects()).toBeLessThan(500);
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  expect(housekeeping.makeRoom(0)).toBe(false);
});

test('what is busy waits for the next time; what is broken is told', () => {
  const { path, db, housekeeping } = house();
  const other = new Sqlite(path);
  other.exec('BEGIN IMMEDIATE');
  expect(housekeeping.step(0)).toBe(false);
  other.exec('COMMIT');
  other.close();
  expect(housekeeping.step(0)).toBe(true);
  db.close();
  expect(() => housekeeping.step(0)).toThrow('not open');
});
