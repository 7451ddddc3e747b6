import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../../src/io/sqlite/database.ts';
import { Ledger } from '../../../src/io/ledger/ledger.ts';
import { openRecovered } from '../../../src/io/sqlite/upkeep/recovery.ts';
import { SnapshotStore } from '../../../src/io/sqlite/snapshots/snapshot-store.ts';
import { Random } from '../../../src/math/random.ts';

/*
 * The power goes while a transaction is written. What SQLite had synced is on the disk; of each later sector either the old
 * or the new is, in no order, and a file that grew may end anywhere. SQLite syncs between three steps, and so the cut is in one
 * of them: the header of a log that begins anew; the log; the pages that a checkpoint copies from it into the database.
 */

const directory = mkdtempSync(join(tmpdir(), 'zankyo-power-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const T = Date.UTC(2026, 0, 5);
const COMMITS = 110;
const STREAMS = ['a', 'b'];
const SECTOR = 512;
const WAL_HEADER = 32;
/** Pages in the log that call for a checkpoint: so few that there are some in this test. */
const CHECKPOINT_PAGES = 50;

/** Both files. */
interface Disk {
  readonly db: Buffer;
  readonly wal: Buffer;
}

const diskOf = (path: string): Disk => ({ db: readFileSync(path), wal: readFileSync(`${path}-wal`) });

const open = (db: Database, acknowledge = (): void => undefined): Ledger =>
  new Ledger(db, {
    everyMs: 1_000_000,
    acknowledge,
    log: (_, fields, message) => {
      throw new Error(`${message} ${JSON.stringify(fields)}`);
    },
    makeRoom: () => false,
    onUnusable: () => undefined,
  });

/** A run that takes messages 1, 2, … in, saves a stream now and then, and trims; tells when so many are acknowledged. */
function live(path: string, onAcknowledged: (messages: number) => void): void {
  const random = new Random(5);
  const db = openDatabase(path);
  expect(db.pragma('synchronous', { simple: true })).toBe(2); // else a commit would not be on the disk
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  let heard = 0;
  const ledger = open(db, () => {
    onAcknowledged(heard);
  });
  const snapshots = new SnapshotStore(db);
  const save = (stream: string): void => {
    const bytes = Buffer.from(Array.from({ length: 5000 }, () => random.below(256)));
    bytes.writeUInt32LE(heard);
    snapshots.save([{ stream, at: T + heard, seq: ledger.seq, version: 1, shape: 'test', bytes }]);
    ledger.trim(Math.min(...STREAMS.map((each) => snapshots.oldest(each) ?? 0)));
  };
  onAcknowledged(0);
  for (let commit = 0; commit < COMMITS; commit++) {
    for (let left = 1 + random.below(20); left > 0; left--) hear(ledger, ++heard);
    if (commit % 3 === 0)
      ledger.write(() => {
        save(STREAMS[(commit / 3) % STREAMS.length]);
      });
    ledger.commit();
  }
  ledger.close();
  db.close();
}

/** A message of 30 readings, all of which are its number. */
function hear(ledger: Ledger, value: number): void {
  const at = T + value;
  const payload = Buffer.from(String(value));
  const receipt = { id: value, connection: 1 };
  ledger.admit({ topic: 's/a', payload, receivedAt: at, retained: false, redelivered: false, receipt });
  const readings = Array.from({ length: 30 }, (_, i) => ({ series: `s${i}`, at, value, receivedAt: at }));
  ledger.recordReadings(1, readings, () => ({ input: 0, field: 0 }));
}

/** A file that was being changed: each sector the new one with this chance; where the lengths differ it ends in between. */
function between(before: Buffer, after: Buffer, random: Random, chance: number): Buffer {
  const image = Buffer.alloc(Math.max(before.length, after.length));
  before.copy(image);
  for (let at = 0; at < after.length; at += SECTOR)
    if (random.uniform() < chance) after.copy(image, at, at, at + SECTOR);
  const grown = Math.floor((random.uniform() * (after.length - before.length)) / SECTOR);
  return image.subarray(0, before.length + SECTOR * grown);
}

type Mode = 'none' | 'half' | 'all';

/** The disk as it can be after a cut between two commits, by what survives of the writing that was going on. */
function* cuts(before: Disk, after: Disk, random: Random): Generator<{ mode: Mode; disk: Disk }, void, undefined> {
  yield { mode: 'none', disk: before };
  const begun = Buffer.concat([after.wal.subarray(0, WAL_HEADER), before.wal.subarray(WAL_HEADER)]);
  if (!begun.equals(before.wal)) yield { mode: 'none', disk: { db: before.db, wal: begun } };
  yield { mode: 'half', disk: { db: before.db, wal: between(begun, after.wal, random, 0.5) } };
  if (!after.db.equals(before.db))
    yield { mode: 'half', disk: { db: between(before.db, after.db, random, 0.5), wal: after.wal } };
  yield { mode: 'all', disk: after };
}

/** What a start finds, in the order of the rows. */
function contents(disk: Disk) {
  const path = join(directory, 'image.db');
  writeFileSync(path, disk.db);
  writeFileSync(`${path}-wal`, disk.wal);
  const db = openRecovered(path, T, ({ problem }) => {
    throw new Error(problem);
  });
  try {
    const rows = [...open(db).entries()].flatMap(({ seq, entry }) => {
      if (entry.kind !== 'message') return [];
      const values = new Set(entry.readings.map(({ value }) => value));
      if (entry.readings.length !== 30 || values.size !== 1) throw new Error(`a message in row ${seq} is torn`);
      return [{ seq, value: entry.readings[0].value }];
    });
    const store = new SnapshotStore(db);
    const loaded = STREAMS.map((stream) => store.load(stream));
    if (loaded.some(({ damaged }) => damaged > 0)) throw new Error('a snapshot is torn');
    const snapshots = loaded.flatMap(({ whole }) =>
      whole.map(({ seq, bytes }) => ({ seq, heard: Buffer.from(bytes).readUInt32LE() })),
    );
    return { rows, snapshots };
  } finally {
    db.close();
    rmSync(path);
    for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true });
  }
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** `acknowledged` messages must be there; those of the transaction that was cut off all or none. */
function check(disk: Disk, acknowledged: number, next: number): void {
  const { rows, snapshots } = contents(disk);
  const values = rows.map(({ value }) => value);
  const last = values.at(-1) ?? 0;
  expect([acknowledged, next]).toContain(last);
  // What a trim has removed all snapshots know.
  const first = values[0] ?? 1;
  expect(values).toEqual(numbers(first, last));
  expect(first).toBeLessThanOrEqual(1 + (first === 1 ? 0 : Math.min(...snapshots.map(({ heard }) => heard))));
  for (const { seq, heard } of snapshots) {
    const since = rows.filter((row) => row.seq > seq).map(({ value }) => value);
    expect(since).toEqual(numbers(heard + 1, last));
  }
}

describe('after a power cut at any moment', () => {
  const random = new Random(9);
  const images = { none: 0, half: 0, all: 0 };
  const wrong: Record<Mode, string[]> = { none: [], half: [], all: [] };
  let [checkpoints, restarts] = [0, 0];

  const path = join(directory, 'zankyo.db');
  let before: Disk | null = null;
  let acknowledged = 0;
  live(path, (next) => {
    const after = diskOf(path);
    if (before !== null) {
      if (!after.db.equals(before.db)) checkpoints++;
      if (after.wal.compare(before.wal, 0, WAL_HEADER, 0, WAL_HEADER) !== 0) restarts++;
      for (const { mode, disk } of cuts(before, after, random)) {
        images[mode]++;
        try {
          check(disk, acknowledged, next);
        } catch (error) {
          wrong[mode].push(`after ${acknowledged} messages: ${(error as Error).message}`);
        }
      }
    }
    before = after;
    acknowledged = next;
  });

  test('there were checkpoints, logs that began anew, and rows that were trimmed', () => {
    const first = contents(before!).rows[0].value;
    expect([checkpoints > 5, restarts > 5, first > 1]).toEqual([true, true, true]);
  });

  test.each([
    ['nothing', 'none'],
    ['a random half of the sectors', 'half'],
    ['everything', 'all'],
  ] as const)(
    'of which %s survives that was not synced: the database is whole, acknowledged messages are there once, and no snapshot is ahead',
    (_, mode) => {
      expect(wrong[mode]).toEqual([]);
      expect(images[mode]).toBeGreaterThanOrEqual(COMMITS);
    },
  );
});
