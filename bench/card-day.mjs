// How much of a site is written to the card in a day: the pipeline, the ledger and the database of the service in simulated time, with
// the messages as fast as they can be processed, by the counters of this process. The broker and the timers are left out: a
// transaction is made at each `commit.every`, as with a broker that sends any number of messages ahead of acknowledgements.
// node bench/card-day.mjs '{"storage":"gentle"}' SERIES PERIOD_SECONDS DAYS
import { Buffer } from 'node:buffer';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subject } from 'rxjs';

const built = (path) => import(new URL(`../dist/${path}`, import.meta.url).href);
const written = () => Number(/^write_bytes: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))[1]);
const SECOND = 1000,
  MINUTE = 60 * SECOND,
  DAY = 1440 * MINUTE;
const HEARTBEAT = 5 * SECOND;

const [options, series, period, days] = [JSON.parse(process.argv[2]), ...process.argv.slice(3).map(Number)];
const { siteSchema } = await built('config/schema/site.js');
const { withStorageDefaults } = await built('config/schema/storage.js');
const { openStore } = await built('app/store.js');
const { Ledger } = await built('io/ledger/ledger.js');
const { ServiceHistory } = await built('app/service/history.js');
const { pipeline } = await built('app/pipeline.js');
const { loadKernel } = await built('io/files/kernel-file.js');

const directory = mkdtempSync(join(tmpdir(), 'zankyo-card-'));
const site = siteSchema.parse(
  withStorageDefaults({
    site: 'card',
    mqtt: { url: 'mqtt://localhost' },
    inputs: [{ topic: 'card/+', name: '{1}' }],
    max_series: series,
    database: join(directory, 'zankyo.db'),
    ...options,
  }),
);
const quiet = (level, fields, message) => {
  if (level === 'error') console.error(message, fields);
};
const start = Date.UTC(2026, 0, 5);
const { db, snapshots, anomalyLog, housekeeping } = openStore(site, quiet, start);
const ledger = new Ledger(db, {
  everyMs: 1e9,
  acknowledge: () => undefined,
  makeRoom: () => false,
  log: quiet,
  onUnusable: (error) => {
    throw error;
  },
});
const memory = site.history.storage === 'memory' ? mkdtempSync('/dev/shm/zankyo-card-') : null;
const histories = new ServiceHistory(db, quiet, { RUNTIME_DIRECTORY: memory ?? '' });
const nothing = () => undefined;
const alerts = { state: nothing, event: nothing, incident: nothing, habit: nothing, mode: nothing };
const messages$ = new Subject();
const clock$ = new Subject();
const ports = { messages$, alerts, anomalyLog, snapshots, ledger, history: histories.of(site) };
const subscription = pipeline(site, ports, { log: quiet, kernel: loadKernel(), clock$ }).subscribe();

const marks = [];
let [committed, tidied] = [start, start];
const step = (period * SECOND) / series;
for (let n = 0, beat = start; n * step < days * DAY; n++) {
  const now = start + n * step;
  if (now - start >= marks.length * DAY) marks.push(written());
  for (; beat <= now; beat += HEARTBEAT) clock$.next(beat);
  const s = n % series,
    t = n / series;
  const value = 20 + 5 * Math.sin(t / (200 + 10 * s)) + 0.1 * Math.sin(12.9898 * n);
  messages$.next({
    topic: `card/s${s}`,
    payload: Buffer.from(value.toFixed(3)),
    receivedAt: now,
    retained: false,
    redelivered: false,
    receipt: { id: 1 + (n % 65_535), connection: 1 },
  });
  if (now - committed >= site.commit.every) {
    ledger.commit(true);
    committed = now;
  }
  if (now - tidied >= MINUTE) {
    housekeeping.step(now);
    histories.step(now);
    tidied = now;
  }
}
marks.push(written());
const { commits } = ledger;
subscription.unsubscribe();
ledger.close();
histories.close();
db.close();
for (const path of [directory, memory ?? directory]) rmSync(path, { recursive: true, force: true });
const aDay = marks.slice(1).map((mark, i) => mark - marks[i]);
console.log(
  JSON.stringify({
    aDay,
    commits: commits.count / days,
    commitEvery: site.commit.every,
    snapshotEvery: site.snapshots.every,
  }),
);
