import type { Command } from 'commander';
import type { RecordingOptions } from '../io/files/recording.ts';

/*
 * Only words: these are read at each start of the program, and the service on a Pi has no use for what opens recordings.
 */

/** Which columns of a recording are what, the same for all commands that read one. */
export interface ColumnCommandOptions {
  readonly time?: string;
  readonly columns?: string[];
  readonly ignore?: string[];
  readonly delimiter?: string;
}

/** How a recording is read and run, the same for the commands that judge one. */
export interface RecordingCommandOptions extends ColumnCommandOptions {
  /** A site file whose tuning is used. */
  readonly config?: string;
  /** `option=value`, over that. */
  readonly tuning: string[];
  /** The column of labels. */
  readonly label?: string;
  /** A JSON file of windows, in NAB's form, instead of a column. */
  readonly windows?: string;
  readonly json: boolean;
}

/** Columns that are labels by their names, and no measurement. */
export const LABELS = ['anomaly', 'label', 'is_anomaly', 'changepoint'];
/** The usual ones, as an operator is told. */
export const LABELS_SOUGHT = LABELS.slice(0, 3).join(', ');

const collect = (word: string, words: string[]): string[] => [...words, word];

export const withColumnOptions = (command: Command, ignored = 'columns to leave out, such as labels'): Command =>
  command
    .option('-t, --time <column>', 'the column of times (default: the first that reads as one)')
    .option('-v, --columns <names...>', 'the columns of values (default: all that are numbers)')
    .option('-x, --ignore <names...>', ignored)
    .option('-d, --delimiter <char>', 'what separates columns (default: found out)');

export const withRecordingOptions = (command: Command): Command =>
  withColumnOptions(
    command
      .option('-c, --config <file>', 'a site file with the tuning')
      .option('--tuning <option=value>', 'an option of the tuning, as in a site file; may be repeated', collect, [])
      .option('-l, --label <column>', `the column of labels (default: the first of ${LABELS_SOUGHT})`),
    'columns to leave out',
  )
    .option('-w, --windows <file>', "labels as windows of time instead, in the form of NAB's combined_windows.json")
    .option('--json', 'as one JSON object', false);

export const columnsOf = ({ time, columns, ignore, delimiter }: ColumnCommandOptions): RecordingOptions => ({
  time,
  values: columns,
  ignore,
  delimiter,
});
