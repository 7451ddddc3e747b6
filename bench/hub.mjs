// A hub with 1,000 sites: a real Mosquitto, a real database, and the messages of the service over a connection for each site.
// npm run bench:hub [-- --database postgres --sites 1000 --series 10 --seconds 60 --days 400 --outage 1440 --broker recommended]
//   --days: days of alarms that the database has already; --outage: minutes for which the sites were away; --broker default: Mosquitto's limits
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
/* global fetch */
import { openLoader } from '../test/typescript-loader.mjs';
import { openPostgres } from '../dist/io/postgres/sql-database.js';
import { openSqliteFile } from '../dist/io/sqlite/sql-database.js';
import { measurePages } from './hub/pages.mjs';
import { fill } from './hub/past.mjs';
import { Sites } from './hub/sites.mjs';

const { values } = parseArgs({
  options: {
    database: { type: 'string', default: 'sqlite' },
    sites: { type: 'string', default: '1000' },
    series: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '60' },
    days: { type: 'string', default: '400' },
    outage: { type: 'string', default: '1440' },
    broker: { type: 'string', default: 'recommended' },
    'no-pages': { type: 'boolean', default: false },
  },
});
const [sites, series, seconds, days, outage] = ['sites', 'series', 'seconds', 'days', 'outage'].map((name) =>
  Number(values[name]),
);
/** Alarms of a site in a day. */
const ALARMS = 2;
const STATE_EVERY_S = 10;
const HEALTH_EVERY_S = 60;
const MINUTE_MS = 60_000;
const CLOSED = 'SELECT count(*) AS n FROM hub_alarm WHERE closed = 1';
/** Linux counts CPU time in hundredths of a second. */
const TICK_MS = 10;
/** As docs/hub.md has them for the central broker. */
const LIMITS = ['max_inflight_messages 1000', 'max_queued_messages 1000000'];

const loader = await openLoader();
const cleanUps = [() => loader.close()];
const cleanUp = async () => {
  for (const each of cleanUps.splice(0).reverse()) await each();
};
const say = (text) => console.log(text);

async function main() {
  const { startMosquitto, freePort } = await loader.ssrLoadModule('/test/integration/mosquitto.ts');
  const { startPostgres } = await loader.ssrLoadModule('/test/integration/postgres.ts');
  const broker = await startMosquitto({ config: values.broker === 'default' ? [] : LIMITS });
  cleanUps.push(() => broker.stop());
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-bench-hub-'));
  cleanUps.push(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'hub.db');
  const server = values.database === 'postgres' ? await startPostgres() : null;
  if (server !== null) cleanUps.push(() => server.stop());
  const open = () =>
    server === null ? openSqliteFile(file) : openPostgres({ ...server, tls: false, onError: () => undefined });
  const port = await freePort();
  const hubFile = {
    database: file,
    mqtt: { url: broker.url },
    http: { listen: `127.0.0.1:${port}` },
    log: { level: 'warn' },
    ...(server === null ? {} : { postgres: { url: server.url, username: server.username, password: server.password } }),
  };
  writeFileSync(join(directory, 'hub.yaml'), JSON.stringify(hubFile), { mode: 0o600 });
  const start = () => startHub(directory);

  say(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, load ${loadavg()[0].toFixed(1)}`);
  say(`${sites} sites with ${series} series, ${values.database}, Mosquitto with ${values.broker} limits`);
  let hub = await start();
  const db = await open();
  cleanUps.push(() => db.close());
  const count = async (text) => (await db.read(text))[0].n;
  const bytes = async () =>
    server === null
      ? statSync(file).size
      : count(
          "SELECT sum(pg_total_relation_size(oid)) AS n FROM pg_class WHERE relname LIKE 'hub_%' AND relkind = 'r'",
        );
  const load = new Sites(broker.url, sites, series);
  cleanUps.push(() => load.close());
  if (days > 0) {
    const before = await bytes();
    const began = performance.now();
    await fill(db, load.names, { series, days, alarms: ALARMS });
    if (server !== null) await db.write([{ text: 'ANALYZE', values: [] }]);
    const grown = (await bytes()) - before;
    say(
      `${days} days with ${ALARMS} alarms a day and site: ${mb(grown)}, ${mb(grown / days)} a day (filled in ${secs(began)})`,
    );
    await hub.stop();
    hub = await start();
  }

  await load.connect();
  await hub.until(sites);
  let before = hub.usage();
  const startedAt = performance.now();
  await steady(load, startedAt);
  await load.settled();
  const played = total(load.sent);
  await hub.until(played);
  const took = performance.now() - startedAt;
  say(
    `a usual minute: ${(((played - sites) / took) * 1000).toFixed(0)} messages a second taken in, ` +
      `${((100 * (hub.usage().cpu - before.cpu)) / took).toFixed(1)} % of a core, ${mb(hub.usage().rss)} resident`,
  );

  if (!values['no-pages']) {
    const pages = await measurePages(`http://127.0.0.1:${port}`, () => steady(load, performance.now()));
    for (const line of pages) say(line);
    await load.settled();
    await hub.until(total(load.sent));
  }

  load.cut();
  await sleep(3000);
  const closedBefore = await count(CLOSED);
  const alarmsBefore = await count('SELECT count(*) AS n FROM hub_alarm');
  const storedBefore = await hub.stored();
  before = hub.usage();
  const commitsBefore = await hub.commits();
  const sentBefore = total(load.sent);
  const backAt = performance.now();
  await load.connect();
  const backlog = Math.ceil((ALARMS * outage) / 1440);
  const now = Date.now();
  for (let i = 0; i < sites; i++) {
    for (let n = 0; n < backlog; n++) load.alarm(i, 1_000_000 + n, now - outage * MINUTE_MS + n * MINUTE_MS);
    for (let d = 0; d < series; d++) load.state(i, d, now);
    load.health(i, now);
  }
  await load.settled();
  const sent = total(load.sent) - sentBefore;
  const publishedMs = performance.now() - backAt;
  const complete = await hub.until(storedBefore + sent, true);
  const storedMs = performance.now() - backAt;
  const [commits, commitSeconds] = (await hub.commits()).map((value, i) => value - commitsBefore[i]);
  const stored = (await hub.stored()) - storedBefore;
  const perMessage = ((hub.usage().cpu - before.cpu) / stored).toFixed(3);
  say(`${commits} transactions, ${commitSeconds.toFixed(1)} s in them; ${perMessage} ms of processor time a message`);
  const alarms = (await count('SELECT count(*) AS n FROM hub_alarm')) - alarmsBefore;
  const closed = (await count(CLOSED)) - closedBefore;
  say(
    `after an outage of ${outage} min all sites at once: ${sent} messages, published in ${(publishedMs / 1000).toFixed(1)} s, ` +
      `${complete ? `stored after ${(storedMs / 1000).toFixed(1)} s` : `NOT all stored: ${(await hub.stored()) - storedBefore}`}, ` +
      `${((((await hub.stored()) - storedBefore) / storedMs) * 1000) | 0} a second, ${((100 * (hub.usage().cpu - before.cpu)) / storedMs).toFixed(0)} % of a core, ` +
      `${mb(hub.usage().rss)} resident, at most ${mb(hub.usage().peak)}; ${alarms} of ${backlog * sites} alarms there, ${closed} closed`,
  );
  await hub.stop();
}

/** A usual time: the states of all series every 10 s, health every minute, evenly spread. */
async function steady(load, startedAt) {
  const STEPS = 100; // a second
  for (let step = 0; step < seconds * STEPS; step++) {
    const at = Date.now();
    for (let k = step % (STATE_EVERY_S * STEPS); k < sites * series; k += STATE_EVERY_S * STEPS)
      load.state(k % sites, Math.floor(k / sites), at);
    for (let i = step % (HEALTH_EVERY_S * STEPS); i < sites; i += HEALTH_EVERY_S * STEPS) load.health(i, at);
    const due = startedAt + ((step + 1) * 1000) / STEPS;
    if (due > performance.now()) await sleep(due - performance.now());
  }
}

async function startHub(directory) {
  const main = new URL('../dist/cli/main.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, 'hub', '-c', 'hub.yaml'], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.on('data', (chunk) => process.stderr.write(chunk));
  cleanUps.push(() => child.kill('SIGKILL'));
  const proc = (name) => readFileSync(`/proc/${child.pid}/${name}`, 'utf8');
  const { http } = JSON.parse(readFileSync(join(directory, 'hub.yaml'), 'utf8'));
  // The server may close a connection that waits, just when it is used again.
  const get = () => fetch(`http://${http.listen}/metrics`);
  const text = async () => (await get().catch(get)).text();
  const stored = async () => {
    const found = [...(await text()).matchAll(/^zankyo_hub_messages_total\{kind="\w+"\} (\d+)$/gm)];
    return found.reduce((sum, [, n]) => sum + Number(n), 0);
  };
  for (;;) {
    if (child.exitCode !== null) throw new Error('the hub has ended');
    const ready = await fetch(`http://${http.listen}/readyz`).catch(() => null);
    if (ready?.ok) break;
    await sleep(100);
  }
  return {
    stored,
    /** Transactions, and the time in them, s. */
    commits: async () => {
      const figures = await text();
      const of = (name) => Number(new RegExp(`^zankyo_hub_${name} (\\S+)$`, 'm').exec(figures)[1]);
      return [of('commits_total'), of('commit_seconds_total')];
    },
    /** Waits until so many messages are stored; false where none came for 5 s. */
    until: async (wanted, mayFail = false) => {
      let [last, lastAt] = [-1, performance.now()];
      for (;;) {
        const n = await stored();
        if (n >= wanted) return true;
        if (n !== last) [last, lastAt] = [n, performance.now()];
        else if (performance.now() - lastAt > 5000) {
          if (mayFail) return false;
          throw new Error(`${n} of ${wanted} messages are stored, and no more come`);
        }
        await sleep(100);
      }
    },
    usage: () => {
      const stat = proc('stat').split(') ')[1].split(' ');
      const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(proc('status'))[1]);
      const cpu = (Number(stat[11]) + Number(stat[12])) * TICK_MS;
      return { cpu, rss: kib('VmRSS') * 1024, peak: kib('VmHWM') * 1024 };
    },
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

const total = (sent) => Object.values(sent).reduce((sum, n) => sum + n, 0);
const mb = (bytes) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
const secs = (since) => `${((performance.now() - since) / 1000).toFixed(0)} s`;

try {
  await main();
} finally {
  await cleanUp();
}
