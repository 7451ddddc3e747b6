import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { limitedStores, openStore } from '../../src/app/store.ts';
import { openDatabase } from '../../src/io/sqlite/database.ts';
import { SteadyClock } from '../../src/io/sqlite/steady-clock.ts';
import { load, SITE } from '../config/site.ts';
import { siteOf } from './world.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 25);

test('old rows are deleted also where the site file is reloaded every hour', () => {
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-store-'));
  const database = join(directory, 'zankyo.db');
  const db = openDatabase(database);
  onTestFinished(() => {
    db.close();
    rmSync(directory, { recursive: true });
  });
  db.exec("INSERT INTO quarantine (at, topic, reason, payload) VALUES (0, 't', 'r', zeroblob(1))");
  const rejects = (): unknown => db.prepare('SELECT count(*) FROM quarantine').pluck().get();
  const site = siteOf({ database, retention: { keep: '30d' } });
  let uptime = 0;
  const clock = new SteadyClock(() => uptime);
  const kept: unknown[] = [];
  for (let hour = 0; hour <= 24; hour++, uptime += HOUR) {
    limitedStores(db, site, clock, () => undefined).housekeeping.step(NOW + uptime);
    kept.push(rejects());
  }
  expect([kept[1], kept[24]]).toEqual([1, 0]);
});

test('a new database is reported once, with its path: at another place than before, what was learned seems lost', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zankyo-store-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const site = { ...load(SITE).site, database: join(folder, 'zankyo.db') };
  const lines: unknown[] = [];
  for (let start = 0; start < 2; start++)
    openStore(site, (level, fields, text) => lines.push([level, fields, text]), 0).db.close();
  expect(lines).toEqual([
    ['info', { database: site.database }, 'there was no database: it is new, and nothing has been learned yet'],
  ]);
});
