import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { snapshotOf } from '../../src/app/pipeline/restore/checkpoint.ts';
import { monitorOptions } from '../../src/app/pipeline/monitor-options.ts';
import { plansOf } from '../../src/app/pipeline/stream-plan.ts';
import { restoredStream } from '../../src/app/restored.ts';
import { exportLearned, importLearned } from '../../src/app/transfer.ts';
import { exportAll, warmStart } from '../../src/app/warm-start.ts';
import { loadSite } from '../../src/config/load.ts';
import type { Site } from '../../src/config/schema/site.ts';
import { StreamMonitor } from '../../src/detect/stream-monitor.ts';
import { damageIn, openDatabase } from '../../src/io/sqlite/database.ts';
import { restoreBackup } from '../../src/io/sqlite/upkeep/restore.ts';
import { SnapshotStore } from '../../src/io/sqlite/snapshots/snapshot-store.ts';
import { Random } from '../../src/math/random.ts';
import { directoryWith } from '../config/site.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 5);

const siteWith = (name: string, extra = ''): Site => {
  const cwd = directoryWith({
    'site.yaml': `site: ${name}
database: ${name}.db
mqtt: { url: mqtt://localhost }
inputs:
  - { topic: rooms/+, name: '{1}', unit: °C }
tuning: { hidden_size: 4${extra} }
`,
  });
  return loadSite(join(cwd, 'site.yaml'), { STATE_DIRECTORY: cwd }).site;
};

/** The stream of a room as the service builds it, with the times of its alarms. */
const roomOf = (site: Site, slug: string) => {
  const opened: number[] = [];
  const [{ series, tuning }] = plansOf(site, slug);
  const monitor = new StreamMonitor(slug, series, monitorOptions(tuning, null), ({ phase, at }) => {
    if (phase === 'opened') opened.push(at);
  });
  return { monitor, opened };
};

/** A heated room: a daily course with noise; `level` is another one at each site. */
const temperature = (random: Random, at: number, level: number): number =>
  level + 1.5 * Math.sin((2 * Math.PI * at) / 86_400_000) + 0.1 * random.normal();

/** Feeds readings a minute apart; returns how many came until the stream was ready. */
const live = (monitor: StreamMonitor, level: number, from: number, n: number, seed: number): number => {
  const random = new Random(seed);
  let ready = n;
  for (let i = 0; i < n; i++) {
    const at = from + i * MINUTE;
    monitor.take(0, { series: monitor.stream, at, receivedAt: at, value: temperature(random, at, level) });
    if (monitor.status.warmup === 1 && monitor.status.warmupOf(0) === 1) ready = Math.min(ready, i);
  }
  return ready;
};

const save = (site: Site, monitor: StreamMonitor, at: number): void => {
  const db = openDatabase(site.database);
  new SnapshotStore(db).save([snapshotOf(monitor, at, 1)]);
  db.close();
};

/** A site whose room has been learned for ten days. */
const learned = (): { readonly site: Site; readonly file: string } => {
  const site = siteWith('old');
  const { monitor } = roomOf(site, 'hall');
  live(monitor, 20, START, 10 * 1440, 1);
  save(site, monitor, START + 10 * 86_400_000);
  const file = `${site.database}.stream`;
  exportLearned(site, 'hall', file, null);
  return { site, file };
};

test('a warm start: ready after a tenth of the readings, and no more false alarms in a week', () => {
  const { file } = learned();
  const site = siteWith('new');
  const from = START + 20 * 86_400_000;
  openDatabase(site.database).close();
  expect(importLearned(site, file, 'kitchen', { kernel: null, now: from })).toMatchObject({
    into: 'kitchen',
    site: 'old',
  });

  const db = openDatabase(site.database);
  const { whole } = new SnapshotStore(db).load('kitchen');
  db.close();
  const week = 7 * 1440;
  const alarms = { cold: 0, warm: 0 };
  for (const seed of [2, 3, 4, 5]) {
    const [cold, warm] = [roomOf(site, 'kitchen'), roomOf(site, 'kitchen')];
    warm.monitor.restore(whole[0].bytes);
    const ready = [cold, warm].map(({ monitor }) => live(monitor, 21, from, week, seed));
    expect(ready).toEqual([399, 39]);
    alarms.cold += cold.opened.length;
    alarms.warm += warm.opened.length;
    // It still learns, and finds a fault.
    const at = from + week * MINUTE;
    for (let i = 0; i < 5; i++)
      warm.monitor.take(0, { series: 'kitchen', at: at + i * MINUTE, receivedAt: at + i * MINUTE, value: 35 });
    expect(warm.opened.at(-1)).toBeGreaterThanOrEqual(at);
  }
  expect(alarms.cold).toBeGreaterThan(0);
  expect(alarms.warm).toBeLessThan(alarms.cold);
});

test('a file that is changed, cut, of another program or of another layout is refused, and nothing changes', () => {
  const { file } = learned();
  const content = readFileSync(file);
  const site = siteWith('new');
  openDatabase(site.database).close();
  const refused = (bytes: Buffer, into: Site = site) => {
    const other = `${site.database}.other`;
    writeFileSync(other, bytes);
    return expect(() => importLearned(into, other, 'kitchen', { kernel: null, now: START }));
  };
  const changed = Buffer.from(content);
  changed[changed.length - 5] ^= 1;
  refused(changed).toThrow('is damaged: its checksum differs');
  refused(content.subarray(0, -1)).toThrow('is incomplete');
  refused(Buffer.from('{}')).toThrow('is not a file that zankyo export has written');
  refused(content, siteWith('big', ', cell: lstm')).toThrow(/was made for gru .* gives lstm/);
  expect(restoredStream(site, 'kitchen', new SnapshotStore(openDatabase(site.database)), null)).toBeNull();
});

test('restore puts a backup in the place of the database and keeps the old one', () => {
  const { site } = learned();
  const backup = `${site.database}.backup`;
  const db = openDatabase(site.database);
  db.exec(`VACUUM INTO '${backup}'`);
  db.exec("INSERT INTO retained_state VALUES ('after the backup')");
  const count = (path: string): unknown => {
    const each = openDatabase(path, { readonly: true });
    const n = each.prepare('SELECT count(*) FROM retained_state').pluck().get();
    each.close();
    return n;
  };
  expect(() => restoreBackup(backup, site.database, START)).toThrow('in use by another process');
  db.close();
  writeFileSync(`${backup}.damaged`, readFileSync(backup).fill(7, 5000, 20_000));
  expect(() => restoreBackup(`${backup}.damaged`, site.database, START)).toThrow('nothing was changed');
  expect(count(site.database)).toBe(1);
  const old = restoreBackup(backup, site.database, START);
  expect(old).toBe(`${site.database}.before-restore-2026-01-05T00-00-00-000Z`);
  expect([count(site.database), count(old!)]).toEqual([0, 1]);
});

test('restore does not mix a backup with the write-ahead log of a database that was moved away', () => {
  const { site } = learned();
  const db = openDatabase(site.database);
  const backup = `${site.database}.backup`;
  db.exec(`VACUUM INTO '${backup}'`);
  const insert = db.prepare('INSERT INTO retained_state VALUES (?)');
  for (let i = 0; i < 300; i++) insert.run(`${i}`.padStart(3000));
  // As a kill leaves it, and without the database itself.
  const killed = `${site.database}.killed`;
  copyFileSync(`${site.database}-wal`, `${killed}-wal`);
  db.close();
  expect(restoreBackup(backup, killed, START)).toBeNull();
  const restored = openDatabase(killed);
  expect([damageIn(restored), restored.prepare('SELECT count(*) FROM retained_state').pluck().get()]).toEqual([
    null,
    0,
  ]);
  restored.close();
});

test('a new site starts with the files of many sites: for each stream the one that knows most and fits', () => {
  const directory = directoryWith({ 'other.txt': '' });
  for (const [name, rooms, extra] of [
    ['east', { hall: 900, attic: 300 }, ''],
    ['north', { hall: 600, attic: 500 }, ''],
    ['odd', { hall: 1_200 }, ', cell: lstm'],
  ] as const) {
    const site = siteWith(name, extra);
    for (const [room, samples] of Object.entries(rooms)) {
      const { monitor } = roomOf(site, room);
      live(monitor, 20, START, samples, 1);
      save(site, monitor, START + samples * MINUTE);
    }
    const done = exportAll(site, '*', directory, null);
    expect(done.map(({ problem }) => problem)).toEqual(Object.keys(rooms).map(() => null));
  }
  const fresh = siteWith('fresh');
  const done = warmStart(fresh, directory, '*', { kernel: null, now: START });
  expect(done.map(({ stream, from }) => [stream, from])).toEqual([
    ['attic', 'north'],
    ['hall', 'east'],
  ]);
  const db = openDatabase(fresh.database);
  expect(new SnapshotStore(db).streams()).toEqual(['attic', 'hall']);
  db.close();
  const [refused] = warmStart(siteWith('lstm', ', cell: rnn'), directory, 'hall', { kernel: null, now: START });
  expect(refused).toMatchObject({
    stream: 'hall',
    file: null,
    problem: expect.stringContaining('use the same tuning') as string,
  });
  expect(() => warmStart(fresh, directory, 'cellar-*', { kernel: null, now: START })).toThrow(
    'no file *.stream of a stream like "cellar-*"',
  );
  expect(() => exportAll(fresh, 'cellar-*', directory, null)).toThrow('no state of a stream like "cellar-*"');
});
