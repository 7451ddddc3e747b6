// The history of a hub over years, with a simulated clock: each day its rows are written, and then what is older than `keep` is deleted.
// npm run bench:hub-history [-- --database postgres --sites 100 --series 10 --alarms 2 --keep 400 --days 500]
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { forgetOld } from '../dist/io/hub/retention.js';
import { prepareTables } from '../dist/io/hub/tables.js';
import { openPostgres } from '../dist/io/postgres/sql-database.js';
import { openSqliteFile } from '../dist/io/sqlite/sql-database.js';
import { openLoader } from '../test/typescript-loader.mjs';
import { fillDay } from './hub/past.mjs';

const { values } = parseArgs({
  options: {
    database: { type: 'string', default: 'sqlite' },
    sites: { type: 'string', default: '100' },
    series: { type: 'string', default: '10' },
    alarms: { type: 'string', default: '2' },
    keep: { type: 'string', default: '400' },
    days: { type: 'string', default: '500' },
  },
});
const [sites, series, alarms, keep, days] = ['sites', 'series', 'alarms', 'keep', 'days'].map((name) =>
  Number(values[name]),
);
const DAY_MS = 86_400_000;
const FIRST = Math.floor(Date.UTC(2026, 0, 1) / DAY_MS);

const cleanUps = [];
try {
  let db;
  let bytes;
  if (values.database === 'postgres') {
    const loader = await openLoader();
    cleanUps.push(() => loader.close());
    const { startPostgres } = await loader.ssrLoadModule('/test/integration/postgres.ts');
    const server = await startPostgres();
    cleanUps.push(() => server.stop());
    db = await openPostgres({ ...server, tls: false, onError: () => undefined });
    const size =
      "SELECT sum(pg_total_relation_size(oid))::bigint AS n FROM pg_class WHERE relname LIKE 'hub_%' AND relkind = 'r'";
    bytes = async () => (await db.read(size))[0].n;
  } else {
    const directory = mkdtempSync(join(tmpdir(), 'zankyo-bench-hub-history-'));
    cleanUps.push(() => rmSync(directory, { recursive: true, force: true }));
    const file = join(directory, 'hub.db');
    db = openSqliteFile(file);
    bytes = async () => statSync(file).size;
  }
  cleanUps.push(() => db.close());
  await prepareTables(db);
  const names = Array.from({ length: sites }, (_, i) => `site-${i}`);
  const rows = async () =>
    Promise.all(
      ['hub_day', 'hub_alarm', 'hub_incident'].map(
        async (table) => (await db.read(`SELECT count(*) AS n FROM ${table}`))[0].n,
      ),
    );
  let slowest = 0;
  for (let day = 0; day < days; day++) {
    await fillDay(db, names, { series, alarms, day: FIRST + day });
    const began = performance.now();
    await forgetOld(db, (FIRST + day + 1 - keep) * DAY_MS);
    slowest = Math.max(slowest, performance.now() - began);
    if ((day + 1) % 100 !== 0 && day + 1 !== days && day + 1 !== keep) continue;
    const [sums, episodes, incidents] = await rows();
    console.log(
      `day ${day + 1}: ${sums} daily sums, ${episodes} alarms, ${incidents} incidents, ${((await bytes()) / 1e6).toFixed(1)} MB`,
    );
  }
  console.log(`the slowest deletion took ${slowest.toFixed(0)} ms`);
} finally {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
}
