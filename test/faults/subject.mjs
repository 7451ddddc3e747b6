/*
 * The built service as a subject of fault scripts: FAULT_URL is the broker, FAULT_DIR its folder; it prints READY when it has
 * subscribed. A message has its number as `seq`, which is read like any other value. The numbers in the journal are copied to
 * db.sqlite (table msgs, column seq), where a script can count them without decoding the journal. At the end and every second
 * it prints the delay of its event loop and its memory. FAULT_SITE is JSON that replaces keys of the site file, and of its
 * `mqtt`; with FAULT_FSYNC_MS each transaction takes this much longer, as on a slow card. Needs `npm run build`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';
import Sqlite from 'better-sqlite3';
import { kernelOrNull } from '../../dist/app/kernel.js';
import { startService } from '../../dist/app/service.js';
import { loadSite } from '../../dist/config/load.js';
import { entriesIn } from '../../dist/io/ledger/entries.js';
import { Journal } from '../../dist/io/ledger/journal.js';

const { FAULT_URL, FAULT_DIR, FAULT_TOPIC = 'faults/#', FAULT_SITE = '{}', FAULT_FSYNC_MS = '0' } = process.env;
const database = join(FAULT_DIR, 'zankyo.db');
const POLL_MS = 100;

/** By how much each outermost transaction on the service's database is late. */
const slow = Number(FAULT_FSYNC_MS);
if (slow > 0) {
  const { transaction } = Sqlite.prototype;
  Sqlite.prototype.transaction = function (work) {
    const run = transaction.call(this, work);
    const slowly = (...args) => {
      const nested = this.inTransaction;
      const result = run(...args);
      if (!nested && this.name === database) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, slow);
      return result;
    };
    return Object.assign(slowly, { immediate: run.immediate });
  };
}

mkdirSync(FAULT_DIR, { recursive: true });
const config = join(FAULT_DIR, 'site.yaml');
const { mqtt, ...keys } = JSON.parse(FAULT_SITE);
const site = {
  site: 'faults',
  database,
  mqtt: { url: FAULT_URL, ...mqtt },
  inputs: [{ topic: FAULT_TOPIC, fields: ['seq', 'v'].map((path) => ({ path, name: `{1}-${path}` })) }],
  snapshots: { every: '1d' }, // the journal is kept meanwhile
  ...keys,
};
try {
  writeFileSync(config, JSON.stringify(site));
} catch (error) {
  if (error.code !== 'ENOSPC') throw error; // it is there from an earlier start
}

/** What of the journal has come since the last time. */
class Audit {
  #out;
  #insert;
  #last;

  constructor() {
    this.#out = new Sqlite(join(FAULT_DIR, 'db.sqlite'));
    this.#out.pragma('journal_mode = WAL');
    this.#out.pragma('synchronous = OFF');
    this.#out.exec('CREATE TABLE IF NOT EXISTS msgs (row INT, n INT, seq INT, PRIMARY KEY (row, n)) WITHOUT ROWID');
    this.#insert = this.#out.prepare('INSERT OR IGNORE INTO msgs VALUES (?, ?, ?)');
    this.#last = this.#out.prepare('SELECT max(row) AS row FROM msgs').get().row ?? 0;
  }

  /** All that is there by now; false when it could not be written. */
  copy(wait = false) {
    let db;
    try {
      db = new Sqlite(database, { readonly: true, fileMustExist: true, timeout: wait ? 5_000 : 0 });
      const journal = new Journal(db);
      const rows = [...journal.rows(this.#last)];
      this.#out.transaction(() => {
        for (const { seq: row, entries } of rows) {
          let n = 0;
          for (const { kind, readings } of entriesIn(entries, (id) => journal.slugOf(id)))
            if (kind === 'message')
              for (const { series, value } of readings) if (series.endsWith('-seq')) this.#insert.run(row, n++, value);
        }
      })();
      this.#last = rows.at(-1)?.seq ?? this.#last;
      return true;
    } catch {
      return false; // there is nothing yet, or no room
    } finally {
      db?.close();
    }
  }

  check() {
    const db = new Sqlite(database);
    const said = db.pragma('integrity_check', { simple: true });
    db.close();
    return said;
  }
}

const audit = new Audit();
audit.copy(true);

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const ms = (ns) => Math.round(ns / 1e5) / 10;
const stats = () => ({
  delayP50: ms(delay.percentile(50)),
  delayP99: ms(delay.percentile(99)),
  delayMax: ms(delay.max),
  rssMB: Math.round(process.memoryUsage.rss() / 1e5) / 10,
  readings: service.readings,
});

let listening = false;
const log = (level, fields, message) => {
  console.log(JSON.stringify({ at: Date.now(), level, message, ...fields, err: fields.err?.message }));
  if (listening || (message !== 'listening' && !(message === 'connected to the broker' && fields.sessionPresent)))
    return;
  listening = true;
  delay.reset();
  console.log('READY');
};
const service = startService(loadSite(config).site, { log, kernel: kernelOrNull(log) });
service.failure.catch((error) => {
  console.error(error);
  process.exit(1);
});
const polling = setInterval(() => audit.copy(), POLL_MS);
const telling = setInterval(() => {
  console.log('STATS', JSON.stringify(stats()));
}, 1000);

process.once('SIGTERM', async () => {
  clearInterval(polling);
  clearInterval(telling);
  const before = stats();
  const at = performance.now();
  await service.stop();
  const stopMs = Math.round(performance.now() - at);
  audit.copy(true);
  console.log('STATS', JSON.stringify({ ...before, stopMs, integrity: audit.check() }));
  process.exit(0);
});
