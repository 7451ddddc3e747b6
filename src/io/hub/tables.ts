import { AppError } from '../../errors.ts';
import type { SqlDatabase, SqlStatement } from '../../stream/ports/sql.ts';

/** Version of the tables. A newer one is refused. */
const VERSION = 1;

/*
 * The tables of a hub, the same in SQLite and PostgreSQL. Times are epoch ms. Key of everything is the site, then the id that the site
 * has given: ids of two sites may be equal.
 */
const TABLES: readonly SqlStatement[] = [
  { text: `CREATE TABLE IF NOT EXISTS hub_version (version BIGINT NOT NULL)`, values: [] },
  {
    text: `CREATE TABLE IF NOT EXISTS hub_site (
    site TEXT PRIMARY KEY, status TEXT, heard_at BIGINT NOT NULL, version TEXT, health TEXT)`,
    values: [],
  },
  {
    text: `CREATE TABLE IF NOT EXISTS hub_series (
    site TEXT NOT NULL, slug TEXT NOT NULL, at BIGINT NOT NULL, phase TEXT NOT NULL, value DOUBLE PRECISION,
    expected DOUBLE PRECISION, score DOUBLE PRECISION, unit TEXT NOT NULL, label TEXT, anomaly BIGINT NOT NULL,
    PRIMARY KEY (site, slug))`,
    values: [],
  },
  {
    text: `CREATE TABLE IF NOT EXISTS hub_day (
    site TEXT NOT NULL, slug TEXT NOT NULL, day BIGINT NOT NULL, count BIGINT NOT NULL,
    sum DOUBLE PRECISION NOT NULL, squares DOUBLE PRECISION NOT NULL, PRIMARY KEY (site, slug, day))`,
    values: [],
  },
  { text: `CREATE INDEX IF NOT EXISTS hub_day_day ON hub_day (day)`, values: [] },
  {
    text: `CREATE TABLE IF NOT EXISTS hub_alarm (
    site TEXT NOT NULL, id TEXT NOT NULL, at BIGINT NOT NULL, closed BIGINT NOT NULL, stream TEXT NOT NULL,
    series TEXT NOT NULL, label TEXT, kind TEXT NOT NULL, severity TEXT NOT NULL, start_at BIGINT NOT NULL,
    opened_at BIGINT NOT NULL, end_at BIGINT, score DOUBLE PRECISION, value DOUBLE PRECISION,
    expected DOUBLE PRECISION, unit TEXT NOT NULL, reason TEXT NOT NULL, incident TEXT, PRIMARY KEY (site, id))`,
    values: [],
  },
  { text: `CREATE INDEX IF NOT EXISTS hub_alarm_opened ON hub_alarm (opened_at)`, values: [] },
  // For the page of a site, and for the numbers of open alarms of all sites.
  { text: `DROP INDEX IF EXISTS hub_alarm_open`, values: [] },
  { text: `CREATE INDEX IF NOT EXISTS hub_alarm_site ON hub_alarm (site, closed, opened_at DESC)`, values: [] },
  { text: `CREATE INDEX IF NOT EXISTS hub_alarm_now ON hub_alarm (closed, site, severity)`, values: [] },
  {
    text: `CREATE TABLE IF NOT EXISTS hub_incident (
    site TEXT NOT NULL, id TEXT NOT NULL, at BIGINT NOT NULL, closed BIGINT NOT NULL, severity TEXT NOT NULL,
    start_at BIGINT NOT NULL, end_at BIGINT, episodes BIGINT NOT NULL, open BIGINT NOT NULL, series TEXT NOT NULL,
    reason TEXT NOT NULL, PRIMARY KEY (site, id))`,
    values: [],
  },
  // In the order of the page, so that it reads the rows that it shows and no others.
  { text: `DROP INDEX IF EXISTS hub_incident_open`, values: [] },
  { text: `CREATE INDEX IF NOT EXISTS hub_incident_list ON hub_incident (closed, start_at DESC)`, values: [] },
  {
    text: `CREATE INDEX IF NOT EXISTS hub_incident_severity ON hub_incident (severity, closed, start_at DESC)`,
    values: [],
  },
  {
    text: `CREATE TABLE IF NOT EXISTS hub_command (
    id TEXT PRIMARY KEY, site TEXT NOT NULL, series TEXT, command TEXT NOT NULL, sender TEXT NOT NULL, at BIGINT NOT NULL,
    status TEXT, code TEXT, text TEXT, replied_at BIGINT)`,
    values: [],
  },
  {
    text: `CREATE TABLE IF NOT EXISTS hub_alert (
    id TEXT PRIMARY KEY, about TEXT NOT NULL, subject TEXT NOT NULL, opened_at BIGINT NOT NULL, closed_at BIGINT,
    reason TEXT NOT NULL, unsent BIGINT NOT NULL)`,
    values: [],
  },
  // SQLite knows no BYTEA and stores bytes as bytes in it.
  {
    text: `CREATE TABLE IF NOT EXISTS hub_learned (
    site TEXT NOT NULL, stream TEXT NOT NULL, stored_at BIGINT NOT NULL, at BIGINT NOT NULL, samples BIGINT NOT NULL,
    version BIGINT NOT NULL, shape TEXT NOT NULL, series TEXT NOT NULL, units TEXT NOT NULL, size BIGINT NOT NULL,
    sha256 TEXT NOT NULL, content BYTEA NOT NULL, PRIMARY KEY (site, stream, stored_at))`,
    values: [],
  },
  {
    text: `CREATE TABLE IF NOT EXISTS hub_transfer (
    id TEXT PRIMARY KEY, site TEXT NOT NULL, direction TEXT NOT NULL, sender TEXT NOT NULL, at BIGINT NOT NULL,
    status TEXT NOT NULL, text TEXT NOT NULL, streams TEXT NOT NULL, ended_at BIGINT)`,
    values: [],
  },
  { text: `CREATE INDEX IF NOT EXISTS hub_transfer_site ON hub_transfer (site, at DESC)`, values: [] },
];

/** Makes the tables that are missing. Throws `database_unusable` where a newer zankyo made them. */
export async function prepareTables(db: SqlDatabase): Promise<void> {
  await db.write(TABLES);
  const [row] = await db.read<{ version: number }>('SELECT version FROM hub_version');
  if ((row as { version: number } | undefined) === undefined)
    await db.write([{ text: 'INSERT INTO hub_version (version) VALUES ($1)', values: [VERSION] }]);
  else if (row.version > VERSION)
    throw new AppError(
      'database_unusable',
      `a newer zankyo wrote the database of the hub (version ${row.version}): upgrade this one`,
    );
}
