import type { Calendar } from '../../detect/forecast/calendar.ts';
import { CommandLog } from '../../io/sqlite/tables/command-log.ts';
import type { Label } from '../../stream/ports/ports.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonLine, minute, table } from '../terminal/format.ts';
import { readDatabase, type DatabaseOptions } from '../read-database.ts';
import { faultsIn } from '../site-labels.ts';

export interface LabelsOptions extends DatabaseOptions {
  readonly series?: string;
  readonly windows: boolean;
  readonly json: boolean;
}

/** `zankyo labels`: lists the operator's answers about alarms and times. Only reads; the service may be running. */
export function labels({ series, windows, json, ...options }: LabelsOptions): number {
  return readDatabase(options, (db, calendar) => {
    const found = new CommandLog(db).labels(series);
    if (windows) console.log(windowsJson(found));
    else if (json) for (const label of found) console.log(jsonLine(label));
    else console.log(found.length === 0 ? 'No labels.' : labelTable(found, calendar));
    return EXIT.ok;
  });
}

/** In the form of NAB's combined_windows.json, for `evaluate --windows`: the faults of each series, as those of `<series>.csv`. */
function windowsJson(found: readonly Label[]): string {
  const all = [...new Set(found.map(({ series }) => series))].map((name) => [
    `${name}.csv`,
    faultsIn(found.filter(({ series }) => series === name)).map((window) =>
      window.map((at) => new Date(at).toISOString()),
    ),
  ]);
  return JSON.stringify(Object.fromEntries(all), null, 2);
}

const labelTable = (found: readonly Label[], calendar: Calendar): string => {
  const rows = found.map(({ series, kind, from, until, event, note, id }) => [
    series,
    kind,
    minute(from, calendar),
    minute(until, calendar),
    event ?? '–',
    id,
    note ?? '',
  ]);
  return table(['series', 'said', 'from', 'until', 'alarm', 'command', 'note'], rows, []);
};
