import type { SqlDatabase } from '../../stream/ports/sql.ts';
import type { HubDayRow } from './batch.ts';

/** The time of the stored state of each series. */
export const stateTimes = (
  db: SqlDatabase,
): Promise<readonly { readonly site: string; readonly slug: string; readonly at: number }[]> =>
  db.read('SELECT site, slug, at FROM hub_series');

export const seriesUnits = (
  db: SqlDatabase,
): Promise<readonly { readonly site: string; readonly slug: string; readonly unit: string }[]> =>
  db.read('SELECT site, slug, unit FROM hub_series ORDER BY site, slug');

/** The sums of the days from `first` until before `end`; days since 1970. */
export const daysBetween = (db: SqlDatabase, first: number, end: number): Promise<readonly HubDayRow[]> =>
  db.read('SELECT * FROM hub_day WHERE day >= $1 AND day < $2', [first, end]);

/** An alarm that opened since a time. Not counted in SQL: SQLite would read all alarms in the order of the groups. */
export const alarmsSince = (
  db: SqlDatabase,
  since: number,
): Promise<readonly { readonly site: string; readonly series: string }[]> =>
  db.read('SELECT site, series FROM hub_alarm WHERE opened_at >= $1', [since]);
