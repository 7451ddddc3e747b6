import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Anomaly } from '../../../../src/detect/episode/anomaly.ts';
import { AnomalyLog } from '../../../../src/io/sqlite/tables/anomaly-log.ts';
import { openDatabase, type Database } from '../../../../src/io/sqlite/database.ts';
import { Retention } from '../../../../src/io/sqlite/upkeep/retention.ts';
import { SteadyClock } from '../../../../src/io/sqlite/steady-clock.ts';
import { SnapshotStore } from '../../../../src/io/sqlite/snapshots/snapshot-store.ts';
import { failureOf } from '../../../../src/io/sqlite/failure.ts';
import { anomaly } from '../../../cli/anomaly.ts';
import { habit } from '../../../habit.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 25);
const LATER = Date.UTC(2100, 0, 1);
/** Kept whatever their age. */
const KEPT = 100;

const root = mkdtempSync(join(tmpdir(), 'zankyo-retention-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});
let path: string;
let db: Database;
let log: AnomalyLog;
let uptime: number;
beforeEach(() => {
  path = join(mkdtempSync(join(root, 'site-')), 'zankyo.db');
  db = openDatabase(path);
  log = new AnomalyLog(db, { quarantineRows: 10_000 });
  uptime = 0;
});

const state = {
  stream: 'hall',
  at: NOW - 500 * DAY,
  seq: 0,
  version: 1,
  shape: 'gru 16',
  bytes: new Uint8Array(20_000),
};
const write = (...episodes: readonly Partial<Anomaly>[]): void => {
  db.transaction(() => {
    for (const episode of episodes) log.record({ at: 0, receivedAt: 0, anomaly: anomaly(episode) });
  })();
};
/** Episodes of a minute that are over, one after the other. */
const over = (count: number, from: number, id = 'over'): readonly Partial<Anomaly>[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `${id}-${String(n).padStart(5, '0')}`,
    startAt: from + n * 60_000,
    endAt: from + (n + 1) * 60_000,
  }));
const incident = (id: string, endAt: number | null): void => {
  log.recordIncident({
    phase: endAt === null ? 'opened' : 'closed',
    at: 0,
    incident: { id, startAt: 0, endAt, severity: 'major', episodes: 1, open: 0, series: ['hall'], reason: 'why' },
  });
};
const reject = (at: number): void => {
  log.quarantine([{ at, topic: 't', reason: 'not_json', payload: Buffer.alloc(1000) }]);
};
const ids = (): readonly string[] => [...log.list()].map(({ id }) => id).toReversed();
const count = (table: 'anomaly' | 'habit' | 'incident' | 'quarantine' | 'snapshot' | 'snapshot_history'): number =>
  db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get()!;

const forSize = (maxBytes: number): Retention => new Retention(db, { maxAgeMs: null, maxBytes });
/** One that has heard this clock for a day. */
const forAge = (maxAgeMs: number | null, now = NOW): Retention => {
  const retention = new Retention(db, { maxAgeMs, maxBytes: null }, new SteadyClock(() => uptime));
  retention.step(now - DAY);
  uptime += DAY;
  return retention;
};
/** Steps until there is nothing more to do; how many. */
const run = (retention: Retention, now = NOW): number => {
  let steps = 1;
  while (retention.step(now)) steps++;
  return steps;
};

describe('by age', () => {
  const tenDays = 10 * DAY;

  test('goes what has been over for longer, and only that', () => {
    write({ id: 'before', startAt: NOW - 12 * DAY, endAt: NOW - 10 * DAY - 1 });
    write({ id: 'until', startAt: NOW - 12 * DAY, endAt: NOW - 10 * DAY }, { id: 'open', startAt: NOW - 90 * DAY });
    write(...over(KEPT, NOW - 9 * DAY));
    reject(NOW - 10 * DAY - 1);
    reject(NOW - 10 * DAY);
    run(forAge(tenDays));
    expect(ids().slice(0, 3)).toEqual(['open', 'until', 'over-00000']);
    expect(count('anomaly')).toBe(KEPT + 2);
    expect(count('quarantine')).toBe(1);
  });

  test('what was learned stays, however old', () => {
    new SnapshotStore(db).save([state]);
    write(...over(KEPT + 10, NOW - 400 * DAY));
    run(forAge(tenDays));
    expect([count('anomaly'), count('snapshot'), count('snapshot_history')]).toEqual([KEPT, 1, 1]);
  });

  test('an incident goes with the last of its episodes; while it is open, all of them stay', () => {
    const [startAt, endAt] = [NOW - 30 * DAY, NOW - 29 * DAY];
    write(
      { id: 'a1', startAt, endAt, incident: 'gone' },
      { id: 'a2', startAt, endAt, incident: 'gone' },
      { id: 'b1', startAt, endAt, incident: 'half' },
      { id: 'b2', startAt, endAt: NOW, incident: 'half' },
      { id: 'c1', startAt, endAt, incident: 'open' },
      { id: 'd1', startAt, endAt, incident: 'untold' },
      ...over(KEPT, NOW - DAY),
    );
    incident('gone', endAt);
    incident('half', NOW);
    incident('open', null);
    run(forAge(tenDays));
    expect(ids().filter((id) => !id.startsWith('over'))).toEqual(['b2', 'c1']);
    expect(db.prepare('SELECT id FROM incident ORDER BY id').pluck().all()).toEqual(['half', 'open']);
  });

  test('goes a habit that last came longer ago', () => {
    log.recordHabit(habit({ id: 'a', lastAt: NOW - 10 * DAY - 1 }));
    log.recordHabit(habit({ id: 'b', since: NOW - 90 * DAY, at: NOW - 80 * DAY, lastAt: NOW - 10 * DAY }));
    run(forAge(tenDays));
    expect(db.prepare('SELECT id FROM habit').pluck().all()).toEqual(['b']);
  });

  test('forever is forever', () => {
    write(...over(KEPT + 10, 0));
    reject(0);
    expect(run(forAge(null))).toBe(1);
    expect([count('anomaly'), count('quarantine')]).toEqual([KEPT + 10, 1]);
  });

  test('a clock that is wrong from the start, or for hours, deletes nothing; the newest 100 stay if it is wrong for days', () => {
    write(...over(KEPT + 10, NOW - DAY));
    const fresh = new Retention(db, { maxAgeMs: tenDays, maxBytes: null }, new SteadyClock(() => uptime));
    expect(fresh.step(LATER)).toBe(false);
    const jumped = forAge(tenDays);
    expect(run(jumped, LATER)).toBe(1);
    expect(count('anomaly')).toBe(KEPT + 10);
    run(forAge(tenDays, LATER), LATER);
    expect(ids()[0]).toBe('over-00010');
    expect(count('anomaly')).toBe(KEPT);
  });
});

describe('by size', () => {
  test('goes the oldest until the rest fits: rejects, then episodes that are over', () => {
    write({ id: 'open', startAt: 0 }, ...over(3000, NOW - 10 * DAY));
    for (let n = 0; n < 20; n++) reject(NOW);
    const most = 0.75 * forSize(0).bytes;
    const retention = forSize(most);
    run(retention);
    expect(retention.bytes).toBeLessThanOrEqual(most);
    expect(count('quarantine')).toBe(0);
    const left = ids();
    expect(left[0]).toBe('open');
    expect(left.slice(1)).toEqual(
      over(3000, NOW)
        .slice(1 - left.length)
        .map(({ id }) => id),
    );
    // A quarter was too much, and a step takes a sixth.
    expect(left.length).toBeGreaterThan(2000);
  });

  test('what fits is left, whatever the clock says', () => {
    write(...over(3000, 0));
    expect(run(forSize(forSize(0).bytes), LATER)).toBe(1);
    expect(count('anomaly')).toBe(3000);
  });

  test('where what was learned is too much by itself, the newest 100 episodes stay, and it comes to an end', () => {
    write(...over(1000, 0));
    run(forSize(1));
    expect(ids()).toEqual(
      over(1000, 0)
        .slice(-KEPT)
        .map(({ id }) => id),
    );
  });
});

describe('a step', () => {
  test('deletes at most 500 rows, in one transaction', () => {
    write(...over(1100, 0));
    for (let n = 0; n < 120; n++) reject(0);
    const retention = forAge(DAY);
    const rows = (): readonly [number, number] => [count('anomaly'), count('quarantine')];
    const seen = [rows()];
    while (retention.step(NOW)) if (rows().join() !== seen.at(-1)!.join()) seen.push(rows());
    expect(seen).toEqual([
      [1100, 120],
      [720, 0],
      [220, 0],
      [KEPT, 0],
    ]);
  });

  test('gives the pages back, and then writes nothing', () => {
    write(...over(5000, 0));
    db.pragma('wal_checkpoint(TRUNCATE)');
    const before = statSync(path).size;
    const retention = forAge(DAY);
    run(retention);
    expect(db.pragma('freelist_count', { simple: true })).toBe(0);
    db.pragma('wal_checkpoint(TRUNCATE)');
    expect(statSync(path).size).toBeLessThan(before / 5);
    expect(retention.bytes).toBe(statSync(path).size);
    expect(retention.step(NOW)).toBe(false);
    expect(statSync(`${path}-wal`).size).toBe(0);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  });

  test('that is refused has changed nothing, and is made up for', () => {
    write(...over(KEPT + 10, 0));
    const retention = forAge(DAY);
    const other = new Sqlite(path);
    other.exec('BEGIN IMMEDIATE');
    expect(() => retention.step(NOW)).toThrow('locked');
    other.exec('COMMIT');
    expect(count('anomaly')).toBe(KEPT + 10);
    run(retention);
    expect(count('anomaly')).toBe(KEPT);
  });

  test('makes room in a database that cannot grow', () => {
    db.pragma('max_page_count = 300');
    let full: unknown;
    let written = 0;
    try {
      for (const episode of over(10_000, 0)) {
        write(episode);
        written++;
      }
    } catch (error) {
      full = error;
    }
    expect(failureOf(full)).toBe('full');
    expect(db.inTransaction).toBe(false);
    expect(count('anomaly')).toBe(written);
    run(forSize(600_000));
    write(...over(200, NOW, 'after'));
    expect(ids().slice(-200)).toEqual(over(200, NOW, 'after').map(({ id }) => id));
    expect(db.pragma('quick_check', { simple: true })).toBe('ok');
  });
});
