import type { Command } from 'commander';
import { tuningFrom } from '../config/tuning-words.ts';
import { loadSite } from '../config/load.ts';
import type { Tuning } from '../config/schema.ts';

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
  readonly separate: boolean;
  /** The column of labels. */
  readonly label?: string;
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
    .option('-s, --separate', 'learn each column by itself instead of all as one group', false);

export const tuningOf = ({ config, tuning }: Pick<RecordingCommandOptions, 'config' | 'tuning'>): Partial<Tuning> => ({
  ...(config === undefined ? {} : loadSite(config).site.tuning),
  ...tuningFrom(tuning),
});
