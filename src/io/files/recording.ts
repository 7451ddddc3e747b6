import { CsvError } from 'csv-parse';
import { AppError } from '../../errors.ts';
import { openCsv } from './csv-table.ts';
import { openJsonLines } from './json-table.ts';
import { HOME_ASSISTANT, widen } from './long-table.ts';
import { isMqttLog, openMqttLog } from './mqtt-log-table.ts';
import { isMissing, readsAsNumber } from './number-text.ts';
import type { RecordingOptions, RecordingRow } from './recording-row.ts';
import { SortedRows } from './sorted-rows.ts';
import { openSource, type Source } from './source.ts';
import { isLabel, surveyOf, type Layout } from './survey.ts';
import type { Cells, Table } from './table.ts';
import { timeKindOf } from './time-text.ts';

export type { RecordingOptions, RecordingRow } from './recording-row.ts';

/** The rows of a recording, which can be read once. The counts grow while they are read. */
export interface Recording extends AsyncIterable<RecordingRow> {
  /** Name of the time column. */
  readonly time: string;
  readonly values: readonly string[];
  /** The column of labels, null where there is none. */
  readonly label: string | null;
  /** All columns of labels that are not among the values. */
  readonly labels: readonly string[];
  /** The text with which the column of labels begins; null where it begins with a number or with true or false. */
  readonly labelText: string | null;
  /** Number of rows that will come. */
  readonly rows: number;
  /** How the file was understood, where that is not obvious: a sentence each. */
  readonly notes: readonly string[];
  readonly bytesTotal: number;
  readonly bytesRead: number;
  /** Rows whose time cannot be read: left out, unless `everyRow` is set. */
  readonly skippedRows: number;
  /** Cells that hold something, but not a number. */
  readonly unreadableCells: number;
}

/** A recording whose columns and order are known. Each `read` gives its rows once more. */
export interface RecordingFile {
  read(): Recording;
  close(): void;
}

/**
 * Opens a recording: CSV with a header line, JSON lines, or the output of `mosquitto_sub`; `-` is standard input. The file is read
 * once to decide from whole columns how dates and numbers are written and whether the rows are in the order of time. If they are
 * not, they are sorted in a temporary file. Memory is bounded whatever the size. Times without an offset are UTC.
 *
 * Rejects, and a failure while rows are read throws, with an `AppError` `recording_unreadable` that names the file and the reason.
 */
export async function openRecording(path: string, options: RecordingOptions = {}): Promise<RecordingFile> {
  let source: Source | undefined;
  try {
    source = await openSource(path);
    const table = await openTable(path, source, options);
    const layout = await surveyOf(table, options, refusal(path));
    if (options.everyRow === true || layout.order === null) return new PlainFile(path, source, table, layout, options);
    const plain = new PlainFile(path, source, table, layout, options);
    const once = plain.read();
    const { newestFirst } = layout.order;
    const sorted = await SortedRows.of(once, { width: layout.values.length, newestFirst });
    return new SortedFile(plain, once, sorted, layout);
  } catch (error) {
    source?.close();
    throw readable(path, error);
  }
}

/** The rows of a recording that is read once. */
export const readRecording = async (path: string, options?: RecordingOptions): Promise<Recording> =>
  (await openRecording(path, options)).read();

/** More than a header needs. A file without a line end in so many bytes is no recording. */
const HEAD_BYTES = 64 * 1024;

async function openTable(path: string, source: Source, options: RecordingOptions): Promise<Table> {
  const refuse = refusal(path);
  const head = (await source.head(HEAD_BYTES)).toString();
  const line = head
    .replace(/^\ufeff/, '')
    .trimStart()
    .split('\n', 1)[0]
    .trimEnd();
  if (line === '') throw refuse('is empty: its first line should name the columns');
  if (line.startsWith('[')) throw refuse('is a JSON list: write one object a line, for example with jq -c ".[]"');
  if (isMqttLog(line)) return openMqttLog(source, refuse);
  if (line.startsWith('{')) return widenIfLong(openJsonLines(source, refuse), options, refuse);
  const table = await openCsv(source, head, options.delimiter ?? 'auto');
  if (table === null) throw refuse('is empty: its first line should name the columns');
  const nameless = table.columns.every((name) => name === '' || readsAsNumber(name) || timeKindOf(name) !== null);
  if (nameless) throw refuse('has no header: its first line should name the columns');
  return widenIfLong(table, options, refuse);
}

async function widenIfLong(
  table: Table,
  { series, labels = [], time }: RecordingOptions,
  refuse: (why: string) => Error,
): Promise<Table> {
  if (table.columns.length === 0) for await (const cells of table.rows(() => undefined)) if (cells !== null) break;
  const has = (name: string): boolean => table.columns.includes(name);
  const homeAssistant = has(HOME_ASSISTANT.series) && has(HOME_ASSISTANT.time) && has('state');
  const key = series ?? (homeAssistant ? HOME_ASSISTANT.series : null);
  if (key === null) return table;
  if (!has(key)) throw refuse(`has no column "${key}"; its columns are ${table.columns.join(', ')}`);
  const named = typeof time === 'string' ? [time] : (time ?? []);
  const shared = table.columns.filter((name) => named.includes(name) || isLabel(name, labels));
  return (await widen(table, { series: key, shared }, refuse)) ?? table;
}

/** Rows in the order of the file. */
class PlainFile implements RecordingFile {
  readonly path: string;
  readonly source: Source;
  private readonly table: Table;
  private readonly layout: Layout;
  private readonly everyRow: boolean;

  constructor(path: string, source: Source, table: Table, layout: Layout, { everyRow = false }: RecordingOptions) {
    this.path = path;
    this.source = source;
    this.table = table;
    this.layout = layout;
    this.everyRow = everyRow;
  }

  read(): Recording {
    const { layout, source } = this;
    const counts = { bytesRead: 0, skippedRows: 0, unreadableCells: 0 };
    const onRead = (bytes: number): void => {
      counts.bytesRead += bytes;
    };
    const rows = this.rows(counts, onRead);
    const joined = this.table.long && !this.everyRow && layout.order === null ? joinTimes(rows) : rows;
    return recordingOf(layout, source.bytesTotal, this.everyRow ? layout.allRows : layout.rows, counts, joined);
  }

  close(): void {
    this.source.close();
  }

  private async *rows(counts: Counts, onRead: (bytes: number) => void): AsyncGenerator<RecordingRow, void, undefined> {
    const { layout, everyRow } = this;
    let row = 0;
    try {
      for await (const cells of this.table.rows(onRead)) {
        row++;
        const time = cells === null ? '' : layout.timeText(cells);
        const at = layout.timeOf(time);
        if (Number.isNaN(at)) counts.skippedRows++;
        if (everyRow || !Number.isNaN(at))
          yield { at, time, values: this.numbers(cells ?? [], counts), label: layout.marked(cells ?? []), row };
      }
    } catch (error) {
      throw readable(this.path, error);
    }
  }

  private numbers(cells: Cells, counts: Counts): Float64Array {
    const { valueColumns, readers } = this.layout;
    const numbers = new Float64Array(valueColumns.length);
    for (let i = 0; i < numbers.length; i++) {
      const cell = cells[valueColumns[i]] ?? '';
      numbers[i] = readers[i](cell);
      if (Number.isNaN(numbers[i]) && !isMissing(cell)) counts.unreadableCells++;
    }
    return numbers;
  }
}

/** Rows that were sorted by time. */
class SortedFile implements RecordingFile {
  private readonly plain: PlainFile;
  private readonly once: Counts;
  private readonly sorted: SortedRows;
  private readonly layout: Layout;

  constructor(plain: PlainFile, once: Counts, sorted: SortedRows, layout: Layout) {
    this.plain = plain;
    this.once = once;
    this.sorted = sorted;
    this.layout = layout;
  }

  read(): Recording {
    const { layout, sorted } = this;
    const { skippedRows, unreadableCells } = this.once;
    const { bytesTotal } = this.plain.source;
    const counts = { bytesRead: 0, skippedRows, unreadableCells };
    const rows = async function* (): AsyncGenerator<RecordingRow, void, undefined> {
      let read = 0;
      for (const row of sorted) {
        counts.bytesRead = Math.round((bytesTotal * ++read) / layout.rows);
        yield await Promise.resolve(row);
      }
    };
    return recordingOf(layout, bytesTotal, layout.rows, counts, layout.long ? joinTimes(rows()) : rows());
  }

  close(): void {
    this.sorted.close();
    this.plain.close();
  }
}

interface Counts {
  bytesRead: number;
  skippedRows: number;
  unreadableCells: number;
}

const recordingOf = (
  { time, values, label, labels, labelText, notes }: Layout,
  bytesTotal: number,
  rows: number,
  counts: Counts,
  content: AsyncGenerator<RecordingRow, void, undefined>,
): Recording => ({
  time,
  values,
  label,
  labels,
  labelText,
  notes,
  rows,
  bytesTotal,
  get bytesRead() {
    return counts.bytesRead;
  },
  get skippedRows() {
    return counts.skippedRows;
  },
  get unreadableCells() {
    return counts.unreadableCells;
  },
  [Symbol.asyncIterator]: () => content,
});

/** Joins neighbouring rows of the same time that hold values of different columns. */
async function* joinTimes(rows: AsyncIterable<RecordingRow>): AsyncGenerator<RecordingRow, void, undefined> {
  let last = null as RecordingRow | null;
  for await (const row of rows) {
    const { at, values, label } = row;
    const before = last;
    if (before?.at === at && values.every((value, i) => Number.isNaN(value) || Number.isNaN(before.values[i]))) {
      values.forEach((value, i) => {
        if (!Number.isNaN(value)) before.values[i] = value;
      });
      last = { ...before, label: before.label || label };
    } else {
      if (before !== null) yield before;
      last = row;
    }
  }
  if (last !== null) yield last;
}

const refusal =
  (path: string) =>
  (why: string): AppError =>
    new AppError('recording_unreadable', `${path} ${why}`);

const readable = (path: string, error: unknown): AppError => {
  if (error instanceof AppError) return error;
  const refuse = (why: string): AppError => new AppError('recording_unreadable', `${path} ${why}`, { cause: error });
  if (error instanceof CsvError) return refuse(`is not a CSV file that can be read: ${error.message}`);
  const { code, message } = error as Error & { code?: string };
  switch (code) {
    case 'ENOENT':
      return refuse('does not exist');
    case 'EISDIR':
      return refuse('is a directory; name a file');
    case 'EACCES':
    case 'EPERM':
      return refuse('may not be read by this user');
    default:
      return refuse(`cannot be read: ${message}`);
  }
};
