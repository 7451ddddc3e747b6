import {
  existsSync,
  mkdtempSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { Anomaly } from '../../src/detect/episode/anomaly.ts';
import { AnomalyLog } from '../../src/io/sqlite/tables/anomaly-log.ts';
import { openDatabase } from '../../src/io/sqlite/database.ts';
import { MIGRATIONS } from '../../src/io/sqlite/migrations/migrations.ts';
import { openRecovered, type Recovery } from '../../src/io/sqlite/upkeep/recovery.ts';
import { SnapshotStore } from '../../src/io/sqlite/snapshots/snapshot-store.ts';
import { anomaly } from '../cli/anomaly.ts';

const NOW = Date.UTC(2026, 10, 24, 20, 15, 42);
const PAGE = 4096;
const EPISODES = 400;
const STREAMS = 20;
const FIRST_THREE = [{ page: 1 }, { page: 2 }, { page: 3 }];

const root = mkdtempSync(join(tmpdir(), 'zankyo-recovery-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});
let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(root, 'site-')), 'zankyo.db');
});

const state = (n: number, at = NOW, seq = 1) => ({
  stream: `s${n}`,
  at,
  seq,
  version: 1,
  shape: 'gru 16',
  bytes: new Uint8Array(20_000).fill(n),
});

/** A database with episodes and states, closed in order. */
const filled = (): readonly Anomaly[] => {
  const db = openDatabase(path);
  const log = new AnomalyLog(db, { quarantineRows: 1 });
  const store = new SnapshotStore(db);
  const episodes = Array.from({ length: EPISODES }, (_, n) =>
    anomaly({ id: `e${String(n).padStart(4, '0')}`, startAt: n, reason: `The reason of ${n}.` }),
  );
  db.transaction(() => {
    for (const episode of episodes) log.record({ anomaly: episode, at: 0, receivedAt: 0 });
    store.save(Array.from({ length: STREAMS }, (_, n) => state(n)));
  })();
  db.close();
  return episodes;
};

/** The pages of a table's tree of one kind, `leaf` or `overflow`, by number from 1, and how many rows each has. */
const pagesOf = (table: string, kind: string): readonly { readonly page: number; readonly rows: number }[] => {
  const db = new Sqlite(path, { readonly: true });
  try {
    return db
      .prepare<[string, string], { page: number; rows: number }>(
        'SELECT pageno AS page, ncell AS rows FROM dbstat WHERE name = ? AND pagetype = ? ORDER BY path',
      )
      .all(table, kind);
  } finally {
    db.close();
  }
};

const overwrite = (pages: readonly { readonly page: number }[], byte = 0xa5): void => {
  const file = openSync(path, 'r+');
  for (const { page } of pages) writeSync(file, Buffer.alloc(PAGE, byte), 0, PAGE, (page - 1) * PAGE);
  closeSync(file);
};

interface Outcome {
  readonly recovery: Recovery | null;
  readonly episodes: readonly Anomaly[];
  readonly streams: readonly string[];
}

/** Opens it as the service does, and looks into what it then has. */
const opened = (): Outcome => {
  let recovery: Recovery | null = null;
  const db = openRecovered(path, NOW, (one) => {
    recovery = one;
  });
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    const store = new SnapshotStore(db);
    for (const stream of store.streams()) {
      const { whole, damaged } = store.load(stream);
      expect(whole.length).toBeGreaterThan(0);
      for (const { bytes } of whole) expect(bytes).toHaveLength(20_000);
      expect(damaged).toBe(0);
    }
    const episodes = [...new AnomalyLog(db, { quarantineRows: 1 }).list()].toReversed();
    return { recovery, episodes, streams: store.streams() };
  } finally {
    db.close();
  }
};

const files = (): readonly string[] => readdirSync(join(path, '..')).toSorted();

test('a whole one is opened as it is, closed in order or not', () => {
  const episodes = filled();
  expect(opened()).toMatchObject({ recovery: null, episodes });
  // A copy of the files while they are open is what a power cut leaves.
  const db = openDatabase(path);
  db.exec('DELETE FROM snapshot');
  const wal = readFileSync(`${path}-wal`);
  const main = readFileSync(path);
  db.close();
  writeFileSync(path, main);
  writeFileSync(`${path}-wal`, wal);
  expect(opened()).toMatchObject({ recovery: null, episodes, streams: [] });
  expect(files()).toEqual(['zankyo.db']);
});

test('none is made', () => {
  expect(opened()).toMatchObject({ recovery: null, episodes: [], streams: [] });
});

test.each(['first', 'middle', 'last'])(
  'the %s page of episodes is lost: all others are kept, and every state',
  (which) => {
    const episodes = filled();
    const pages = pagesOf('anomaly', 'leaf');
    const lost = { first: pages[0], middle: pages[Math.floor(pages.length / 2)], last: pages.at(-1)! }[which]!;
    const { rows } = lost;
    overwrite([lost]);
    const before = readFileSync(path);
    const { recovery, episodes: kept, streams } = opened();
    expect(recovery).toMatchObject({
      damaged: `${path}.damaged-20261124T201542Z`,
      salvaged: { anomalies: kept.length, streams: STREAMS },
    });
    expect(streams).toHaveLength(STREAMS);
    expect(kept).toHaveLength(EPISODES - rows);
    expect(episodes).toEqual(expect.arrayContaining([...kept]));
    expect(readFileSync(recovery!.damaged).equals(before)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(recovery!.damaged).mode & 0o777).toBe(0o600);
    // The next start finds nothing to do.
    expect(opened()).toMatchObject({ recovery: null, episodes: kept });
  },
);

test('every third page of episodes is lost: the others are kept', () => {
  filled();
  const lost = pagesOf('anomaly', 'leaf').filter((_, n) => n % 3 === 1);
  overwrite(lost);
  expect(opened().episodes).toHaveLength(lost.reduce((left, { rows }) => left - rows, EPISODES));
});

test('the damage came with a -wal: both are moved aside, unchanged', () => {
  filled();
  const db = openDatabase(path);
  new SnapshotStore(db).save([state(99)]);
  const main = readFileSync(path);
  const wal = readFileSync(`${path}-wal`);
  db.close();
  const lost = pagesOf('anomaly', 'leaf').slice(1, 2);
  writeFileSync(path, main);
  writeFileSync(`${path}-wal`, wal);
  overwrite(lost);
  const damaged = readFileSync(path);
  const { recovery, streams } = opened();
  expect(readFileSync(recovery!.damaged).equals(damaged)).toBe(true);
  expect(readFileSync(`${recovery!.damaged}-wal`).equals(wal)).toBe(true);
  // What only the -wal had is kept too.
  expect(streams).toContain('s99');
});

test('a stream whose newest state is lost goes on from a past one; one that has none learns anew', () => {
  filled();
  const db = openDatabase(path);
  // s1 has moved on since its past state was kept; of s0 and the others, forget the past.
  db.exec("DELETE FROM snapshot_history WHERE stream <> 's1'");
  new SnapshotStore(db).save([state(1, NOW + 1000)]);
  db.exec("DELETE FROM snapshot_history WHERE stream <> 's1'");
  db.close();
  overwrite(pagesOf('snapshot', 'overflow'), 0);
  overwrite(pagesOf('anomaly', 'leaf').slice(0, 1));
  expect(opened().streams).toEqual(['s1']);
});

test.each([0, 0xff])('three pages full of %i at the beginning leave nothing to read: it begins afresh', (byte) => {
  filled();
  overwrite(FIRST_THREE, byte);
  if (byte === 0) {
    const { recovery, episodes, streams } = opened();
    expect(recovery?.salvaged).toEqual({ anomalies: 0, incidents: 0, streams: 0 });
    expect([episodes, streams]).toEqual([[], []]);
    expect(existsSync(recovery!.damaged)).toBe(true);
  } else {
    // This may as well be a picture.
    expect(() => opened()).toThrow('is not an SQLite database');
    expect(files()).toEqual(['zankyo.db']);
  }
});

test("another program's damaged database is left alone", () => {
  const db = new Sqlite(path);
  db.exec('CREATE TABLE anomaly (a TEXT)');
  db.prepare('INSERT INTO anomaly VALUES (?)').run('x'.repeat(100_000));
  db.close();
  overwrite([{ page: 3 }, { page: 4 }]);
  expect(() => opened()).toThrow('another program');
  expect(files()).toEqual(['zankyo.db']);
});

test('one of version 1 is salvaged and brought up to date', () => {
  const db = openDatabase(path, { migrations: MIGRATIONS.slice(0, 1) });
  const insert = db.prepare(
    `INSERT INTO anomaly VALUES (?, 'a', 'a', 'process', 'minor', ?, 2000, 3000, 1.5, 1, 2, 3, 4, 'm', '{"a":1}', 'why')`,
  );
  db.transaction(() => {
    for (let n = 0; n < EPISODES; n++) insert.run(`a${n}`, n);
  })();
  db.close();
  const lost = pagesOf('anomaly', 'leaf').slice(2, 3);
  overwrite(lost);
  const { episodes } = opened();
  expect(episodes).toHaveLength(EPISODES - lost[0].rows);
  expect(episodes[0]).toMatchObject({ openedAt: 0, endedBy: 'calm' });
});
