import { heardSites, setOffline, silentSites, type HeardSite } from '../../io/hub/sites.ts';
import type { SqlDatabase } from '../../stream/ports/sql.ts';
import type { HubAlerts } from './alerts.ts';
import type { HealthRow } from './readers.ts';

export interface SiteWatchOptions {
  readonly db: SqlDatabase;
  readonly alerts: HubAlerts;
  /** Sites that must be there. */
  readonly expected: readonly string[];
  readonly missingAfterMs: number;
}

/** A cluster publishes its health twice a minute. */
const SILENT_MS = 60_000;

/** Finds sites that are missing: silent for too long. A cluster has no last will, and is offline when its last health has expired. */
export class HubSiteWatch {
  private readonly options: SiteWatchOptions;

  constructor(options: SiteWatchOptions) {
    this.options = options;
  }

  /** `listeningSince`: since when the hub has been connected; silence before that is its own. */
  async check(now: number, listeningSince: number): Promise<void> {
    const { db, alerts, expected, missingAfterMs } = this.options;
    await this.expire(now, listeningSince);
    const rows = await heardSites(db);
    const known = new Set(rows.map(({ site }) => site));
    const never = expected
      .filter((site) => !known.has(site))
      .map((site): HeardSite => ({ site, status: null, heard_at: 0 }));
    for (const row of [...rows, ...never]) {
      const { site, heard_at } = row;
      const silentMs = now - Math.max(heard_at, listeningSince);
      if (silentMs > missingAfterMs) await alerts.open('site', site, now, missingText(row));
      else if (alerts.isOpen('site', site) && row.status !== 'offline' && heard_at > now - missingAfterMs)
        await alerts.close('site', site, now, `${site} is back.`);
    }
  }

  private async expire(now: number, listeningSince: number): Promise<void> {
    const silent = await silentSites(this.options.db, now - SILENT_MS);
    const expired = silent.filter(({ heard_at, health }) => {
      const { expire_after: seconds } = JSON.parse(health) as Partial<HealthRow>;
      return seconds !== undefined && now > Math.max(heard_at, listeningSince) + seconds * 1000;
    });
    if (expired.length > 0) await setOffline(this.options.db, expired);
  }
}

function missingText({ site, status, heard_at }: HeardSite): string {
  if (heard_at === 0 && status === null)
    return `${site} is missing: it has never sent a message. Is it installed, and does its broker forward to this one?`;
  const since =
    heard_at === 0 ? 'an unknown time' : `${new Date(heard_at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return status === 'offline'
    ? `${site} is missing since ${since}: it has lost its broker, or was stopped.`
    : `${site} is missing since ${since}: no message arrives. Look at its machine and at the bridge of its broker.`;
}
