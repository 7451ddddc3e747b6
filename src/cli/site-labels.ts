import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { AppError } from '../errors.ts';
import type { TimeWindow } from '../io/files/label-windows.ts';
import type { Recording } from '../io/files/recording.ts';
import { CommandLog } from '../io/sqlite/tables/command-log.ts';
import type { Label } from '../stream/ports/ports.ts';
import { slugify } from '../stream/names/slug.ts';
import { count } from './terminal/format.ts';
import { readDatabase } from './read-database.ts';
import type { RecordingCommandOptions } from './recording-options.ts';
import { loadServiceSite } from './service-site.ts';

/** The times of all faults, reported or missed, in order; those that overlap are one. */
export function faultsIn(labels: readonly Label[]): readonly TimeWindow[] {
  const windows: [number, number][] = [];
  const faults = labels.filter(({ kind }) => kind !== 'normal').toSorted((a, b) => a.from - b.from);
  for (const { from, until } of faults) {
    const last = windows.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], until);
    else windows.push([from, until]);
  }
  return windows;
}

/**
 * The answers of the operator as the labels of a recording that has none of its own: of the series that its columns or its file
 * are named after. Null where there are none: no site file, no database here, or no answer about these series. `note` gets a
 * sentence about them.
 */
export function siteWindows(
  file: string,
  recording: Pick<Recording, 'label' | 'values'>,
  { config, windows, label }: Pick<RecordingCommandOptions, 'config' | 'windows' | 'label'>,
  note: (sentence: string) => void,
): readonly TimeWindow[] | null {
  if (config === undefined || windows !== undefined || label !== undefined || recording.label !== null) return null;
  const { database } = loadServiceSite(config);
  if (!existsSync(database)) return null;
  const names = new Set([...recording.values, basename(file, extname(file))].map(slugify));
  let own: readonly Label[];
  try {
    const labels = readDatabase({ database }, (db) => new CommandLog(db).labels());
    own = labels.filter(({ series, stream }) => names.has(series) || names.has(stream));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    note(`The labels of the site are not used: ${error.message}.`);
    return null;
  }
  if (own.length === 0) return null;
  const faults = faultsIn(own);
  const normal = own.filter(({ kind }) => kind === 'normal').length;
  note(
    `Labels from ${database}: ${count(faults.length, 'fault')}, ${count(normal, 'alarm')} that ${normal === 1 ? 'was' : 'were'} normal.`,
  );
  return faults;
}
