import type { Site } from '../config/schema/site.ts';
import { Calendar, UTC } from '../detect/forecast/calendar.ts';
import { AppError } from '../errors.ts';
import { openDatabase, type Database } from '../io/sqlite/database.ts';
import { zoneOffset } from '../stream/time/time-zone.ts';
import { loadServiceSite } from './service-site.ts';

/** Which database a command reads: that of a site file, or a file. */
export interface DatabaseOptions {
  readonly config?: string;
  readonly database?: string;
}

/**
 * Opens the database read-only, while the service may be running, and closes it after `read`. `calendar`: the wall clock of the
 * site; UTC without a site file. `site` is null without one. Throws an `AppError` `usage` when neither is given.
 */
export function readDatabase<T>(
  { config, database }: DatabaseOptions,
  read: (db: Database, calendar: Calendar, site: Site | null) => T,
): T {
  const site = config === undefined ? null : loadServiceSite(config);
  const path = database ?? site?.database;
  if (path === undefined) throw new AppError('usage', 'which database? Give -c SITE.yaml or --database FILE');
  const calendar = typeof site?.timezone === 'string' ? new Calendar(zoneOffset(site.timezone)) : UTC;
  const db = openDatabase(path, { readonly: true });
  try {
    return read(db, calendar, site);
  } finally {
    db.close();
  }
}
