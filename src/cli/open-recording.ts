import { loadSite } from '../config/load.ts';
import type { Tuning } from '../config/schema.ts';
import { tuningFrom } from '../config/tuning-words.ts';
import { AppError } from '../errors.ts';
import { readLabelWindows, windowsFor, type TimeWindow } from '../io/files/label-windows.ts';
import { readRecording, type Recording } from '../io/files/recording.ts';
import { columnsOf, LABELS, type RecordingCommandOptions } from './recording-options.ts';

/** A recording with its label column, if it has one; throws when one is named that is not there. */
export async function openLabelled(file: string, options: RecordingCommandOptions): Promise<Recording> {
  const { label } = options;
  const labels = label === undefined ? LABELS : [label, ...LABELS];
  const recording = await readRecording(file, { ...columnsOf(options), labels });
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
  ...siteTuning(config),
  ...tuningFrom(tuning),
});

/** The tuning of a site file, if there is one. */
export const siteTuning = (config: string | undefined): Partial<Tuning> =>
  config === undefined ? {} : loadSite(config).site.tuning;
