import type { Command } from 'commander';
import { tuningFrom } from '../config/tuning-words.ts';
import { loadSite } from '../config/load.ts';
import type { Tuning } from '../config/schema.ts';
import { AppError } from '../errors.ts';
import { readLabelWindows, windowsFor, type TimeWindow } from '../io/label-windows.ts';
import { readRecording, type Recording } from '../io/recording.ts';

/** How a recording is read and run, the same for the commands that judge one. */
export interface RecordingCommandOptions {
  /** A site file whose tuning is used. */
  readonly config?: string;
  /** `option=value`, over that. */
  readonly tuning: string[];
  readonly time?: string;
  readonly columns?: string[];
  readonly ignore?: string[];
  readonly delimiter?: string;
  /** The column of labels. */
  readonly label?: string;
  /** A JSON file of windows, in NAB's form, instead of a column. */
  readonly windows?: string;
  readonly json: boolean;
}

/** Columns that are labels by their names, and no measurement. */
export const LABELS = ['anomaly', 'label', 'is_anomaly', 'changepoint'];

const collect = (word: string, words: string[]): string[] => [...words, word];

export const withRecordingOptions = (command: Command): Command =>
  command
    .option('-c, --config <file>', 'a site file whose tuning to use')
    .option('--tuning <option=value>', 'an option of the tuning, as in a site file; may be repeated', collect, [])
    .option('-l, --label <column>', `the column of labels (default: the first of ${LABELS.slice(0, 3).join(', ')})`)
    .option('-t, --time <column>', 'the column of times (default: the first that reads as one)')
    .option('-v, --columns <names...>', 'the columns of values (default: all that are numbers)')
    .option('-x, --ignore <names...>', 'columns to leave out')
    .option('-d, --delimiter <char>', 'what separates columns (default: found out)')
    .option('-w, --windows <file>', "labels as windows of time instead, in the form of NAB's combined_windows.json")
    .option('--json', 'as one JSON object', false);

/** A recording with its label column, if it has one; throws when one is named that is not there. */
export async function openLabelled(file: string, options: RecordingCommandOptions): Promise<Recording> {
  const { time, columns: values, ignore, delimiter, label } = options;
  const labels = label === undefined ? LABELS : [label, ...LABELS];
  const recording = await readRecording(file, { time, values, ignore, delimiter, labels });
  if (label === undefined || recording.label === label) return recording;
  throw new AppError('recording_unreadable', `${file} has no column of labels "${label}"; name one with --label`);
}

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

export const tuningOf = ({ config, tuning }: Pick<RecordingCommandOptions, 'config' | 'tuning'>): Partial<Tuning> => ({
  ...(config === undefined ? {} : loadSite(config).site.tuning),
  ...tuningFrom(tuning),
});
