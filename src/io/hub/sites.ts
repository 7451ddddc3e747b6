import type { SqlDatabase } from '../../stream/sql.ts';

export interface HeardSite {
  readonly site: string;
  readonly status: string | null;
  /** 0: unknown. */
  readonly heard_at: number;
}

export const heardSites = (db: SqlDatabase): Promise<readonly HeardSite[]> =>
  db.read('SELECT site, status, heard_at FROM hub_site');

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

const SITES = `SELECT s.site, s.status, s.heard_at, s.version,
  (SELECT count(*) FROM hub_series r WHERE r.site = s.site) AS series,
  (SELECT count(*) FROM hub_alarm a WHERE a.site = s.site AND a.closed = 0) AS alarms,
  (SELECT count(*) FROM hub_alarm a WHERE a.site = s.site AND a.closed = 0 AND a.severity = 'critical') AS critical
  FROM hub_site s`;

export const countedSites = (db: SqlDatabase): Promise<readonly CountedSite[]> => db.read(`${SITES} ORDER BY s.site`);

/** Undefined for a site that is not known. */
export async function countedSite(db: SqlDatabase, site: string): Promise<CountedSite | undefined> {
  const [row] = await db.read<CountedSite>(`${SITES} WHERE s.site = $1`, [site]);
  return row;
}
