import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../../../src/io/sqlite/database.ts';
import { HistoryStore } from '../../../../src/io/sqlite/history/history-store.ts';
import { HistoryTrim } from '../../../../src/io/sqlite/history/history-trim.ts';
import { keyOf } from '../../../../src/io/sqlite/history/keys.ts';
import { damageOf } from '../../../../src/io/sqlite/upkeep/recovery.ts';
import { Retention } from '../../../../src/io/sqlite/upkeep/retention.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../../src/math/time.ts';
import * as c from '../../../../src/stream/history/bucket.ts';
import { readingsIn, readWindow } from '../../../../src/stream/history/downsample.ts';
import type { SeriesHistory } from '../../../../src/stream/history/port.ts';
import { reading } from '../../../stream/history/shelf.ts';

const T = Date.UTC(2026, 0, 5);
const root = mkdtempSync(join(tmpdir(), 'zankyo-history-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});
let path: string;
let db: Database;
beforeEach(() => {
  path = join(mkdtempSync(join(root, 'site-')), 'zankyo.db');
  db = openDatabase(path);
});

const open = (slug = 'hall'): SeriesHistory => new HistoryStore(db).open(slug);
/** A reading a minute. */
const feed = (series: SeriesHistory, from: number, until: number): void => {
  for (let at = from; at < until; at += MINUTE_MS) series.ring.add(at, reading(20 + Math.sin(at / HOUR_MS)));
};
const save = (series: SeriesHistory, seq = 1): void => {
  db.transaction(() => {
    series.save(seq);
  })();
  series.saved();
};
const countIn = (series: SeriesHistory, from: number, until: number, points = 10_000): number =>
  readingsIn(readWindow(series, { from, until, points }));
const blocksOf = (tier: number, id = 1): number =>
  db
    .prepare<[number, number], number>('SELECT count(*) FROM history WHERE key >= ? AND key < ?')
    .pluck()
    .get(keyOf(id, tier, 0), keyOf(id, tier + 1, 0))!;
const counted = (): number => db.prepare<[], number>('SELECT sum(bytes) FROM history_series').pluck().get()!;
const present = (): number =>
  db.prepare<[], number>('SELECT coalesce(sum(length(bytes)), 0) FROM history').pluck().get()!;

describe('a series', () => {
  test('goes on after a restart, within a minute too, with the row of the journal that it has', () => {
    const first = open();
    feed(first, T, T + 10 * HOUR_MS);
    first.ring.add(T + 10 * HOUR_MS + 5_000, reading(1));
    save(first, 77);
    const second = open();
    expect(second.seq).toBe(77);
    second.ring.add(T + 10 * HOUR_MS + 15_000, reading(3));
    const { buckets } = readWindow(second, { from: T + 10 * HOUR_MS, until: T + 10 * HOUR_MS + MINUTE_MS, points: 10 });
    expect([...buckets.slice(0, 4)]).toEqual([2, 1, 3, 2]);
    expect(countIn(second, T, T + DAY_MS)).toBe(602);
  });

  test('is the same at each tier, whether saved or not', () => {
    const series = open();
    for (let day = 0; day < 12; day++) {
      feed(series, T + day * DAY_MS, T + (day + 1) * DAY_MS);
      if (day % 2 === 0) save(series);
    }
    for (const points of [20_000, 900, 40]) expect(countIn(series, T, T + 12 * DAY_MS, points)).toBe(12 * 1440);
    save(series);
    for (const points of [20_000, 900, 40]) expect(countIn(open(), T, T + 12 * DAY_MS, points)).toBe(12 * 1440);
    expect(counted()).toBe(present());
  });

  test('loses nothing when its transaction does not come to the disk', () => {
    const series = open();
    feed(series, T, T + DAY_MS);
    expect(() => {
      db.transaction(() => {
        series.save(5);
        throw new Error('disk full');
      })();
    }).toThrow('disk full');
    // Another series gets the number that this one had for a moment.
    const other = open('cellar');
    feed(other, T, T + HOUR_MS);
    save(other);
    feed(series, T + DAY_MS, T + 2 * DAY_MS);
    save(series, 9);
    expect([open().seq, countIn(open(), T, T + 2 * DAY_MS)]).toEqual([9, 2880]);
    expect(countIn(open('cellar'), T, T + DAY_MS)).toBe(60);
  });

  test('keeps a bounded number of blocks while the database cannot be written', () => {
    const series = open();
    feed(series, T, T + 10 * DAY_MS);
    save(series);
    // 16 blocks that were left, and the present one.
    expect(blocksOf(0) + blocksOf(1) + blocksOf(2)).toBe(16);
  });

  test('before 1970 is not kept', () => {
    const series = open();
    feed(series, -2 * DAY_MS, -DAY_MS);
    feed(series, T, T + HOUR_MS);
    save(series);
    expect(countIn(open(), T, T + DAY_MS)).toBe(60);
  });

  test('without a block that was torn has a gap, and the rest', () => {
    const series = open();
    feed(series, T, T + DAY_MS);
    save(series);
    db.prepare('UPDATE history SET bytes = zeroblob(length(bytes)) WHERE key = (SELECT min(key) FROM history)').run();
    expect(countIn(open(), T, T + DAY_MS)).toBe(1440 - 240);
  });
});

describe('the limits', () => {
  test('by age: each tier keeps its span, and the count of bytes stays right', () => {
    const series = open();
    for (let day = 0; day < 120; day++) {
      feed(series, T + day * DAY_MS, T + day * DAY_MS + HOUR_MS);
      save(series);
    }
    const trim = new HistoryTrim(db, Infinity);
    const now = T + 120 * DAY_MS;
    while (trim.step(now, 0) > 0);
    const [minutes, quarters, sixHours] = open().oldest();
    expect(minutes).toBeGreaterThan(now - 15 * DAY_MS);
    expect(quarters).toBeGreaterThan(now - 92 * DAY_MS);
    expect(quarters).toBeLessThan(now - 88 * DAY_MS);
    expect(sixHours).toBeLessThanOrEqual(T);
    expect(trim.bytes).toBe(present());
    // A series without readings for 400 days goes altogether.
    while (trim.step(T + 520 * DAY_MS, 0) > 0);
    expect([present(), trim.bytes, open().seq]).toEqual([0, 0, 0]);
  });

  test('by size: the oldest minutes of all series go first, and then it fits', () => {
    for (const slug of ['hall', 'cellar']) {
      const series = open(slug);
      for (let day = 0; day < 12; day++) {
        feed(series, T + day * DAY_MS, T + (day + 1) * DAY_MS);
        save(series);
      }
    }
    const before = present();
    const trim = new HistoryTrim(db, before / 2);
    while (trim.step(-Infinity, 0) > 0);
    expect(present()).toBeLessThanOrEqual(before / 2);
    expect(present()).toBeGreaterThan(before / 3);
    expect(trim.bytes).toBe(present());
    const [hall, cellar] = ['hall', 'cellar'].map((slug) => open(slug).oldest());
    expect(hall).toEqual(cellar);
    expect(hall[0]).toBeGreaterThan(T + 5 * DAY_MS);
    expect(hall[1]).toBeLessThanOrEqual(T);
    // The window over everything comes from the quarters of an hour, which are all there.
    expect(countIn(open(), T, T + 12 * DAY_MS)).toBe(12 * 1440);
  });

  test('a history that is switched off is deleted by the housekeeping', () => {
    const series = open();
    feed(series, T, T + 2 * DAY_MS);
    save(series);
    const retention = new Retention(db, { maxAgeMs: null, maxBytes: null, maxHistoryBytes: 0 });
    while (retention.step(T));
    expect(
      db.prepare('SELECT (SELECT count(*) FROM history) + (SELECT count(*) FROM history_series)').pluck().get(),
    ).toBe(0);
  });

  test('a series whose row has gone begins again with its next save', () => {
    const series = open();
    feed(series, T, T + DAY_MS);
    save(series);
    const trim = new HistoryTrim(db, 0);
    while (trim.step(-Infinity, 0) > 0);
    feed(series, T + DAY_MS, T + 2 * DAY_MS);
    save(series);
    expect(countIn(open(), T + DAY_MS, T + 2 * DAY_MS)).toBe(1440);
    expect(counted()).toBe(present());
  });
});

test('the file is sound', () => {
  const series = open();
  feed(series, T, T + DAY_MS);
  save(series);
  db.close();
  expect(damageOf(path)).toBeNull();
  db = openDatabase(path);
  expect(open().ring.present[c.COUNT]).toBe(1);
});
