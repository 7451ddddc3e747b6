import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { AnomalyLog } from '../../../../src/io/sqlite/tables/anomaly-log.ts';
import { openDatabase, type Database } from '../../../../src/io/sqlite/database.ts';
import { MIGRATIONS } from '../../../../src/io/sqlite/migrations/migrations.ts';
import { SnapshotStore } from '../../../../src/io/sqlite/snapshots/snapshot-store.ts';

/** What a database of each earlier version held: `1.sql`, `2.sql`, ... A new version needs the one before it there. */
const rows = join(import.meta.dirname, 'versions');
const versions = readdirSync(rows)
  .map((file) => Number.parseInt(file))
  .toSorted((a, b) => a - b);

const root = mkdtempSync(join(tmpdir(), 'zankyo-migrations-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});
let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(root, 'site-')), 'zankyo.db');
});

/** A file that was written by that version. */
const written = (version: number): void => {
  const db = openDatabase(path, { migrations: MIGRATIONS.slice(0, version) });
  db.exec(readFileSync(join(rows, `${version}.sql`), 'utf8'));
  db.close();
};

type Rows = Readonly<Record<string, readonly object[]>>;

const tablesOf = (db: Database): readonly string[] =>
  db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all();

/** Every row of every table, and the tables and views themselves. */
const contents = (): { readonly version: unknown; readonly schema: readonly unknown[]; readonly rows: Rows } => {
  const db = new Sqlite(path, { readonly: true });
  try {
    return {
      version: db.pragma('user_version', { simple: true }),
      schema: db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all(),
      rows: Object.fromEntries(
        tablesOf(db).map((table) => [table, db.prepare<[], object>(`SELECT * FROM ${table}`).all()]),
      ),
    };
  } finally {
    db.close();
  }
};

test('every earlier version has its rows, in every table', () => {
  const earlier = MIGRATIONS.map(({ version }) => version).slice(0, -1);
  expect(versions).toEqual(expect.arrayContaining(earlier));
  for (const version of versions) {
    path = join(mkdtempSync(join(root, 'site-')), 'zankyo.db');
    written(version);
    for (const [table, found] of Object.entries(contents().rows)) expect([table, found]).not.toEqual([table, []]);
  }
});

describe.each(versions)('a database of version %i', (version) => {
  test('is brought up to date, whole, with every row and all that it said', () => {
    written(version);
    const before = contents().rows;
    const db = openDatabase(path);
    expect(db.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    db.close();
    const after = contents().rows;
    for (const [table, old] of Object.entries(before)) {
      expect(after[table]).toHaveLength(old.length);
      expect(after[table]).toMatchObject(old);
    }
  });

  test('gives its episodes, the open one too, to the log of today, which goes on with them', () => {
    written(version);
    const db = openDatabase(path);
    const log = new AnomalyLog(db, { quarantineRows: 10 });
    const [open, over] = [...log.list()];
    expect([open, over]).toMatchObject([
      { id: 'kitchen-s1', kind: 'sensor', endAt: null, score: Infinity, value: null, endedBy: null },
      { id: 'hall-p1', endAt: 1_700_000_060_000, value: 31.25, unit: '°C', contributions: { hall: 1 } },
    ]);
    expect(log.open()).toEqual([open]);
    const endAt = 1_700_000_500_000;
    log.record({ at: endAt, receivedAt: endAt, anomaly: { ...open, endAt, endedBy: 'calm' } });
    expect([...log.list()]).toEqual([{ ...open, endAt, endedBy: 'calm' }, over]);
    db.close();
  });

  test('gives what was learned to the store of today, with its checksums', () => {
    written(version);
    const db = openDatabase(path);
    const store = new SnapshotStore(db);
    expect(store.streams()).toEqual(['hall', 'kitchen']);
    const { whole, damaged } = store.load('hall');
    expect(whole).toMatchObject([{ at: 1_700_000_100_000, seq: 0, version: 1, shape: 'gru 16' }]);
    expect([whole[0].bytes, damaged]).toEqual([Buffer.of(1, 2, 3), 0]);
    expect(store.load('kitchen').whole[0].bytes).toEqual(Buffer.of(0, 255));
    const past = contents().rows['snapshot_history'] ?? [];
    expect(store.before('hall', 1_700_000_000_000)).toHaveLength(past.length);
    db.close();
  });

  // Version by version, each migration does all of its work and is then cut off.
  const next = MIGRATIONS.filter((migration) => migration.version > version);
  test.each(next)(
    'that is stopped on its way to version $version is what it was, and gets there the next time',
    (migration) => {
      written(version);
      const upTo = MIGRATIONS.slice(0, migration.version - 1);
      openDatabase(path, { migrations: upTo }).close();
      const before = contents();
      const cutOff = { ...migration, sql: `${migration.sql}; INSERT INTO nowhere VALUES (1);` };
      expect(() => openDatabase(path, { migrations: [...upTo, cutOff] })).toThrow('no such table: nowhere');
      expect(contents()).toEqual(before);
      openDatabase(path).close();
      expect(contents()).toMatchObject({ version: MIGRATIONS.length, rows: { quarantine: before.rows['quarantine'] } });
    },
  );
});
