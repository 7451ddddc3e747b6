import { existsSync } from 'node:fs';
import type { Site } from '../config/schema/site.ts';
import { AnomalyLog } from '../io/sqlite/tables/anomaly-log.ts';
import { Ballast } from '../io/sqlite/upkeep/ballast.ts';
import type { Database } from '../io/sqlite/database.ts';
import { Housekeeping } from '../io/sqlite/upkeep/housekeeping.ts';
import { SteadyClock } from '../io/sqlite/steady-clock.ts';
import { openRecovered } from '../io/sqlite/upkeep/recovery.ts';
import { Retention } from '../io/sqlite/upkeep/retention.ts';
import { SnapshotStore } from '../io/sqlite/snapshots/snapshot-store.ts';
import type { Log } from '../log.ts';

/** The stores with limits from the site file. */
export interface LimitedStores {
  readonly anomalyLog: AnomalyLog;
  readonly housekeeping: Housekeeping;
}

/** The database and the stores in it, except the ledger, which needs a broker. */
export interface Store extends LimitedStores {
  readonly db: Database;
  /** Which times deletions trust. */
  readonly clock: SteadyClock;
  readonly snapshots: SnapshotStore;
}

/** Opens a site's database, recovered if it has to be. Throws an `AppError` when it cannot be used. */
export function openStore(site: Site, log: Log, now: number): Store {
  const isNew = !existsSync(site.database);
  const db = openRecovered(site.database, now, ({ damaged, problem, salvaged }) => {
    const { anomalies, incidents, streams } = salvaged;
    log(
      'error',
      { code: 'database_damaged', database: site.database, damaged, problem, anomalies, incidents, streams },
      'the database was damaged; the file was renamed, and all rows that could be read are in a new one',
    );
  });
  // A start with another path, or in another directory, makes a new database. The log says so, because the learned state seems lost then.
  if (isNew)
    log('info', { database: site.database }, 'there was no database: it is new, and nothing has been learned yet');
  const clock = new SteadyClock();
  return { db, clock, snapshots: new SnapshotStore(db), ...limitedStores(db, site, clock, log) };
}

/** A history in memory leaves the one on the disk as it is: its blocks go with their age. */
const maxHistoryBytes = ({ enabled, storage, maxMegabytes }: Site['history']): number =>
  !enabled ? 0 : storage === 'memory' ? Infinity : maxMegabytes * 1e6;

/** The stores with the limits of a site; anew for a site file that was read again, with the clock of before, which needs hours to trust a time. */
export function limitedStores(
  db: Database,
  { quarantine: { rows }, retention: { keep, maxMegabytes }, history, database }: Site,
  clock: SteadyClock,
  log: Log,
): LimitedStores {
  const onQuarantineFull = (): void => {
    log('warn', { rows }, 'the quarantine is full; each new rejected message replaces the oldest one');
  };
  const limits = {
    maxAgeMs: keep === 'forever' ? null : keep,
    maxBytes: maxMegabytes * 1e6,
    maxHistoryBytes: maxHistoryBytes(history),
  };
  const retention = new Retention(db, limits, clock);
  return {
    anomalyLog: new AnomalyLog(db, { quarantineRows: rows, onQuarantineFull }),
    housekeeping: new Housekeeping(db, retention, new Ballast(database)),
  };
}
