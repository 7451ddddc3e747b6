import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../../src/io/sqlite/database.ts';
import { failureOf } from '../../../src/io/sqlite/failure.ts';

const directory = mkdtempSync(join(tmpdir(), 'zankyo-failure-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});
let files = 0;
const newPath = (): string => join(directory, `${files++}.db`);

const thrownBy = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};
const fill = (db: Database): void => {
  const insert = db.prepare("INSERT INTO quarantine (at, topic, reason, payload) VALUES (0, 't', 'r', zeroblob(4096))");
  for (;;) insert.run();
};

test('no more pages: full', () => {
  const db = openDatabase(newPath());
  db.pragma('max_page_count = 100');
  const error = thrownBy(() => {
    fill(db);
  });
  expect(error).toMatchObject({ code: 'SQLITE_FULL' });
  expect(failureOf(error)).toBe('full');
});

test('a file that may not grow, as under a quota: full', () => {
  const program = `
    const db = new (require('better-sqlite3'))(process.argv[1]);
    db.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a)');
    const insert = db.prepare('INSERT INTO t VALUES (zeroblob(4096))');
    try { for (;;) insert.run(); } catch ({ code }) { console.log(code); }`;
  const { stdout } = spawnSync(
    'sh',
    ['-c', 'ulimit -f 256; exec "$0" -e "$1" "$2"', process.execPath, program, newPath()],
    {
      cwd: resolve(import.meta.dirname, '../../..'),
      encoding: 'utf8',
    },
  );
  expect(stdout).toBe('SQLITE_IOERR_WRITE\n');
  expect(failureOf({ code: stdout.trim() })).toBe('full');
});

test('another connection writes: busy', () => {
  const path = newPath();
  const db = openDatabase(path);
  const other = new Sqlite(path);
  other.exec('BEGIN IMMEDIATE');
  const write = (): unknown => db.exec('DELETE FROM quarantine');
  expect(failureOf(thrownBy(write))).toBe('busy');
  other.exec('COMMIT');
  expect(write).not.toThrow();
});

test('another connection has written since we read: busy', () => {
  const path = newPath();
  const db = openDatabase(path);
  const other = new Sqlite(path);
  db.exec('BEGIN; SELECT * FROM quarantine');
  other.exec("INSERT INTO quarantine VALUES (1, 0, 't', 'r', x'')");
  const error = thrownBy(() => db.exec('DELETE FROM quarantine'));
  expect(error).toMatchObject({ code: 'SQLITE_BUSY_SNAPSHOT' });
  expect(failureOf(error)).toBe('busy');
});

test('a mistake of our own is none of the database', () => {
  const db = openDatabase(newPath());
  expect(failureOf(thrownBy(() => db.exec('SELECT nothing')))).toBeNull();
  expect(failureOf(thrownBy(() => db.exec("INSERT INTO quarantine VALUES (1, 'x', 't', 'r', x'')")))).toBeNull();
});

test.each([
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['SQLITE_IOERR_SHMSIZE', 'full'],
  ['SQLITE_IOERR_FSYNC', 'full'],
  ['SQLITE_LOCKED', 'busy'],
  ['SQLITE_LOCKED_SHAREDCACHE', 'busy'],
  ['SQLITE_CORRUPT', 'unusable'],
  ['SQLITE_NOTADB', 'unusable'],
  ['SQLITE_IOERR_READ', 'unusable'],
  ['SQLITE_READONLY', 'unusable'],
  ['SQLITE_CONSTRAINT', null],
])('%s: %s', (code, expected) => {
  expect(failureOf(Object.assign(new Error(code), { code }))).toBe(expected);
});

test.each([undefined, null, 'SQLITE_FULL', 13, {}, { code: 13 }, new Error('disk full')])(
  '%s is no such error',
  (value) => {
    expect(failureOf(value)).toBeNull();
  },
);
