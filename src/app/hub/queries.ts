import type { SqlDatabase } from '../../stream/sql.ts';
import type {
  HubAlarm,
  HubIncident,
  HubIncidentsBody,
  HubSentCommand,
  HubSeries,
  HubSite,
  HubSitesBody,
  Severity,
} from '../dashboard/contract/hub.ts';

/** Rows of a list on a page. */
const MAX_ROWS = 200;
const MAX_SERIES = 1_000;
const MAX_ALERTS = 100;

interface SiteRow {
  readonly site: string;
  readonly status: string | null;
  readonly heard_at: number;
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

/** All sites: those with trouble first. `missing`: those that the hub has found missing. */
export async function sitesOf(db: SqlDatabase, missing: readonly string[]): Promise<readonly HubSite[]> {
  const rows = await db.read<SiteRow>(`${SITES} ORDER BY s.site`);
  const known = new Set(rows.map(({ site }) => site));
  const never = missing
    .filter((site) => !known.has(site))
    .map((site): SiteRow => ({ site, status: null, heard_at: 0, version: null, series: 0, alarms: 0, critical: 0 }));
  const order = { missing: 0, offline: 1, online: 2 } as const;
  return [...rows, ...never]
    .map((row) => siteOf(row, missing))
    .toSorted((a, b) => order[a.state] - order[b.state] || b.critical - a.critical || b.alarms - a.alarms);
}

export async function siteNamed(db: SqlDatabase, site: string, missing: readonly string[]): Promise<HubSite | null> {
  const [row] = await db.read<SiteRow>(`${SITES} WHERE s.site = $1`, [site]);
  return (row as SiteRow | undefined) === undefined ? null : siteOf(row, missing);
}

const siteOf = ({ site, status, heard_at, ...rest }: SiteRow, missing: readonly string[]): HubSite => ({
  ...rest,
  site,
  state: missing.includes(site) ? 'missing' : status === 'offline' ? 'offline' : 'online',
  heardAt: heard_at === 0 ? null : heard_at,
});

export const alertsOf = (db: SqlDatabase): Promise<HubSitesBody['alerts']> =>
  db.read(
    `SELECT subject, about, opened_at AS "openedAt", reason FROM hub_alert WHERE closed_at IS NULL ORDER BY opened_at DESC LIMIT ${MAX_ALERTS}`,
  );

/** The incidents of all sites, or of one: open ones first, then the newest. */
export async function incidentsOf(
  db: SqlDatabase,
  filter: { readonly open: boolean; readonly severity: Severity | null },
): Promise<HubIncidentsBody> {
  const rows = await db.read<Omit<HubIncident, 'closed'> & { closed: number }>(
    `SELECT site, id, severity, start_at AS "startAt", end_at AS "endAt", closed, episodes, reason FROM hub_incident
      WHERE closed <= $1 AND ($2 = '' OR severity = $2) ORDER BY closed, start_at DESC LIMIT ${MAX_ROWS + 1}`,
    [filter.open ? 0 : 1, filter.severity ?? ''],
  );
  const incidents = rows.slice(0, MAX_ROWS).map(({ closed, ...row }) => ({ ...row, closed: closed === 1 }));
  return { incidents, more: rows.length > MAX_ROWS };
}

export async function alarmsOf(db: SqlDatabase, site: string): Promise<readonly HubAlarm[]> {
  const rows = await db.read<Omit<HubAlarm, 'closed'> & { closed: number }>(
    `SELECT id, series, severity, kind, opened_at AS "openedAt", closed, reason FROM hub_alarm WHERE site = $1
      ORDER BY closed, opened_at DESC LIMIT 50`,
    [site],
  );
  return rows.map(({ closed, ...row }) => ({ ...row, closed: closed === 1 }));
}

export async function seriesOf(db: SqlDatabase, site: string): Promise<readonly HubSeries[]> {
  const rows = await db.read<Omit<HubSeries, 'anomaly'> & { anomaly: number }>(
    `SELECT slug, label, phase, value, expected, unit, anomaly, at FROM hub_series WHERE site = $1
      ORDER BY anomaly DESC, slug LIMIT ${MAX_SERIES}`,
    [site],
  );
  return rows.map(({ anomaly, ...row }) => ({ ...row, anomaly: anomaly === 1 }));
}

export const commandsOf = (db: SqlDatabase, site: string): Promise<readonly HubSentCommand[]> =>
  db.read(
    'SELECT id, command, series, sender, at, status, text FROM hub_command WHERE site = $1 ORDER BY at DESC LIMIT 20',
    [site],
  );
