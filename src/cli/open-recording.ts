import { calendarsOf } from '../app/calendars.ts';
import type { ReplayCalendar } from '../app/replay.ts';
import { loadSite } from '../config/load.ts';
import type { Tuning } from '../config/schema/tuning.ts';
import { tuningFrom } from '../config/tuning-words.ts';
import { AppError } from '../errors.ts';
import { readLabelWindows, windowsFor, type TimeWindow } from '../io/files/label-windows.ts';
import { openRecording, type Recording, type RecordingFile } from '../io/files/recording.ts';
import { count } from './terminal/format.ts';
import { plain } from './terminal/plain.ts';
import { columnsOf, LABELS, type ColumnCommandOptions, type RecordingCommandOptions } from './recording-options.ts';

/** A recording whose label columns, if it has some, are not values. */
export const openUnlabelled = (file: string, options: ColumnCommandOptions): Promise<RecordingFile> =>
  openRecording(file, { ...columnsOf(options), labels: LABELS });

/** A recording with its label column, if it has one; throws when one is named that is not there, or one marks rows with words. */
export async function openLabelled(file: string, options: RecordingCommandOptions): Promise<RecordingFile> {
  const { label, windows } = options;
  const labels = label === undefined ? LABELS : [label, ...LABELS];
  const opened = await openRecording(file, { ...columnsOf(options), labels });
  const { label: found, labelText } = opened.read();
  const problem =
    label !== undefined && found?.toLowerCase() !== label.toLowerCase()
      ? `has no column of labels "${label}"; name one with --label`
      : found !== null && labelText !== null && windows === undefined
        ? `has labels in the column "${found}" that begin with "${labelText}": write 1 for a row of a fault and 0 for another one, or true and false`
        : null;
  if (problem === null) return opened;
  opened.close();
  throw new AppError('recording_unreadable', `${file} ${problem}`);
}

/** Sentences on how a recording was read, where an operator could expect something else. */
export const readingNotes = ({ notes }: Recording): readonly string[] => notes.map(plain);

/** A sentence that names the label columns, where there are some. */
export const labelNotes = ({ labels }: Recording): readonly string[] =>
  labels.length === 0 ? [] : [`Label columns, not learned: ${labels.map(plain).join(', ')}.`];

/** Sentences that count rows and cells that were not used, where there are some. */
export function leftOutNotes({
  skippedRows = 0,
  lateRows = 0,
  unreadableCells = 0,
}: Partial<LeftOutCounts>): readonly string[] {
  const sentence = (n: number, one: string, what: string): string[] =>
    n === 0 ? [] : [`Left out: ${count(n, one)}${what}.`];
  return [
    ...sentence(skippedRows, 'row', ' without a readable time'),
    ...sentence(lateRows, 'row', ' not later than a row before'),
    ...sentence(unreadableCells, 'unreadable cell', ''),
  ];
}

interface LeftOutCounts {
  readonly skippedRows: number;
  readonly lateRows: number;
  readonly unreadableCells: number;
}

/** The name of a recording in a sentence. */
export const nameOf = (file: string): string => (file === '-' ? 'Standard input' : file);

/** The windows of a recording; null where none are asked for, and throws where it has none, not even an empty list. */
export function windowsOf(
  file: string,
  { windows }: Pick<RecordingCommandOptions, 'windows'>,
): readonly TimeWindow[] | null {
  if (windows === undefined) return null;
  const own = windowsFor(file, readLabelWindows(windows));
  if (own === null)
    throw new AppError('recording_unreadable', `${windows} has no windows for ${file}, not even an empty list`);
  return own;
}

/** The tuning of a site file, if there is one. */
export const siteTuning = (config: string | undefined): Partial<Tuning> =>
  config === undefined ? {} : loadSite(config).site.tuning;

/** How a replay follows a site file, if there is one: its tuning, and its time zone, maintenance windows and holidays. */
export function siteReplay(config: string | undefined): SiteReplay {
  if (config === undefined) return { tuning: {}, calendar: undefined };
  const { site } = loadSite(config);
  return { tuning: site.tuning, calendar: { timezone: site.timezone, ...calendarsOf(site) } };
}

interface SiteReplay {
  readonly tuning: Partial<Tuning>;
  readonly calendar: ReplayCalendar | undefined;
}

/** The same with the options of `--tuning` in place of those of the file. */
export function tunedReplay({ config, tuning }: Pick<RecordingCommandOptions, 'config' | 'tuning'>): SiteReplay {
  const site = siteReplay(config);
  return { ...site, tuning: { ...site.tuning, ...tuningFrom(tuning) } };
}
