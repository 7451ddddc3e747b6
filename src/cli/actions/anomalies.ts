import { AnomalyLog } from '../../io/sqlite/tables/anomaly-log.ts';
import { EXIT } from '../exit-codes.ts';
import { anomalyLine, jsonLine } from '../terminal/format.ts';
import { timeOf } from '../time-option.ts';
import { readDatabase, type DatabaseOptions } from '../read-database.ts';

export interface AnomaliesOptions extends DatabaseOptions {
  /** A duration back from now, such as "2d", or an ISO 8601 time. */
  readonly since?: string;
  readonly series?: string;
  readonly limit: number;
  readonly json: boolean;
}

/** `zankyo anomalies`: lists the stored anomalies, newest first. Only reads; the service may be running. */
export function anomalies({ since, series, limit, json, ...options }: AnomaliesOptions): number {
  return readDatabase(options, (db, calendar) => {
    const log = new AnomalyLog(db, { quarantineRows: 0 });
    let count = 0;
    for (const anomaly of log.list({
      since: since === undefined ? undefined : timeOf(since, '--since'),
      series,
      limit,
    })) {
      console.log(json ? jsonLine(anomaly) : anomalyLine(anomaly, calendar));
      count++;
    }
    if (count === 0 && !json) console.log('No anomalies.');
    return EXIT.ok;
  });
}
