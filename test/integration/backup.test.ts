import { existsSync, linkSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { connectAsync } from 'mqtt';
import { afterEach, expect, test } from 'vitest';
import { AnomalyLog } from '../../src/io/sqlite/tables/anomaly-log.ts';
import { openDatabase } from '../../src/io/sqlite/database.ts';
import { SnapshotStore } from '../../src/io/sqlite/snapshots/snapshot-store.ts';
import { anomaly } from '../cli/anomaly.ts';
import { startMosquitto } from './programs/mosquitto.ts';
import { directory, eventually, runProgram, startProgram } from './programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const site = (url = 'mqtt://127.0.0.1:1'): string => {
  const { path, remove } = directory({
    'site.yaml': `site: house
database: zankyo.db
mqtt: { url: '${url}' }
inputs: [{ topic: rooms/+, name: '{1}' }]
`,
  });
  cleanUps.push(remove);
  return path;
};

const backup = (cwd: string, out = 'copy.db') => runProgram(['backup', '-c', 'site.yaml', '-o', out], cwd);
const state = { stream: 'hall', at: 0, seq: 1, version: 1, shape: 'x', bytes: new Uint8Array(5000).fill(7) };
const filled = (cwd: string): void => {
  const db = openDatabase(join(cwd, 'zankyo.db'));
  new AnomalyLog(db, { quarantineRows: 1 }).record({ anomaly: anomaly(), at: 0, receivedAt: 0 });
  new SnapshotStore(db).save([state]);
  db.close();
};

test('a copy made beside the running service is whole, and a service goes on from it', async () => {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  const cwd = site(broker.url);
  filled(cwd);
  const service = startProgram(['run', '-c', 'site.yaml'], cwd);
  cleanUps.push(() => {
    service.child.kill('SIGKILL');
    return service.ended;
  });
  await service.logged('listening');
  const sensor = await connectAsync(broker.url);
  cleanUps.push(() => sensor.endAsync(true));
  // What is no number goes to the quarantine: each of these makes the service write.
  const rejects = (path: string): number => {
    const db = new Sqlite(join(cwd, path), { readonly: true });
    try {
      return db.prepare<[], number>('SELECT count(*) FROM quarantine').pluck().get()!;
    } finally {
      db.close();
    }
  };
  const enough = new AbortController();
  const flood = (async () => {
    for (let n = 0; !enough.signal.aborted; n++) await sensor.publishAsync('rooms/hall', `no number ${n}`, { qos: 1 });
  })();
  await eventually(() => rejects('zankyo.db') > 0);
  const { code, stdout, stderr } = await backup(cwd);
  enough.abort();
  await flood;
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^copy\.db: .*zankyo\.db as it is now, \d+ .*B, checked\.\n$/);
  expect(statSync(join(cwd, 'copy.db')).mode & 0o777).toBe(0o600);
  expect(readdirSync(cwd).filter((name) => name.startsWith('copy'))).toEqual(['copy.db']);
  expect(rejects('copy.db')).toBeGreaterThan(0);
  await service.end('SIGTERM');
  expect(service.log().filter(({ level, msg }) => level > 40 || msg.includes('database'))).toEqual([]);

  const restored = site(broker.url);
  writeFileSync(join(restored, 'zankyo.db'), readFileSync(join(cwd, 'copy.db')));
  const db = openDatabase(join(restored, 'zankyo.db'));
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  expect([...new AnomalyLog(db, { quarantineRows: 1 }).list()]).toEqual([anomaly()]);
  // What was there before stays among the newest three, though the service could not use it.
  const { whole, damaged } = new SnapshotStore(db).load('hall');
  expect([whole.at(-1), damaged]).toMatchObject([{ at: 0, seq: 1, shape: 'x' }, 0]);
  db.close();
});

test('a later copy replaces the one before; one that fails leaves it', async () => {
  const cwd = site();
  filled(cwd);
  writeFileSync(join(cwd, 'copy.db'), 'an older one');
  expect((await backup(cwd)).code).toBe(0);
  const whole = readFileSync(join(cwd, 'copy.db'));
  expect(whole.subarray(0, 15).toString()).toBe('SQLite format 3');

  // The leaf of the table of episodes.
  const db = new Sqlite(join(cwd, 'zankyo.db'), { readonly: true });
  const page = db.prepare<[], number>("SELECT pageno FROM dbstat WHERE name = 'anomaly'").pluck().get()!;
  db.close();
  const damaged = readFileSync(join(cwd, 'zankyo.db'));
  damaged.fill(0xa5, (page - 1) * 4096, page * 4096);
  writeFileSync(join(cwd, 'zankyo.db'), damaged);
  const { code, stderr } = await backup(cwd);
  expect(code).toBe(1);
  expect(stderr).toContain('copy.db: no backup was made (the copy is damaged, and so most likely is');
  expect(readFileSync(join(cwd, 'copy.db')).equals(whole)).toBe(true);
  expect(existsSync(join(cwd, 'copy.db.partial'))).toBe(false);
});

test('what cannot be done is said: no directory, no database, onto itself', async () => {
  const cwd = site();
  const none = await backup(cwd);
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('zankyo.db cannot be opened')]);
  filled(cwd);
  const nowhere = await backup(cwd, 'nowhere/copy.db');
  expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining('nowhere/copy.db: no backup was made')]);
  linkSync(join(cwd, 'zankyo.db'), join(cwd, 'same.db'));
  for (const itself of ['zankyo.db', 'same.db']) {
    const { code, stderr } = await backup(cwd, itself);
    expect([code, stderr]).toEqual([64, `${itself} is the database itself: name another file\n`]);
  }
});

test('the service says once what it did about a damaged database, and runs', async () => {
  const cwd = site();
  const path = join(cwd, 'zankyo.db');
  filled(cwd);
  const damaged = readFileSync(path).fill(0, 0, 3 * 4096);
  writeFileSync(path, damaged);
  const service = startProgram(['run', '-c', 'site.yaml'], cwd);
  const line = await service.logged('the database was damaged');
  await service.logged('started');
  await service.end('SIGTERM');
  expect(line).toMatchObject({ level: 50, code: 'database_damaged', anomalies: 0, streams: 0 });
  expect(readFileSync(line['damaged'] as string).equals(damaged)).toBe(true);
  const again = startProgram(['run', '-c', 'site.yaml'], cwd);
  await again.logged('started');
  await again.end('SIGTERM');
  expect(again.log().filter(({ msg }) => msg.includes('damaged'))).toEqual([]);
});
