import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Anomaly } from '../../src/detect/episode/anomaly.ts';
import type { EpisodeRecord } from '../../src/detect/episode/incidents.ts';
import { AppError } from '../../src/errors.ts';
import { AnomalyLog } from '../../src/io/sqlite/tables/anomaly-log.ts';
import { openDatabase, unusable } from '../../src/io/sqlite/database.ts';
import { MIGRATIONS } from '../../src/io/sqlite/migrations/migrations.ts';
import { SnapshotStore } from '../../src/io/sqlite/snapshots/snapshot-store.ts';
import type { Rejected, Snapshot } from '../../src/stream/ports/ports.ts';

const directory = mkdtempSync(join(tmpdir(), 'zankyo-database-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});
let files = 0;
const newPath = (): string => join(directory, `${files++}.db`);

const anomaly = (changed: Partial<Anomaly> = {}): Anomaly => ({
  id: 'kitchen-lq3k2',
  stream: 'kitchen',
  series: 'kitchen-temperature',
  kind: 'process',
  severity: 'major',
  startAt: 1_700_000_000_000,
  peakAt: 1_700_000_030_000,
  endAt: null,
  score: 2.5,
  value: 31.25,
  expected: 21.5,
  lower: 20,
  upper: 23,
  unit: '°C',
  contributions: { 'kitchen-temperature': 0.75, 'kitchen-humidity': 0.25 },
  reason: '31.3 °C where 20 to 23 °C was expected',
  openedAt: 1_700_000_010_000,
  endedBy: null,
  confidence: 0.875,
  evidence: { step: 0.75, level: 0.25 },
  incident: 'kitchen-lq3k2',
  ...changed,
});
const snapshot = (changed: Partial<Snapshot> = {}): Snapshot => ({
  stream: 'kitchen',
  at: 1_700_000_030_000,
  seq: 7,
  version: 1,
  shape: 'gru 16',
  bytes: Uint8Array.of(1, 2, 3),
  ...changed,
});
const rejected = (n: number): Rejected => ({
  at: n,
  topic: `sensors/${n}`,
  reason: 'not_json',
  payload: Buffer.from(String(n)),
});
/** News of an episode, which took a while to reach us. */
const recordOf = (episode: Anomaly): EpisodeRecord => ({
  anomaly: episode,
  at: episode.peakAt,
  receivedAt: episode.peakAt + 250,
});
const log = (path: string, quarantineRows = 100): AnomalyLog => new AnomalyLog(openDatabase(path), { quarantineRows });

describe('the file', () => {
  test('is readable for its owner only, as are the files beside it, under any umask', () => {
    const path = newPath();
    const before = process.umask(0);
    try {
      new AnomalyLog(openDatabase(path), { quarantineRows: 1 }).quarantine([rejected(1)]);
    } finally {
      process.umask(before);
    }
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('syncs every commit, writes ahead, gives pages back, and waits for nobody', () => {
    const db = openDatabase(newPath());
    const pragma = (name: string): unknown => db.pragma(name, { simple: true });
    expect(pragma('synchronous')).toBe(2);
    expect(pragma('journal_mode')).toBe('wal');
    expect(pragma('auto_vacuum')).toBe(2);
    expect(pragma('busy_timeout')).toBe(100);
    expect(pragma('foreign_keys')).toBe(1);
  });

  test('is migrated one version after the other, once, and keeps its rows', () => {
    const path = newPath();
    const first = openDatabase(path);
    expect(first.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
    first.prepare("INSERT INTO quarantine VALUES (1, 2, 't', 'r', x'00')").run();
    first.close();
    const version = MIGRATIONS.length + 1;
    const further = [...MIGRATIONS, { version, sql: 'ALTER TABLE quarantine ADD COLUMN note TEXT' }];
    openDatabase(path, { migrations: further }).close();
    const again = openDatabase(path, { migrations: further });
    expect(again.pragma('user_version', { simple: true })).toBe(version);
    expect(again.prepare('SELECT id, topic, note FROM quarantine').all()).toEqual([{ id: 1, topic: 't', note: null }]);
  });

  test('of version 1 keeps its episodes: they were opened when they started, and ended by calm', () => {
    const path = newPath();
    const first = openDatabase(path, { migrations: MIGRATIONS.slice(0, 1) });
    first.exec(`INSERT INTO anomaly VALUES
      ('a-p1', 'a', 'a', 'process', 'minor', 1000, 2000, 3000, 1.5, 1, 2, 3, 4, 'm', '{"a":1}', 'why a'),
      ('b-p1', 'b', 'b', 'sensor', 'minor', 4000, 5000, NULL, 1.5, 1, 2, 3, 4, 'm', '{"b":1}', 'why b')`);
    first.close();
    const db = openDatabase(path);
    expect([...new AnomalyLog(db, { quarantineRows: 1 }).list()]).toMatchObject([
      { id: 'b-p1', openedAt: 4000, endAt: null, endedBy: null, confidence: null, evidence: {}, incident: null },
      { id: 'a-p1', openedAt: 1000, endAt: 3000, endedBy: 'calm', confidence: null, reason: 'why a' },
    ]);
    expect(db.prepare('SELECT opened_time, reason FROM v_anomalies ORDER BY id').all()).toEqual([
      { opened_time: 1, reason: 'why a' },
      { opened_time: 4, reason: 'why b' },
    ]);
    expect(db.prepare('SELECT * FROM v_incidents').all()).toEqual([]);
  });

  test('versions are numbered 1, 2, 3 …', () => {
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  });

  test('a migration that fails leaves nothing of itself', () => {
    const path = newPath();
    openDatabase(path).close();
    const sql = 'CREATE TABLE half (a); CREATE TABLE half (a);';
    expect(() => openDatabase(path, { migrations: [...MIGRATIONS, { version: MIGRATIONS.length + 1, sql }] })).toThrow(
      'half',
    );
    const db = openDatabase(path);
    expect(db.prepare("SELECT name FROM sqlite_schema WHERE name = 'half'").all()).toEqual([]);
  });

  test('opened to look only, it is neither made nor changed', () => {
    const path = newPath();
    expect(() => openDatabase(path, { readonly: true })).toThrow(`${path} cannot be opened`);
    expect(existsSync(path)).toBe(false);
    const writer = new AnomalyLog(openDatabase(path), { quarantineRows: 1 });
    writer.record(recordOf(anomaly()));
    const reader = openDatabase(path, { readonly: true });
    expect([...new AnomalyLog(reader, { quarantineRows: 1 }).list()]).toEqual([anomaly()]);
    expect(() => reader.exec('DELETE FROM anomaly')).toThrow('readonly');
  });
});

describe('a file that cannot be used is named, with what to do', () => {
  const refusal = (path: string): string => {
    let thrown: unknown;
    try {
      openDatabase(path);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AppError);
    const { code, message } = thrown as AppError;
    expect(code).toBe('database_unusable');
    expect(message.startsWith(path)).toBe(true);
    return message;
  };

  test('no such directory', () => {
    expect(refusal(join(directory, 'nowhere', 'zankyo.db'))).toContain('its directory does not exist');
  });
  test('a directory', () => {
    const path = newPath();
    mkdirSync(path);
    expect(refusal(path)).toContain('is a directory');
  });
  test('a text file', () => {
    const path = newPath();
    writeFileSync(path, 'site: home\n'.repeat(100));
    expect(refusal(path)).toContain('is not an SQLite database');
  });
  test("another program's database", () => {
    const path = newPath();
    new Sqlite(path).exec('CREATE TABLE states (id INTEGER)').close();
    expect(refusal(path)).toContain('another program');
    expect(new Sqlite(path).pragma('journal_mode', { simple: true })).toBe('delete');
  });
  test('one of a newer version', () => {
    const path = newPath();
    openDatabase(path, {
      migrations: [...MIGRATIONS, { version: MIGRATIONS.length + 1, sql: 'CREATE TABLE later (a)' }],
    }).close();
    expect(refusal(path)).toContain(
      `was written by a newer zankyo (table version ${MIGRATIONS.length + 1}; this version supports ${MIGRATIONS.length})`,
    );
  });
  test('a damaged one', () => {
    const path = newPath();
    openDatabase(path).close();
    // Page 1 after the file's header of 100 bytes: the root of the schema.
    const bytes = Buffer.alloc(statSync(path).size - 100, 0xff);
    const damaged = new Sqlite(path).serialize();
    bytes.copy(damaged, 100);
    writeFileSync(path, damaged);
    expect(refusal(path)).toContain('is damaged');
  });
  test('one that another process is writing to', () => {
    const path = newPath();
    const other = new Sqlite(path);
    other.exec('BEGIN EXCLUSIVE');
    expect(refusal(path)).toContain('in use by another process');
    other.close();
  });
  test('a file system that is mounted read-only, as the kernel does after errors of a card', () => {
    const error = Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
    expect(unusable('z.db', error)).toContain('z.db: its file system is mounted read-only; journalctl -k says why');
  });
  test('no permission', () => {
    const path = newPath();
    writeFileSync(path, '');
    chmodSync(path, 0o444);
    chmodSync(dirname(path), 0o755);
    // Root may write everywhere, whatever the mode says, and so becomes nobody for a moment.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect(refusal(path)).toContain('cannot be written by this user');
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});

describe('the anomaly log', () => {
  test('gives back what was recorded, also after it was closed', () => {
    const number = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }), { nil: null });
    const time = fc.integer({ min: 0, max: 4e12 });
    const shares = fc.dictionary(fc.string(), fc.double({ min: 0.125, max: 1, noNaN: true }), {
      noNullPrototype: true,
    });
    const episodes = fc.uniqueArray(
      fc.record<Anomaly>({
        id: fc.string({ minLength: 1 }),
        stream: fc.string(),
        series: fc.string(),
        kind: fc.constantFrom('process', 'sensor', 'drift'),
        severity: fc.constantFrom('minor', 'major', 'critical'),
        startAt: time,
        peakAt: time,
        endAt: fc.option(time, { nil: null }),
        score: fc.double({ min: 0.5, max: 1e6, noNaN: true }),
        value: number,
        expected: number,
        lower: number,
        upper: number,
        unit: fc.string(),
        contributions: shares,
        evidence: shares,
        reason: fc.string(),
        openedAt: time,
        endedBy: fc.constantFrom('calm', 'accepted', 'reset', 'forgotten', null),
        confidence: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null }),
        incident: fc.option(fc.string(), { nil: null }),
      }),
      { selector: ({ id }) => id, maxLength: 10 },
    );
    fc.assert(
      fc.property(episodes, (written) => {
        const path = newPath();
        const db = openDatabase(path);
        const anomalyLog = new AnomalyLog(db, { quarantineRows: 1 });
        for (const episode of written) anomalyLog.record(recordOf(episode));
        db.close();
        const read = [...log(path).list()];
        const order = (list: readonly Anomaly[]): Anomaly[] => list.toSorted((a, b) => (a.id < b.id ? -1 : 1));
        // SQLite stores 0 for -0.
        const plain = (list: readonly Anomaly[]): unknown => JSON.parse(JSON.stringify(order(list)));
        expect(plain(read)).toEqual(plain(written));
      }),
      { numRuns: 30 },
    );
  });

  test('one row an episode: opened, worsened, closed', () => {
    const anomalyLog = log(newPath());
    anomalyLog.record(recordOf(anomaly()));
    expect(anomalyLog.open()).toEqual([anomaly()]);
    anomalyLog.record(recordOf(anomaly({ score: 5, severity: 'critical' })));
    const closed = anomaly({ score: 5, severity: 'critical', endAt: 1_700_000_060_000 });
    anomalyLog.record(recordOf(closed));
    expect([...anomalyLog.list()]).toEqual([closed]);
    expect(anomalyLog.open()).toEqual([]);
  });

  test('is written in the transaction of the caller, with all else or not at all', () => {
    const db = openDatabase(newPath());
    const anomalyLog = new AnomalyLog(db, { quarantineRows: 9 });
    const store = new SnapshotStore(db);
    const write = db.transaction((episode: Anomaly, state: Snapshot) => {
      anomalyLog.record(recordOf(episode));
      anomalyLog.quarantine([rejected(episode.score)]);
      store.save([state]);
    });
    const rejects = (): unknown => db.prepare('SELECT count(*) FROM quarantine').pluck().get();
    write(anomaly(), snapshot());
    db.exec("CREATE TRIGGER full BEFORE INSERT ON snapshot BEGIN SELECT RAISE(FAIL, 'no space'); END");
    expect(() => {
      write(anomaly({ score: 9 }), snapshot({ seq: 8 }));
    }).toThrow('no space');
    expect([...anomalyLog.list()]).toEqual([anomaly()]);
    expect(rejects()).toBe(1);
    expect(store.load('kitchen').whole.map(({ seq }) => seq)).toEqual([7]);
  });

  test('numbers that are none become NULL, and times whole milliseconds', () => {
    const anomalyLog = log(newPath());
    const odd = { value: NaN, expected: Infinity, lower: -Infinity, startAt: 1000.4, peakAt: 1000.6, score: Infinity };
    anomalyLog.record(recordOf(anomaly(odd)));
    const even = { value: null, expected: null, lower: null, startAt: 1000, peakAt: 1001, score: Infinity };
    expect([...anomalyLog.list()]).toEqual([anomaly(even)]);
  });

  test('lists the newest first, by time, stream, series and number, across pages', () => {
    const anomalyLog = log(newPath());
    // Two at each time, so that a page may end between them.
    const episodes = Array.from({ length: 501 }, (_, n) => {
      const stream = n % 2 === 0 ? 'even' : 'odd';
      return anomaly({
        id: `${stream}-${String(n).padStart(4, '0')}`,
        stream,
        series: `s${n % 3}`,
        startAt: Math.floor(n / 2),
      });
    });
    for (const episode of episodes) anomalyLog.record(recordOf(episode));
    const newest = episodes.toSorted((a, b) => b.startAt - a.startAt || (a.id < b.id ? 1 : -1));
    expect([...anomalyLog.list()]).toEqual(newest);
    expect([...anomalyLog.list({ limit: 250 })]).toEqual(newest.slice(0, 250));
    expect([...anomalyLog.list({ limit: 0 })]).toEqual([]);
    expect([...anomalyLog.list({ stream: 'odd', series: 's1' })]).toEqual(
      newest.filter(({ stream, series }) => stream === 'odd' && series === 's1'),
    );
    expect([...anomalyLog.list({ since: 10, until: 20 })]).toEqual(
      newest.filter(({ startAt }) => startAt >= 10 && startAt < 20),
    );
  });

  test('others see seconds in v_anomalies', () => {
    const db = openDatabase(newPath());
    new AnomalyLog(db, { quarantineRows: 1 }).record(recordOf(anomaly({ endAt: 1_700_000_060_500 })));
    expect(db.prepare('SELECT start_time, peak_time, end_time, reason FROM v_anomalies').all()).toEqual([
      { start_time: 1_700_000_000, peak_time: 1_700_000_030, end_time: 1_700_000_060.5, reason: anomaly().reason },
    ]);
  });
});

describe('an incident', () => {
  const incident = {
    id: 'kitchen-lq3k2',
    startAt: 1_700_000_000_000,
    endAt: null,
    severity: 'major',
    episodes: 1,
    open: 1,
    series: ['kitchen-temperature'],
    reason: 'why',
  } as const;

  test('is one row, and until it is told to be over its episodes are found again', () => {
    const db = openDatabase(newPath());
    const anomalyLog = new AnomalyLog(db, { quarantineRows: 1 });
    const one = anomaly({ endAt: 1_700_000_060_000, endedBy: 'calm' });
    const two = anomaly({ id: 'hall-p1', stream: 'hall', openedAt: 1_700_000_020_000 });
    for (const each of [two, one, anomaly({ id: 'alone', incident: 'alone' })]) anomalyLog.record(recordOf(each));
    anomalyLog.recordIncident({ phase: 'opened', at: 1, incident });
    const members = [two, one].map(recordOf); // in the order in which they were written first
    const { id, severity, reason } = incident;
    expect(anomalyLog.openIncidents()).toEqual([{ id, severity, reason, episodes: 1, members }]);
    const grown = { ...incident, episodes: 2, endAt: 1_700_000_090_000, series: ['kitchen-temperature', 'hall'] };
    anomalyLog.recordIncident({ phase: 'updated', at: 2, incident: grown });
    anomalyLog.record(recordOf(two));
    expect(anomalyLog.openIncidents()).toEqual([{ id, severity, reason, episodes: 2, members }]);
    anomalyLog.recordIncident({ phase: 'closed', at: 3, incident: grown });
    expect(anomalyLog.openIncidents()).toEqual([]);
    expect(db.prepare('SELECT * FROM v_incidents').all()).toEqual([
      {
        id: 'kitchen-lq3k2',
        start_time: 1_700_000_000,
        end_time: 1_700_000_090,
        severity: 'major',
        episodes: 2,
        series: '["kitchen-temperature","hall"]',
        reason: 'why',
      },
    ]);
  });
});

describe('the quarantine', () => {
  const kept = (path: string): unknown[] =>
    openDatabase(path, { readonly: true }).prepare('SELECT at FROM quarantine ORDER BY id').pluck().all();

  test('keeps the newest, and says once that it is full', () => {
    const path = newPath();
    let full = 0;
    const anomalyLog = new AnomalyLog(openDatabase(path), { quarantineRows: 3, onQuarantineFull: () => full++ });
    anomalyLog.quarantine([rejected(1), rejected(2)]);
    expect(full).toBe(0);
    anomalyLog.quarantine([rejected(3)]);
    expect(full).toBe(1);
    anomalyLog.quarantine([rejected(4), rejected(5)]);
    expect(full).toBe(1);
    expect(kept(path)).toEqual([3, 4, 5]);
  });

  test('never holds more than it may, whatever comes in whatever portions', () => {
    fc.assert(
      fc.property(fc.nat(5), fc.array(fc.nat(9), { maxLength: 6 }), (rows, portions) => {
        const path = newPath();
        const anomalyLog = log(path, rows);
        let n = 0;
        for (const portion of portions) anomalyLog.quarantine(Array.from({ length: portion }, () => rejected(++n)));
        const newest = Array.from({ length: n }, (_, index) => index + 1).slice(Math.max(0, n - rows));
        expect(kept(path)).toEqual(newest);
      }),
      { numRuns: 30 },
    );
  });

  test('shrinks when fewer rows are allowed than before', () => {
    const path = newPath();
    const db = openDatabase(path);
    new AnomalyLog(db, { quarantineRows: 10 }).quarantine(Array.from({ length: 10 }, (_, n) => rejected(n)));
    new AnomalyLog(db, { quarantineRows: 2 }).quarantine([rejected(10)]);
    expect(kept(path)).toEqual([9, 10]);
  });

  test('keeps the beginning of a long payload, and bytes that are no text as they are', () => {
    const path = newPath();
    log(path).quarantine([
      { at: 1, topic: 'x'.repeat(60_000), reason: 'too_large', payload: Buffer.alloc(5000, 0xff) },
    ]);
    const row = openDatabase(path).prepare('SELECT length(topic) AS topic, payload FROM quarantine').get();
    expect(row).toEqual({ topic: 512, payload: Buffer.alloc(1024, 0xff) });
  });
});

describe('snapshots', () => {
  const plain = ({ whole, damaged }: ReturnType<SnapshotStore['load']>): unknown => ({
    whole: whole.map(({ stream, at, seq, version, shape, bytes }) => ({
      ...{ stream, at, seq, version, shape },
      bytes: [...bytes],
    })),
    damaged,
  });
  const NONE = { whole: [], damaged: 0 };

  test('come back as they were saved, the newest first, three of each stream', () => {
    const path = newPath();
    const first = openDatabase(path);
    const buffer = Uint8Array.from({ length: 1000 }, (_, n) => n % 256);
    // A view into a larger buffer: only the view is the snapshot.
    const hall = snapshot({ stream: 'hall', bytes: buffer.subarray(100, 900) });
    const kitchen = (n: number): Snapshot => snapshot({ seq: 7 + n, at: 1_700_000_030_000 + n, version: n });
    new SnapshotStore(first).save([snapshot(), hall, snapshot({ seq: 8, version: 2, bytes: new Uint8Array(0) })]);
    first.close();
    const store = new SnapshotStore(openDatabase(path));
    expect(store.streams()).toEqual(['hall', 'kitchen']);
    expect(store.load('cellar')).toEqual(NONE);
    const two = [
      { ...snapshot({ seq: 8, version: 2 }), bytes: [] as number[] },
      { ...snapshot(), bytes: [1, 2, 3] },
    ];
    expect(plain(store.load('kitchen'))).toEqual({ whole: two, damaged: 0 });
    expect(plain(store.load('hall'))).toEqual({ whole: [{ ...hall, bytes: [...hall.bytes] }], damaged: 0 });
    for (const n of [2, 3, 4, 5]) store.save([kitchen(n)]);
    expect(store.load('kitchen').whole.map(({ seq }) => seq)).toEqual([12, 11, 10]);
  });

  test('the oldest of a stream says from which row of the journal on it can be brought up to date', () => {
    const store = new SnapshotStore(openDatabase(newPath()));
    expect(store.oldest('kitchen')).toBeNull();
    store.save([snapshot({ stream: 'hall', seq: 1 })]);
    for (const [seq, oldest] of [
      [7, 7],
      [9, 7],
      [20, 7],
      [21, 9],
    ]) {
      store.save([snapshot({ seq })]);
      expect(store.oldest('kitchen')).toBe(oldest);
    }
    expect(store.oldest('hall')).toBe(1);
  });

  test('one may stand in the place of all', () => {
    const store = new SnapshotStore(openDatabase(newPath()));
    store.save([snapshot({ seq: 5 }), snapshot({ seq: 6 }), snapshot({ stream: 'hall' })]);
    store.replace(snapshot({ seq: 3, version: 2 }));
    expect(store.load('kitchen').whole).toMatchObject([{ seq: 3, version: 2 }]);
    expect(store.load('hall').whole).toHaveLength(1);
  });

  test.each([
    "UPDATE snapshot SET bytes = x'010203ff' WHERE seq = 8",
    "UPDATE snapshot SET bytes = x'010202' WHERE seq = 8",
    'UPDATE snapshot SET version = 2 WHERE seq = 8',
    "UPDATE snapshot SET shape = 'gru 32' WHERE seq = 8",
    'UPDATE snapshot SET seq = 6 WHERE seq = 8',
    'UPDATE snapshot SET seq = 0 WHERE seq = 8',
    "UPDATE snapshot SET stream = 'kitchen' WHERE stream = 'hall'",
  ])('what is not as it was saved is left out and counted; an older one is there: %s', (tamper) => {
    const path = newPath();
    const db = openDatabase(path);
    const store = new SnapshotStore(db);
    const other = tamper.includes('hall') ? 'hall' : 'kitchen';
    store.save([snapshot({ stream: other, seq: 8 })]);
    if (other === 'hall') db.exec("UPDATE snapshot SET slot = 1 WHERE stream = 'hall'");
    store.save([snapshot()]);
    db.exec(tamper);
    expect(plain(store.load('kitchen'))).toEqual({ whole: [{ ...snapshot(), bytes: [1, 2, 3] }], damaged: 1 });
    for (const seq of [9, 10, 11]) store.save([snapshot({ seq })]);
    expect(store.load('kitchen')).toMatchObject({ whole: [{ seq: 11 }, { seq: 10 }, { seq: 9 }], damaged: 0 });
  });

  test('of a database that had no journal are there, before all rows of it', () => {
    const path = newPath();
    const old = openDatabase(path, { migrations: MIGRATIONS.slice(0, 2) });
    const { stream, at, version, shape, bytes } = snapshot();
    const sha256 = createHash('sha256')
      .update(JSON.stringify([stream, at, version, shape]))
      .update(bytes)
      .digest();
    for (const table of ['snapshot', 'snapshot_history'])
      old
        .prepare(`INSERT INTO ${table} (stream, at, version, shape, sha256, bytes) VALUES (?, ?, ?, ?, ?, ?)`)
        .run(stream, at, version, shape, sha256, bytes);
    old.close();
    const store = new SnapshotStore(openDatabase(path));
    expect(plain(store.load('kitchen'))).toEqual({
      whole: [{ ...snapshot({ seq: 0 }), bytes: [1, 2, 3] }],
      damaged: 0,
    });
    expect(store.before('kitchen', Infinity)).toMatchObject([{ seq: 0, at }]);
    expect(store.oldest('kitchen')).toBe(0);
  });

  test('all or none of a set are saved', () => {
    const db = openDatabase(newPath());
    const store = new SnapshotStore(db);
    db.exec(
      "CREATE TRIGGER hall BEFORE INSERT ON snapshot WHEN NEW.stream = 'hall' BEGIN SELECT RAISE(FAIL, 'no space'); END",
    );
    expect(() => {
      store.save([snapshot(), snapshot({ stream: 'hall' })]);
    }).toThrow('no space');
    expect(store.load('kitchen')).toEqual(NONE);
  });
});

describe('past snapshots', () => {
  const HOUR = 3_600_000;
  const at = (hour: number): number => 1_700_000_000_000 + hour * HOUR;
  const hoursOf = (snapshots: readonly Snapshot[]): readonly number[] =>
    snapshots.map((each) => (each.at - at(0)) / HOUR);

  test('are kept once in six hours, the fewer the older: never more than eleven, and near what is asked for', () => {
    const store = new SnapshotStore(openDatabase(newPath()));
    for (let hour = 0; hour <= 24 * 120; hour += 2) {
      store.save([snapshot({ at: at(hour) }), snapshot({ stream: 'hall', at: at(hour) })]);
      if (hour % 50 !== 0) continue;
      const kept = hoursOf(store.before('kitchen', Infinity));
      expect(kept.length).toBeLessThanOrEqual(11);
      for (let age = 1; age <= Math.min(hour, 24 * 30); age += 5)
        expect(hour - kept.find((each) => each <= hour - age)!).toBeLessThanOrEqual(2.5 * age + 12);
    }
    expect(hoursOf(store.before('hall', at(7)))).toEqual([]);
  });

  test('are found from before a time, the newest first, with their bytes; damaged ones are left out', () => {
    const path = newPath();
    const store = new SnapshotStore(openDatabase(path));
    for (const hour of [0, 6, 12]) store.save([snapshot({ at: at(hour), bytes: Uint8Array.of(hour) })]);
    expect(store.before('kitchen', at(12)).map((each) => [each.at, ...each.bytes])).toEqual([
      [at(6), 6],
      [at(0), 0],
    ]);
    new Sqlite(path).exec(`UPDATE snapshot_history SET bytes = x'01' WHERE at = ${at(6)}`);
    expect(hoursOf(store.before('kitchen', at(12)))).toEqual([0]);
  });

  test('what is to be forgotten is dropped', () => {
    const store = new SnapshotStore(openDatabase(newPath()));
    for (const hour of [0, 6, 12]) store.save([snapshot({ at: at(hour) })]);
    store.forgetSince('kitchen', at(6));
    expect(hoursOf(store.before('kitchen', Infinity))).toEqual([0]);
  });

  test('a clock that was ahead does not keep others out', () => {
    const store = new SnapshotStore(openDatabase(newPath()));
    for (const hour of [0, 1e6, 3, 6]) store.save([snapshot({ at: at(hour) })]);
    expect(hoursOf(store.before('kitchen', Infinity))).toEqual([6, 0]);
  });

  test('a database that was full keeps neither the new snapshot nor a past one', () => {
    const db = openDatabase(newPath());
    const store = new SnapshotStore(db);
    db.exec("CREATE TRIGGER full BEFORE INSERT ON snapshot_history BEGIN SELECT RAISE(FAIL, 'no space'); END");
    expect(() => {
      store.save([snapshot()]);
    }).toThrow('no space');
    expect(store.load('kitchen').whole).toEqual([]);
  });
});
