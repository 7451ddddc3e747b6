import type { Source } from './source.ts';

/** The cells of one row by the number of their column; a cell that is not there is undefined. */
export type Cells = readonly (string | undefined)[];

/** A recording as rows of text cells, whatever its format. */
export interface Table {
  /** Names of the columns. Formats without a header find them row by row: after one pass all are known. */
  readonly columns: readonly string[];
  /** The column of times, where the format says which one it is. */
  readonly timeColumn: number | null;
  /** The character between cells; '' for a form without one. */
  readonly delimiter: string;
  /** Numbers are those of JSON: a dot is the decimal sign. */
  readonly plainNumbers: boolean;
  /** A row holds readings of some series only, and readings of one time may stand in several rows. */
  readonly long: boolean;
  /** All rows from the start; null is a row that cannot be read. `onRead` is called with the length of each chunk of the file. */
  rows(onRead: (bytes: number) => void): AsyncGenerator<Cells | null, void, undefined>;
}

/** Each column is a series. The memory for columns grows with their number. */
export const MAX_COLUMNS = 1000;
/** A longer row is no row: a quote that never closes would otherwise read the rest of the file as one cell. */
export const MAX_ROW_CHARS = 1024 * 1024;

/** Numbers columns by their names, in the order in which the names are first met. */
export class ColumnNames {
  readonly names: string[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly refuse: (why: string) => Error;

  constructor(refuse: (why: string) => Error, ...names: string[]) {
    this.refuse = refuse;
    for (const name of names) this.numberOf(name);
  }

  numberOf(name: string): number {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    if (this.names.length >= MAX_COLUMNS) throw this.refuse(`has more than ${MAX_COLUMNS} columns or series`);
    this.numbers.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}

/** The lines of a file without their ends; null for one that is too long. Empty lines are left out. */
export async function* linesOf(
  source: Source,
  onRead: (bytes: number) => void,
): AsyncGenerator<string | null, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  let tooLong = false;
  for await (const chunk of source.chunks(onRead)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      if (tooLong) tooLong = false;
      else if (line.trim() !== '') yield line.replace(/\r$/, '');
    }
    if (rest.length > MAX_ROW_CHARS) {
      rest = '';
      if (!tooLong) yield null;
      tooLong = true;
    }
  }
  if (!tooLong && rest.trim() !== '') yield rest.replace(/\r$/, '');
}

/**
 * The numbers, texts and truth values of a JSON value as cells, each with its path: `a.b`. Lists are left out, as are objects
 * more than four deep.
 */
export function* cellsOf(value: unknown, path = '', depth = 0): Generator<readonly [path: string, cell: string]> {
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean')
    yield [path, String(value).trim()];
  else if (value === null) yield [path, ''];
  else if (typeof value === 'object' && !Array.isArray(value) && depth < 4)
    for (const [key, inner] of Object.entries(value))
      yield* cellsOf(inner, path === '' ? key : `${path}.${key}`, depth + 1);
}
