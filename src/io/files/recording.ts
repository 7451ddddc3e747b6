import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { AppError } from '../../errors.ts';
import { parseTime } from '../../stream/event-time.ts';
import { parseDecimal, parseNumber } from '../../stream/number.ts';

export interface RecordingOptions {
  /** The time column; without it the first one whose cells read as times. */
  readonly time?: string | undefined;
  /** The value columns, in this order; without them every other column that begins with a number. */
  readonly values?: readonly string[] | undefined;
  /** Columns that are no values, such as labels. */
  readonly ignore?: readonly string[] | undefined;
  /** Columns that are labels: the first one that is there marks the rows, and none of them is a value. */
  readonly labels?: readonly string[] | undefined;
  /** Also rows whose time cannot be read. */
  readonly everyRow?: boolean | undefined;
  /** `auto` takes the one of `,` `;` tab and `|` that the first line has most of. */
  readonly delimiter?: string | undefined;
}

export interface RecordingRow {
  /** Epoch ms; NaN where the time cannot be read and `everyRow` was asked for. */
  readonly at: number;
  /** The time as it stands in the file. */
  readonly time: string;
  /** One a value column, in their order; NaN where the cell is missing or no number. */
  readonly values: Float64Array;
  /** Whether the label column marks the row: a number that is not 0, or `true`. */
  readonly label: boolean;
  /** Number of the row, 1 for the first below the header. */
  readonly row: number;
}

type ColumnOptions = Omit<RecordingOptions, 'delimiter' | 'everyRow'>;

/** A CSV file on its way through memory; its rows can be read once. The counts grow as they are. */
export interface Recording extends AsyncIterable<RecordingRow> {
  readonly time: string;
  readonly values: readonly string[];
  /** The column of labels, null where there is none. */
  readonly label: string | null;
  /** Bytes of the file, null where it is a pipe and nobody knows. */
  readonly bytesTotal: number | null;
  readonly bytesRead: number;
  /** Rows whose time cannot be read: left out, unless `everyRow` was asked for. */
  readonly skippedRows: number;
  /** Cells that hold something, but no number. */
  readonly unreadableCells: number;
}

const DELIMITERS = [',', ';', '\t', '|'];
/** Far more than a header needs; what has no line end by then is no CSV file. */
const HEAD_BYTES = 64 * 1024;
/** Columns are judged by their first cell that is not empty, in these rows. */
const LOOK_AHEAD_ROWS = 100;
/** A quote that never closes would otherwise read the rest of the file as one cell. */
const MAX_ROW_CHARS = 1024 * 1024;
/** Taken for a time without being named one, a number has to be of these years: 1990 to 2100. */
const PLAUSIBLE_MS = [Date.UTC(1990, 0), Date.UTC(2100, 0)] as const;

/**
 * Opens a CSV recording with a header line; `-` is standard input. Times without an offset are UTC; numbers may have a
 * decimal comma where `;` parts the columns. Memory is bounded whatever the size. Rejects, and a failure while the rows
 * are read throws, with an `AppError` `recording_unreadable` that names the file and what is missing.
 */
export const readRecording = async (path: string, options: RecordingOptions = {}): Promise<Recording> => {
  let source: Source | undefined;
  try {
    source = await openSource(path);
    const recording = new CsvRecording(path, source);
    await recording.begin(options);
    return recording;
  } catch (error) {
    source?.close();
    throw readable(path, error);
  }
};

interface Source {
  readonly chunks: AsyncIterable<Buffer>;
  readonly bytesTotal: number | null;
  readonly close: () => void;
}

const openSource = async (path: string): Promise<Source> => {
  if (path === '-') return { chunks: process.stdin, bytesTotal: null, close: () => undefined };
  const file = await open(path);
  const stat = await file.stat();
  const chunks = file.createReadStream();
  return { chunks, bytesTotal: stat.isFile() ? stat.size : null, close: () => chunks.destroy() };
};

class CsvRecording implements Recording {
  time = '';
  values: readonly string[] = [];
  label: string | null = null;
  bytesRead = 0;
  skippedRows = 0;
  unreadableCells = 0;
  readonly bytesTotal: number | null;

  readonly #path: string;
  readonly #chunks: AsyncIterator<Buffer>;
  #rows!: AsyncIterator<string[]>;
  #ahead: string[][] = [];
  #delimiter = ',';
  #timeColumn = 0;
  #valueColumns: readonly number[] = [];
  #labelColumn = -1;
  #everyRow = false;

  constructor(path: string, { chunks, bytesTotal }: Source) {
    this.#path = path;
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.bytesTotal = bytesTotal;
  }

  /** Reads the header and a few rows, and settles which column is what. */
  async begin({ delimiter = 'auto', everyRow = false, ...columns }: RecordingOptions): Promise<void> {
    this.#everyRow = everyRow;
    const head = await this.#head();
    this.#delimiter = delimiter === 'auto' ? guessDelimiter(head.toString()) : delimiter;
    const parser = parse({
      delimiter: this.#delimiter,
      bom: true,
      trim: true,
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: MAX_ROW_CHARS,
    });
    // A failure ends the parser, and with it the rows: whoever reads them is told there.
    pipeline(this.#bytes(head), parser, () => undefined);
    this.#rows = (parser as AsyncIterable<string[]>)[Symbol.asyncIterator]();
    const header = await this.#rows.next();
    if (header.done === true) throw this.#refusal('is empty: its first line should name the columns');
    while (this.#ahead.length < LOOK_AHEAD_ROWS) {
      const next = await this.#rows.next();
      if (next.done === true) break;
      this.#ahead.push(next.value);
    }
    this.#settle(header.value, columns);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RecordingRow, void, undefined> {
    let row = 0;
    try {
      for await (const cells of this.#records()) {
        row++;
        const time = cells[this.#timeColumn] ?? '';
        const at = readTime(time);
        if (Number.isNaN(at)) this.skippedRows++;
        if (this.#everyRow || !Number.isNaN(at))
          yield { at, time, values: this.#numbers(cells), label: this.#marked(cells), row };
      }
    } catch (error) {
      throw readable(this.#path, error);
    }
  }

  async *#records(): AsyncGenerator<string[], void, undefined> {
    const ahead = this.#ahead;
    this.#ahead = [];
    yield* ahead;
    yield* { [Symbol.asyncIterator]: () => this.#rows };
  }

  /** The bytes up to the first line end at least. */
  async #head(): Promise<Buffer> {
    let head = Buffer.alloc(0);
    while (!head.includes('\n') && head.length < HEAD_BYTES) {
      const chunk = await this.#chunks.next();
      if (chunk.done === true) break;
      head = Buffer.concat([head, chunk.value]);
    }
    return head;
  }

  async *#bytes(head: Buffer): AsyncGenerator<Buffer, void, undefined> {
    this.bytesRead += head.length;
    yield head;
    for await (const chunk of { [Symbol.asyncIterator]: () => this.#chunks }) {
      this.bytesRead += chunk.length;
      yield chunk;
    }
  }

  #settle(header: readonly string[], { time, values, ignore = [], labels = [] }: ColumnOptions): void {
    const nameless = header.every((name) => name === '' || isNumber(name, this.#delimiter) || isTime(name));
    if (nameless) throw this.#refusal('has no header: its first line should name the columns');
    const named = (name: string): number => {
      const column = header.indexOf(name);
      if (column < 0) throw this.#refusal(`has no column "${name}"; its columns are ${header.join(', ')}`);
      return column;
    };
    const first = (column: number): string =>
      this.#ahead.map((cells) => cells[column] ?? '').find((cell) => !isMissing(cell)) ?? '';
    const columns = [...header.keys()];
    const marks = labels.map((name) => header.indexOf(name)).filter((column) => column >= 0);
    const ignored = new Set([...ignore.map(named), ...marks]);
    this.#timeColumn = time === undefined ? columns.findIndex((column) => isTime(first(column))) : named(time);
    if (this.#timeColumn < 0)
      throw this.#refusal(
        `has no column that begins with a time such as 2025-01-31T12:00:00Z or 1738324800; its columns are ${header.join(', ')}`,
      );
    this.#valueColumns =
      values?.map(named) ??
      columns
        .filter((column) => column !== this.#timeColumn && !ignored.has(column))
        .filter((column) => isNumber(first(column), this.#delimiter));
    if (this.#valueColumns.length === 0)
      throw this.#refusal(`has no column of numbers beside "${header[this.#timeColumn]}"`);
    this.#labelColumn = marks[0] ?? -1;
    this.label = header[this.#labelColumn] ?? null;
    this.time = header[this.#timeColumn];
    this.values = this.#valueColumns.map((column) => header[column]);
    const twice = this.values.find((name, index) => this.values.indexOf(name) !== index);
    if (twice !== undefined)
      throw this.#refusal(`has two value columns with the name "${twice}": rename or ignore one`);
  }

  #numbers(cells: readonly string[]): Float64Array {
    const numbers = new Float64Array(this.#valueColumns.length);
    this.#valueColumns.forEach((column, index) => {
      const cell = cells[column] ?? '';
      const number = readNumber(cell, this.#delimiter);
      if (Number.isNaN(number) && !isMissing(cell)) this.unreadableCells++;
      numbers[index] = number;
    });
    return numbers;
  }

  #marked(cells: readonly string[]): boolean {
    const cell = cells[this.#labelColumn] ?? '';
    return /^true$/i.test(cell) || Math.abs(readNumber(cell, this.#delimiter)) > 0;
  }

  #refusal(what: string): AppError {
    return new AppError('recording_unreadable', `${this.#path} ${what}`);
  }
}

/** Judges the first line, outside its quotes. */
const guessDelimiter = (head: string): string => {
  const [line] = head.split('\n', 1);
  const bare = line.replace(/"[^"]*"/g, '');
  const count = (delimiter: string): number => bare.split(delimiter).length;
  return DELIMITERS.reduce((best, each) => (count(each) > count(best) ? each : best));
};

/** The words with which exports say that there is no value, beside those that sensors use. */
const MISSING = /^(?:|-|n\/?a|nan|null|none|unavailable|unknown)$/i;
const isMissing = (cell: string): boolean => MISSING.test(cell);

const readNumber = (cell: string, delimiter: string): number => {
  // Where commas part columns, a comma in a cell parts thousands as likely as decimals.
  const number = parseNumber(delimiter === ';' ? cell.replace(/^([+-]?\d+),(\d+)$/, '$1.$2') : cell);
  return typeof number === 'number' ? number : NaN;
};

const isNumber = (cell: string, delimiter: string): boolean => !Number.isNaN(readNumber(cell, delimiter));

const readTime = (cell: string): number => {
  const at = parseTime(cell, (wall) => wall);
  return typeof at === 'number' ? at : NaN;
};

const isTime = (cell: string): boolean => {
  const at = readTime(cell);
  if (parseDecimal(cell) === null) return !Number.isNaN(at);
  return at >= PLAUSIBLE_MS[0] && at < PLAUSIBLE_MS[1];
};

const readable = (path: string, error: unknown): AppError => {
  if (error instanceof AppError) return error;
  const refuse = (what: string): AppError => new AppError('recording_unreadable', `${path} ${what}`, { cause: error });
  if (error instanceof CsvError) return refuse(`is not a CSV file that can be read: ${error.message}`);
  const { code, message } = error as Error & { code?: string };
  switch (code) {
    case 'ENOENT':
      return refuse('does not exist');
    case 'EISDIR':
      return refuse('is a directory; name a CSV file');
    case 'EACCES':
    case 'EPERM':
      return refuse('may not be read by this user');
    default:
      return refuse(`cannot be read: ${message}`);
  }
};
