import type { SqlDatabase } from '../../stream/ports/sql.ts';

export interface HeardSite {
  readonly site: string;
  readonly status: string | null;
  /** 0: unknown. */
  readonly heard_at: number;
}

export const heardSites = (db: SqlDatabase): Promise<readonly HeardSite[]> =>
  db.read('SELECT site, status, heard_at FROM hub_site');

/** The last health of the sites that are not offline and have sent no message since `before`. */
export const silentSites = (
  db: SqlDatabase,
  before: number,
): Promise<readonly (Omit<HeardSite, 'status'> & { readonly health: string })[]> =>
  db.read(
    `SELECT site, heard_at, health FROM hub_site
      WHERE heard_at < $1 AND health IS NOT NULL AND (status IS NULL OR status <> 'offline')`,
    [before],
  );

/** The sites are offline, except those that have sent a message meanwhile. */
export const setOffline = (db: SqlDatabase, sites: readonly Omit<HeardSite, 'status'>[]): Promise<void> =>
  db.write(
    sites.map(({ site, heard_at }) => ({
      text: `UPDATE hub_site SET status = 'offline' WHERE site = $1 AND heard_at = $2`,
      values: [site, heard_at],
    })),
  );

/** Undefined for a site that is not known. */
export async function siteStatus(
  db: SqlDatabase,
  site: string,
): Promise<{ readonly status: string | null } | undefined> {
  const [row] = await db.read<{ status: string | null }>('SELECT status FROM hub_site WHERE site = $1', [site]);
  return row;
}

/** A site with the number of its series, of its open alarms, and of those that are critical. */
export interface CountedSite extends HeardSite {
  readonly version: string | null;
  readonly series: number;
  readonly alarms: number;
  readonly critical: number;
}

export interface OpenAlarms {
  readonly site: string;
  readonly alarms: number;
  readonly critical: number;
}

/** Sites that have open alarms. */
const OPEN_ALARMS = `SELECT site, count(*) AS alarms, sum(CASE WHEN severity = 'critical' THEN 1 ELSE 0 END) AS critical
  FROM hub_alarm WHERE closed = 0 GROUP BY site`;

/** All sites. Counted for all at once, because a query for each site would read all its alarms. */
export async function countedSites(db: SqlDatabase): Promise<readonly CountedSite[]> {
  const sites = await db.read<HeardSite & { version: string | null }>(
    'SELECT site, status, heard_at, version FROM hub_site ORDER BY site',
  );
  const series = new Map(
    (
      await db.read<{ site: string; series: number }>(
        'SELECT site, count(*) AS series FROM hub_series GROUP BY site ORDER BY site',
      )
    ).map((row) => [row.site, row.series]),
  );
  const open = new Map((await db.read<OpenAlarms>(OPEN_ALARMS)).map((row) => [row.site, row]));
  return sites.map((row) => ({
    ...row,
    series: series.get(row.site) ?? 0,
    alarms: open.get(row.site)?.alarms ?? 0,
    critical: open.get(row.site)?.critical ?? 0,
  }));
}

/** With its last health, as JSON; null where none was stored. Undefined for a site that is not known. */
export async function countedSite(
  db: SqlDatabase,
  site: string,
): Promise<(CountedSite & { readonly health: string | null }) | undefined> {
  const [row] = await db.read<CountedSite & { readonly health: string | null }>(
    `SELECT s.site, s.status, s.heard_at, s.version, s.health,
      (SELECT count(*) FROM hub_series r WHERE r.site = s.site) AS series,
      (SELECT count(*) FROM hub_alarm a WHERE a.site = s.site AND a.closed = 0) AS alarms,
      (SELECT count(*) FROM hub_alarm a WHERE a.site = s.site AND a.closed = 0 AND a.severity = 'critical') AS critical
      FROM hub_site s WHERE s.site = $1`,
    [site],
  );
  return row;
}
