import type { Decimal } from './number-text.ts';

export interface RecordingOptions {
  /** The time column, or the columns of date and time of day; without it the first that reads as times. */
  readonly time?: string | readonly string[] | undefined;
  /** The form of the times in the letters of strftime, where it is not recognised. */
  readonly timeFormat?: string | undefined;
  /** The value columns, in this order; without them every other column whose first cell is a number. */
  readonly values?: readonly string[] | undefined;
  /** Columns that are not values. */
  readonly ignore?: readonly string[] | undefined;
  /** Names of label columns, in any case: the first that is there marks the rows, and none is a value unless it is one of `values`. */
  readonly labels?: readonly string[] | undefined;
  /** The column that names the series of each row: one reading a row. */
  readonly series?: string | undefined;
  /** The decimal sign, where numbers do not show it. */
  readonly decimal?: Decimal | undefined;
  /** Also rows whose time cannot be read, and all rows in the order of the file. */
  readonly everyRow?: boolean | undefined;
  /** `auto` takes the one of `,` `;` tab and `|` that the first line has most of. */
  readonly delimiter?: string | undefined;
}

export interface RecordingRow {
  /** Epoch ms; NaN where the time cannot be read and `everyRow` is set. */
  readonly at: number;
  /** The time as it stands in the file. */
  readonly time: string;
  /** One for each value column, in their order; NaN where the cell is missing or not a number. */
  readonly values: Float64Array;
  /** Whether the label column marks the row: a number that is not 0, or `true`. */
  readonly label: boolean;
  /** Number of the row in the file, 1 for the first one. */
  readonly row: number;
}
