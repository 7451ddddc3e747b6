import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Anomaly } from '../../../src/detect/episode/anomaly.ts';
import type { Incident } from '../../../src/detect/episode/incidents.ts';
import { AnomalyLog } from '../../../src/io/sqlite/tables/anomaly-log.ts';
import { openDatabase, type Database } from '../../../src/io/sqlite/database.ts';

/** A database of its own for a test. */
export const opened = (): Database => {
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-dashboard-'));
  const db = openDatabase(join(directory, 'zankyo.db'));
  onTestFinished(() => {
    db.close();
    rmSync(directory, { recursive: true });
  });
  return db;
};

/** Stores episodes and the incidents that they name. */
export const store = (db: Database, alarms: readonly Anomaly[]): void => {
  db.transaction(() => {
    put(db, alarms);
  })();
};

function put(db: Database, alarms: readonly Anomaly[]): void {
  const log = new AnomalyLog(db, { quarantineRows: 0 });
  for (const anomaly of alarms)
    log.record({ anomaly, at: anomaly.endAt ?? anomaly.openedAt, receivedAt: anomaly.endAt ?? anomaly.openedAt });
  for (const id of new Set(alarms.flatMap(({ incident }) => incident ?? []))) {
    const own = alarms.filter(({ incident }) => incident === id);
    const first = own.find((alarm) => alarm.id === id) ?? own[0];
    const open = own.filter(({ endAt }) => endAt === null).length;
    const incident: Incident = {
      id,
      startAt: Math.min(...own.map(({ startAt }) => startAt)),
      endAt: open > 0 ? null : Math.max(...own.map(({ endAt }) => endAt!)),
      severity: first.severity,
      episodes: own.length,
      open,
      series: own.map(({ series }) => series),
      reason: first.reason,
    };
    log.recordIncident({ phase: open > 0 ? 'opened' : 'closed', at: first.startAt, incident });
  }
}
