import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HistoryBody } from '../../src/app/dashboard/contract/stream.ts';
import { openDatabase } from '../../src/io/sqlite/database.ts';
import { HistoryStore } from '../../src/io/sqlite/history/history-store.ts';
import { keyOf } from '../../src/io/sqlite/history/keys.ts';
import { openRecovered } from '../../src/io/sqlite/upkeep/recovery.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/math/time.ts';
import { blockOf } from '../../src/stream/history/tiers.ts';
import { readingsIn, readWindow } from '../../src/stream/history/downsample.ts';
import { fillYear } from '../browser/year.ts';
import { freePort, startMosquitto, type Mosquitto } from './programs/mosquitto.ts';
import { directory, eventually, runProgram, startService, type Program } from './programs/program.ts';

const cleanUps: (() => unknown)[] = [];
let broker: Mosquitto;
let client: MqttClient;
beforeEach(async () => {
  broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  client = await connectAsync(broker.url);
  cleanUps.push(() => client.endAsync(true));
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A site with a dashboard; a reading of today, minute by minute, with its own time. */
const site = async () => {
  const port = await freePort();
  const yaml = `site: works
database: zankyo.db
mqtt: { url: '${broker.url}' }
http: { listen: '127.0.0.1:${port}' }
inputs: [{ topic: 's/+', path: v, time: t, name: '{1}' }]
commit: { every: 0s }
tuning: { hidden_size: 4 }
`;
  const { path, remove } = directory({ 'site.yaml': yaml });
  cleanUps.push(remove);
  const begin = Date.now() - HOUR_MS;
  const publish = async (from: number, until: number): Promise<void> => {
    for (let n = from; n < until; n++) {
      const t = new Date(begin + n * MINUTE_MS).toISOString();
      await client.publishAsync('s/a', JSON.stringify({ v: n, t }), { qos: 1 });
    }
  };
  const history = async (): Promise<HistoryBody> =>
    (await (await fetch(`http://127.0.0.1:${port}/api/series/a/history?points=4000`)).json()) as HistoryBody;
  const countIs = (count: number): Promise<void> => {
    let found = NaN;
    return eventually(
      async () => {
        found = (await history().catch(() => null))?.columns.count.reduce((a, b) => a + b, 0) ?? NaN;
        return found === count;
      },
      () => `${found} readings in the history, expected ${count}`,
    );
  };
  const start = async (): Promise<Program> => {
    const program = await startService(path, cleanUps);
    await program.logged('HTTP server listens');
    return program;
  };
  return { path, publish, history, countIs, start };
};

test('after kill -9, twice, the history has every reading of QoS 1 once', async () => {
  const { publish, history, countIs, start } = await site();
  const first = await start();
  await publish(0, 20);
  await countIs(20);
  await first.end('SIGKILL');
  const second = await start();
  await countIs(20); // from the journal
  await publish(20, 40);
  await countIs(40);
  await second.end('SIGKILL');
  await start();
  await countIs(40);
  const { columns } = await history();
  expect([Math.min(...columns.min.map(Number)), Math.max(...columns.max.map(Number))]).toEqual([0, 39]);
});

test('a backup contains it', async () => {
  const { path, publish, countIs, start } = await site();
  const service = await start();
  await publish(0, 10);
  await countIs(10);
  await service.end('SIGTERM');
  expect((await runProgram(['backup', '-c', 'site.yaml', '--out', 'copy.db'], path)).code).toBe(0);
  const copy = openDatabase(join(path, 'copy.db'), { readonly: true });
  const window = { from: Date.now() - 3 * HOUR_MS, until: Date.now(), points: 1000 };
  expect(readingsIn(readWindow(new HistoryStore(copy).open('a'), window))).toBe(10);
  copy.close();
});

test('of a damaged database the readable part is kept', async () => {
  const { path } = await site();
  const file = join(path, 'zankyo.db');
  const now = Date.now();
  fillYear(file, now);
  const count = (database: string): number => {
    const db = openDatabase(database, { readonly: true });
    try {
      return readingsIn(
        readWindow(new HistoryStore(db).open('boiler'), { from: now - 13 * 24 * HOUR_MS, until: now, points: 4000 }),
      );
    } finally {
      db.close();
    }
  };
  const before = count(file);
  const raw = new Sqlite(file);
  raw.pragma('wal_checkpoint(TRUNCATE)');
  // The block of minutes of five days ago, which lies in one page.
  const key = keyOf(1, 0, blockOf(0, now - 5 * DAY_MS));
  const bytes = raw.prepare<[number], Buffer>('SELECT bytes FROM history WHERE key = ?').pluck().get(key)!;
  raw.close();
  const place = readFileSync(file).indexOf(bytes.subarray(0, 100));
  expect(place).toBeGreaterThan(0);
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, 4096 * Math.floor(place / 4096));
  closeSync(handle);
  let damaged = '';
  openRecovered(file, now, (recovery) => {
    damaged = recovery.damaged;
  }).close();
  expect(damaged).toContain('.damaged-');
  const after = count(file);
  // Of the minutes of 14 days a few blocks of four hours are missing.
  expect(after).toBeLessThan(before);
  expect(after).toBeGreaterThan(before - 4 * 240);
});
