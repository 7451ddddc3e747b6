import { InvalidArgumentError, Option, type Command } from 'commander';
import type { RecordingOptions } from '../io/files/recording.ts';

/*
 * Only words: these are read at each start of the program, and the service on a Pi has no use for the code that opens recordings.
 */

/** How the columns of a recording are read, the same for all commands that read one. */
export interface ColumnCommandOptions {
  /** The time column, or the columns of date and time of day. */
  readonly time?: string[];
  readonly timeFormat?: string;
  readonly columns?: string[];
  readonly ignore?: string[];
  readonly series?: string;
  readonly decimal?: '.' | ',';
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

/** Columns that are labels by their names, in any case, and no measurement. */
export const LABELS = ['anomaly', 'label', 'is_anomaly', 'changepoint'];
/** The usual ones, as they are named to an operator. */
export const LABELS_SOUGHT = LABELS.slice(0, 3).join(', ');

const collect = (word: string, words: string[]): string[] => [...words, word];

const atMostTwo = (word: string, words: string[] = []): string[] => {
  if (words.length === 2) throw new InvalidArgumentError('Give one column, or one of dates and one of times of day.');
  return [...words, word];
};

export const withColumnOptions = (command: Command): Command =>
  command
    .option(
      '-t, --time <column>',
      'the time column; give it twice for a column of dates and one of times of day (default: the first that reads as times)',
      atMostTwo,
    )
    .option('--time-format <format>', 'the form of the times, in the letters of strftime: "%d.%m.%y %H:%M:%S"')
    .option('-v, --columns <names...>', 'the columns of values (default: all columns of numbers, except labels)')
    .option('-x, --ignore <names...>', 'columns to leave out')
    .option('--series <column>', 'the column that names the series of each row (default: entity_id of Home Assistant)')
    .addOption(
      new Option('--decimal <sign>', 'the decimal sign (default: as the numbers of the file show)').choices(['.', ',']),
    )
    .option('-d, --delimiter <char>', 'the character between columns (default: as the first line shows)');

export const withRecordingOptions = (command: Command): Command =>
  withColumnOptions(
    command
      .option(
        '-c, --config <file>',
        'take the tuning from this site file, and labels from its database where the recording has none',
      )
      .option('--tuning <option=value>', 'an option of the tuning, as in a site file; may be repeated', collect, [])
      .option('-l, --label <column>', `the column of labels (default: the first of ${LABELS_SOUGHT})`),
  )
    .option('-w, --windows <file>', "labels as windows of time instead, in the form of NAB's combined_windows.json")
    .option('--json', 'print one JSON object', false);

export const columnsOf = (options: ColumnCommandOptions): RecordingOptions => {
  const { time, timeFormat, columns, ignore, series, decimal, delimiter } = options;
  return {
    time,
    timeFormat,
    values: columns,
    ignore,
    series,
    decimal,
    delimiter,
  };
};
