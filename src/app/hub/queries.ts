import {
  listedAlarms,
  listedAlerts,
  listedCommands,
  listedIncidents,
  listedSeries,
  MAX_INCIDENTS,
} from '../../io/hub/lists.ts';
import { countedSite, countedSites, type CountedSite } from '../../io/hub/sites.ts';
import type { SqlDatabase } from '../../stream/sql.ts';
import type {
  HubAlarm,
  HubIncidentsBody,
  HubSentCommand,
  HubSeries,
  HubSite,
  HubSitesBody,
  Severity,
} from '../dashboard/contract/hub.ts';

/** All sites: those with trouble first. `missing`: those that the hub has found missing. */
export async function sitesOf(db: SqlDatabase, missing: readonly string[]): Promise<readonly HubSite[]> {
  const rows = await countedSites(db);
  const known = new Set(rows.map(({ site }) => site));
  const never = missing
    .filter((site) => !known.has(site))
    .map((site): CountedSite => ({
      site,
      status: null,
      heard_at: 0,
      version: null,
      series: 0,
      alarms: 0,
      critical: 0,
    }));
  const order = { missing: 0, offline: 1, online: 2 } as const;
  return [...rows, ...never]
    .map((row) => siteOf(row, missing))
    .toSorted((a, b) => order[a.state] - order[b.state] || b.critical - a.critical || b.alarms - a.alarms);
}

export async function siteNamed(db: SqlDatabase, site: string, missing: readonly string[]): Promise<HubSite | null> {
  const row = await countedSite(db, site);
  return row === undefined ? null : siteOf(row, missing);
}

const siteOf = ({ site, status, heard_at, ...rest }: CountedSite, missing: readonly string[]): HubSite => ({
  ...rest,
  site,
  state: missing.includes(site) ? 'missing' : status === 'offline' ? 'offline' : 'online',
  heardAt: heard_at === 0 ? null : heard_at,
});

export const alertsOf = (db: SqlDatabase): Promise<HubSitesBody['alerts']> => listedAlerts(db);

/** The incidents of all sites: open ones first, then the newest. */
export async function incidentsOf(
  db: SqlDatabase,
  filter: { readonly open: boolean; readonly severity: Severity | null },
): Promise<HubIncidentsBody> {
  const rows = await listedIncidents(db, filter);
  const incidents = rows.slice(0, MAX_INCIDENTS).map(({ closed, ...row }) => ({ ...row, closed: closed === 1 }));
  return { incidents, more: rows.length > MAX_INCIDENTS };
}

export async function alarmsOf(db: SqlDatabase, site: string): Promise<readonly HubAlarm[]> {
  return (await listedAlarms(db, site)).map(({ closed, ...row }) => ({ ...row, closed: closed === 1 }));
}

export async function seriesOf(db: SqlDatabase, site: string): Promise<readonly HubSeries[]> {
  return (await listedSeries(db, site)).map(({ anomaly, ...row }) => ({ ...row, anomaly: anomaly === 1 }));
}

export const commandsOf = (db: SqlDatabase, site: string): Promise<readonly HubSentCommand[]> =>
  listedCommands(db, site);
