import { basename } from 'node:path';
import { refuseUnwritable, writeOut } from '../../app/out-file.ts';
import { headlineOf, periodPage } from '../../app/report/period-page.ts';
import { summaryOf } from '../../app/report/summary.ts';
import { AppError } from '../../errors.ts';
import { readPeriod } from '../../io/sqlite/tables/period.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonLine } from '../terminal/format.ts';
import { readDatabase, type DatabaseOptions } from '../read-database.ts';
import { timeOf } from '../time-option.ts';

export interface ReportOptions extends DatabaseOptions {
  /** A duration back from now, or an ISO 8601 time. */
  readonly since: string;
  readonly until?: string;
  readonly out?: string;
  readonly json: boolean;
}

/** `zankyo report`: what happened on a site in a period, as a page or as numbers. Only reads; the service may be running. */
export function report({ since, until, out, json, ...options }: ReportOptions & { readonly version: string }): number {
  if (out === undefined && !json)
    throw new AppError('usage', 'where to? Give -o REPORT.html, or --json for the numbers');
  const now = Date.now();
  const period = {
    since: timeOf(since, '--since', now),
    until: until === undefined ? now : timeOf(until, '--until', now),
  };
  if (period.since >= period.until)
    throw new AppError('usage', `--since ${since}: is not before the end of the period`);
  if (out !== undefined) refuseUnwritable(out, '--out');
  return readDatabase(options, (db, calendar, site) => {
    const records = readPeriod(db, period);
    const summary = summaryOf(records, period.since);
    if (out !== undefined) {
      const name = site?.site ?? basename(options.database!);
      writeOut(out, periodPage(records, summary, period, { name, calendar, version: options.version }));
    }
    if (json) {
      const [from, to] = [period.since, period.until].map((at) => new Date(at).toISOString());
      console.log(jsonLine({ since: from, until: to, ...summary }));
    } else console.log(`${headlineOf(summary)}.`);
    if (out !== undefined) console.error(`Report: ${out}`);
    return EXIT.ok;
  });
}
