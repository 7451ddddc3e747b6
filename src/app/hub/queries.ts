import {
  listedAlarms,
  listedAlerts,
  listedCommands,
  listedIncidents,
  listedSeries,
  MAX_INCIDENTS,
  MAX_PAGE,
  type IncidentFilter,
} from '../../io/hub/lists.ts';
import { countedSite, countedSites, type CountedSite } from '../../io/hub/sites.ts';
import type { SqlDatabase } from '../../stream/ports/sql.ts';
import type {
  HubAlarm,
  HubIncidentsBody,
  HubSentCommand,
  HubSeries,
  HubSite,
  HubSiteBody,
  HubSitesBody,
} from '../dashboard/contract/hub.ts';
import type { HealthRow } from './readers.ts';

/** Sites of one page. */
const PAGE = 200;

/**
 * A page of the sites, those with trouble first, and figures over all. `missing`: those that the hub has found missing. `filter`: a part
 * of the name.
 */
export async function sitesOf(
  db: SqlDatabase,
  missing: readonly string[],
  { filter, page }: { readonly filter: string; readonly page: number },
): Promise<Pick<HubSitesBody, 'sites' | 'all' | 'found' | 'more'>> {
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
  const isMissing = new Set(missing);
  const sites = [...rows, ...never].map((row) => siteOf(row, isMissing));
  const found = sites
    .filter(({ site }) => site.includes(filter))
    .toSorted((a, b) => order[a.state] - order[b.state] || b.critical - a.critical || b.alarms - a.alarms);
  return {
    sites: found.slice(page * PAGE, (page + 1) * PAGE),
    found: found.length,
    more: found.length > (page + 1) * PAGE,
    all: {
      sites: sites.length,
      missing: sites.filter(({ state }) => state === 'missing').length,
      alarms: sites.reduce((sum, site) => sum + site.alarms, 0),
    },
  };
}

/** A site, and how many workers had a part in the last health of its cluster: null for a service on one machine. */
export async function siteNamed(
  db: SqlDatabase,
  site: string,
  missing: readonly string[],
): Promise<Pick<HubSiteBody, 'site' | 'workers'> | null> {
  const row = await countedSite(db, site);
  if (row === undefined) return null;
  const { health, ...counted } = row;
  const { workers = null } = health === null ? {} : (JSON.parse(health) as Partial<HealthRow>);
  return { site: siteOf(counted, new Set(missing)), workers };
}

const siteOf = ({ site, status, heard_at, ...rest }: CountedSite, missing: ReadonlySet<string>): HubSite => ({
  ...rest,
  site,
  state: missing.has(site) ? 'missing' : status === 'offline' ? 'offline' : 'online',
  heardAt: heard_at === 0 ? null : heard_at,
});

export const alertsOf = (db: SqlDatabase): Promise<HubSitesBody['alerts']> => listedAlerts(db);

/** The incidents of all sites: open ones first, then the newest. */
export async function incidentsOf(db: SqlDatabase, filter: IncidentFilter): Promise<HubIncidentsBody> {
  const rows = await listedIncidents(db, filter);
  const incidents = rows.slice(0, MAX_INCIDENTS).map(({ closed, ...row }) => ({ ...row, closed: closed === 1 }));
  return { incidents, more: rows.length > MAX_INCIDENTS && filter.page < MAX_PAGE };
}

export async function alarmsOf(db: SqlDatabase, site: string): Promise<readonly HubAlarm[]> {
  return (await listedAlarms(db, site)).map(({ closed, ...row }) => ({ ...row, closed: closed === 1 }));
}

export async function seriesOf(db: SqlDatabase, site: string): Promise<readonly HubSeries[]> {
  return (await listedSeries(db, site)).map(({ anomaly, ...row }) => ({ ...row, anomaly: anomaly === 1 }));
}

export const commandsOf = (db: SqlDatabase, site: string): Promise<readonly HubSentCommand[]> =>
  listedCommands(db, site);
