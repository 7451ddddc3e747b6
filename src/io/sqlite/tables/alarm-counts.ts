import type { Database } from '../database.ts';

/** How many alarms of each series started since a time, epoch ms. */
export const alarmCounts = (db: Database, since: number): ReadonlyMap<string, number> =>
  new Map(
    db
      .prepare<[number], { series: string; n: number }>(
        'SELECT series, count(*) AS n FROM anomaly WHERE start_at >= ? GROUP BY series',
      )
      .all(since)
      .map(({ series, n }) => [series, n]),
  );

/** When the newest row of the journal was written, epoch ms; null where there is none. */
export const lastWritten = (db: Database): number | null =>
  db.prepare<[], { at: number | null }>('SELECT max(at) AS at FROM journal').get()!.at;
