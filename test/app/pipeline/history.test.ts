import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '../../../src/io/sqlite/database.ts';
import { HistoryStore } from '../../../src/io/sqlite/history/history-store.ts';
import { Random } from '../../../src/math/random.ts';
import { DAY_MS, MINUTE_MS } from '../../../src/math/time.ts';
import * as c from '../../../src/stream/history/bucket.ts';
import { readingsIn, readWindow, type Downsampled } from '../../../src/stream/history/downsample.ts';
import { siteOf, Tape, World } from '../world.ts';

const T = Date.UTC(2026, 0, 5);
const site = siteOf({ tuning: { hidden_size: 4, warmup: 60 }, snapshots: { every: '20m' } });
const READINGS = 400;

let folder: string;
const open: Database[] = [];
const database = (): Database => {
  const db = openDatabase(join(folder, `${open.length}.db`));
  open.push(db);
  return db;
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zankyo-history-'));
});
afterEach(() => {
  for (const db of open.splice(0)) db.close();
  rmSync(folder, { recursive: true });
});

/** A reading each 20 s from number `from` on; the last one of minute 100 is far off. */
const feed = (world: World, from: number, until: number, values: readonly number[]): void => {
  for (let n = from; n < until; n++) world.send('s/a', String(values[n]), { receivedAt: T + n * 20_000 });
};
const random = new Random(3);
const values = Array.from({ length: READINGS }, (_, n) => (n === 302 ? 60 : 20 + random.normal()));
const windowOf = (world: World, series = 'a'): Downsampled =>
  readWindow(world.view!.historyOf(series)!, { from: T, until: T + DAY_MS, points: 5000 });

/** The history of a run without an end. */
const whole = (): Downsampled => {
  const world = new World(site, { ledger: new Tape(), history: new HistoryStore(database()) });
  feed(world, 0, READINGS, values);
  return windowOf(world);
};
/** Times, counts, extremes and kinds are equal; the others may have been rounded in between, as they are stored. */
const expectSame = (one: Downsampled, other: Downsampled): void => {
  const exact = [c.COUNT, c.MIN, c.MAX, c.KIND];
  const places = [...one.buckets.keys()];
  const of = ({ buckets }: Downsampled, which: (column: number) => boolean): number[] =>
    places.filter((i) => which(i % c.COLUMNS)).map((i) => buckets[i]);
  expect(one.at).toEqual(other.at);
  expect(of(one, (column) => exact.includes(column))).toEqual(of(other, (column) => exact.includes(column)));
  const [found, expected] = [one, other].map((each) => of(each, (column) => !exact.includes(column)));
  const differences = found.map((x, i) => Math.abs(x - expected[i])).filter((x) => !Number.isNaN(x));
  expect(Math.max(...differences)).toBeLessThan(0.3);
  expect(found.map(Number.isNaN)).toEqual(expected.map(Number.isNaN));
};

test('each scored reading is in it, with the forecast before it, its score and the losses', () => {
  const { at, buckets, bucketMs } = whole();
  expect([bucketMs, at.length]).toEqual([MINUTE_MS, Math.ceil(READINGS / 3)]);
  const of300 = [...buckets.slice(100 * c.COLUMNS, 101 * c.COLUMNS)];
  expect(at[100]).toBe(T + 100 * MINUTE_MS);
  expect([of300[c.COUNT], of300[c.MAX]]).toEqual([3, 60]);
  expect(of300[c.SCORE]).toBeGreaterThan(1);
  expect(of300[c.UPPER]).toBeLessThan(60);
  expect(of300[c.LOWER]).toBeLessThan(of300[c.EXPECTED]);
  for (const column of [c.KIND, c.NETWORK_LOSS, c.BASELINE_LOSS]) expect(of300[column]).toBeGreaterThanOrEqual(0);
});

describe('after a kill the journal is replayed', () => {
  test.each([1, 59, 60, 61, 150, 302, 303, 399])('after %i readings: none is missing, none counts twice', (killed) => {
    const db = database();
    const tape = new Tape();
    const first = new World(site, { ledger: tape, history: new HistoryStore(db) });
    feed(first, 0, killed, values);
    // No stop: the snapshots and the history are those of the last checkpoint, the journal has all readings.
    const second = new World(site, { ledger: tape, history: new HistoryStore(db) }, first.snapshots.values());
    feed(second, killed, READINGS, values);
    expectSame(windowOf(second), whole());
  });

  test('from an older state, whose journal the history has in part', () => {
    const db = database();
    const tape = new Tape();
    const first = new World(site, { ledger: tape, history: new HistoryStore(db) });
    feed(first, 0, 100, values);
    const old = [...first.snapshots.values()];
    feed(first, 100, 350, values);
    // The newer snapshots are damaged: the stream is restored from an older one.
    const second = new World(site, { ledger: tape, history: new HistoryStore(db) }, old);
    feed(second, 350, READINGS, values);
    expect(readingsIn(windowOf(second))).toBe(READINGS);
  });
});

test('another pipeline of a site file that was read again goes on with it', () => {
  const db = database();
  const tape = new Tape();
  const first = new World(site, { ledger: tape, history: new HistoryStore(db) });
  feed(first, 0, 250, values);
  const at = first.control.now();
  const kept = first.control.keep(site);
  first.control.save(at, kept);
  first.control.handOver();
  first.stop();
  const ports = { ledger: tape, history: new HistoryStore(db) };
  const second = new World(site, ports, first.snapshots.values(), null, undefined, { at, seq: tape.seq, kept });
  feed(second, 250, READINGS, values);
  expectSame(windowOf(second), whole());
});

test('the series of a group have one each; a sensor fault has its score and no value', () => {
  const inputs = [
    { topic: 's/a', name: 'a', range: [0, 50] },
    { topic: 's/b', name: 'b' },
  ];
  const pair = siteOf({ inputs, groups: { pair: { series: ['a', 'b'] } }, tuning: { hidden_size: 4 } });
  const world = new World(pair, { ledger: new Tape(), history: new HistoryStore(database()) });
  for (let n = 0; n < 30; n++)
    for (const [series, value] of [
      ['a', n === 20 ? 85 : 20 + (n % 3)],
      ['b', 5],
    ] as const)
      world.send(`s/${series}`, String(value), { receivedAt: T + n * MINUTE_MS });
  const a = windowOf(world);
  expect([readingsIn(a), readingsIn(windowOf(world, 'b'))]).toEqual([29, 30]);
  const fault = [...a.buckets.slice(20 * c.COLUMNS, 21 * c.COLUMNS)];
  expect([fault[c.COUNT], fault[c.MAX]]).toEqual([0, NaN]);
  expect(fault[c.SCORE]).toBeGreaterThan(1);
});

test('without a store nothing is kept', () => {
  const world = new World(site, { ledger: new Tape() });
  feed(world, 0, 10, values);
  expect(world.view!.historyOf('a')).toBeNull();
});

test('an error of the store ends the history, and nothing else', () => {
  const db = database();
  const history = new HistoryStore(db);
  db.close();
  open.length = 0;
  const world = new World(site, { ledger: new Tape(), history });
  feed(world, 0, 100, values);
  expect(world.said('error')).toEqual(['internal error: no history is kept until the next start']);
  expect([world.answers.length, world.error]).toEqual([100, null]);
});
