import { parseNumber } from '../../stream/values/number.ts';
import { isMissing, NumberNotation, readsAsNumber, type DecimalEvidence } from './number-text.ts';
import type { RecordingOptions } from './recording-row.ts';
import type { Cells, Table } from './table.ts';
import { compileTimeFormat } from './time-format.ts';
import { DayOrder, readTime, timeKindOf, type TimeKind } from './time-text.ts';

/** What one pass over a recording has found out about it. */
export interface Layout {
  readonly time: string;
  readonly values: readonly string[];
  readonly label: string | null;
  readonly labels: readonly string[];
  /** The text with which the label column begins; null where that is a mark, a number or true or false, or nothing. */
  readonly labelText: string | null;
  readonly notes: readonly string[];
  readonly long: boolean;
  /** Rows with a readable time, and all rows. */
  readonly rows: number;
  readonly allRows: number;
  /** Null where the rows can be read as they stand; else they have to be sorted. */
  readonly order: { readonly newestFirst: boolean } | null;
  readonly valueColumns: readonly number[];
  /** For each value column the function that reads its cells. */
  readonly readers: readonly ((cell: string) => number)[];
  readonly timeText: (cells: Cells) => string;
  /** Epoch ms, NaN where a text is not a time. */
  readonly timeOf: (text: string) => number;
  readonly marked: (cells: Cells) => boolean;
}

type Refuse = (why: string) => Error;

/** The time column is chosen by the first cell of each column that is not empty, in these rows. */
const LOOK_AHEAD_ROWS = 100;
/** A larger share of rows that are earlier than a row before them is no jitter: the file is in another order. */
const LATE_SHARE = 0.1;
/** A larger share of rows with more cells than columns is no slip in a few notes: the cells are not those of their columns. */
const WIDE_SHARE = 0.1;
/** Characters of a row in a sentence. */
const MAX_QUOTED = 80;

/** Reads a table once and settles which column has which role, how dates and numbers are written, and in which order the rows are. */
export async function surveyOf(table: Table, options: RecordingOptions, refuse: Refuse): Promise<Layout> {
  const survey = new Survey(table, options, refuse);
  for await (const cells of table.rows(() => undefined)) survey.add(cells);
  return survey.settle();
}

class Survey {
  private readonly table: Table;
  private readonly options: RecordingOptions;
  private readonly refuse: Refuse;
  private ahead: (Cells | null)[] | null = [];
  private timeColumns: readonly number[] = [];
  private readonly days = new DayOrder();
  /** With the day first and with the month first. Both are the same for times that do not depend on it. */
  private readonly orders = [new RowOrder(), new RowOrder()] as const;
  private readonly format: ((text: string) => number) | null;
  /** One for each column that may hold values; null for a column that does not begin with a number. */
  private readonly notations: (NumberNotation | null | undefined)[] = [];
  private allRows = 0;
  /** Rows with more cells than there are columns, and the first of them. */
  private wideRows = 0;
  private wideRow: Cells | null = null;
  /** For each column that does not begin with a number, the text with which it begins. */
  private readonly texts: (string | undefined)[] = [];

  constructor(table: Table, options: RecordingOptions, refuse: Refuse) {
    this.table = table;
    this.options = options;
    this.refuse = refuse;
    this.format = options.timeFormat === undefined ? null : compileTimeFormat(options.timeFormat);
  }

  add(cells: Cells | null): void {
    if (this.ahead === null) {
      this.take(cells);
      return;
    }
    this.ahead.push(cells);
    if (this.ahead.length >= LOOK_AHEAD_ROWS) this.begin();
  }

  settle(): Layout {
    this.begin();
    const { table, options, days } = this;
    const { columns } = table;
    const decided = this.format === null ? days.decide() : { dayFirst: true, proof: null };
    if (typeof decided === 'string') throw this.refuse(`column "${columns[this.timeColumns[0]]}" ${decided}`);
    const { dayFirst, proof } = decided;
    const order = this.orders[dayFirst ? 0 : 1];
    if (order.rows === 0 && options.everyRow !== true)
      throw this.refuse(
        `has no row with a readable time in ${this.timeName}, the first of which is "${order.unreadable ?? ''}": give --time-format, such as "%d.%m.%y %H:%M"`,
      );
    this.refuseWideRows();
    const labels = this.labelColumns();
    const valueColumns = this.valueColumns(labels);
    const sort = order.sortedBy(table.long ? 0 : LATE_SHARE);
    const label = labels[0] ?? -1;
    const { format } = this;
    return {
      time: this.timeColumns.map((column) => columns[column]).join(' '),
      values: valueColumns.map((column) => columns[column]),
      label: columns[label] ?? null,
      labelText: this.texts[label] ?? null,
      labels: labels.filter((column) => !valueColumns.includes(column)).map((column) => columns[column]),
      notes: [
        ...(proof === null ? [] : [`Dates have the ${dayFirst ? 'day' : 'month'} first: ${proof}.`]),
        ...(sort === null ? [] : [sort.note]),
        ...(this.wideRows === 0 ? [] : [`Rows with more cells than the header has names: ${this.wideRows}.`]),
      ],
      long: table.long,
      rows: order.rows,
      allRows: this.allRows,
      order: sort,
      valueColumns,
      readers: this.readers(valueColumns),
      timeText: (cells) => this.timeText(cells),
      timeOf: format ?? ((text) => readTime(text, dayFirst)),
      marked: (cells) => isMark(cells[label] ?? ''),
    };
  }

  private take(cells: Cells | null): void {
    this.allRows++;
    if (cells === null) return;
    const text = this.timeText(cells);
    if (this.format === null) {
      const depends = this.days.observe(text);
      const at = readTime(text, true);
      this.orders[0].observe(at, text);
      this.orders[1].observe(depends ? readTime(text, false) : at, text);
    } else this.orders[0].observe(this.format(text), text);
    if (
      cells.length > this.table.columns.length &&
      cells.slice(this.table.columns.length).some((cell) => cell !== '')
    ) {
      this.wideRows++;
      this.wideRow ??= cells;
    }
    for (let column = 0; column < cells.length; column++) {
      const cell = cells[column] ?? '';
      if (this.timeColumns.includes(column)) continue;
      let notation = this.notations[column];
      if (notation === null || cell === '') continue;
      if (notation === undefined) {
        if (isMissing(cell)) continue;
        notation = readsAsNumber(cell) || this.isChosen(column) ? new NumberNotation() : null;
        this.notations[column] = notation;
        if (notation === null) this.texts[column] = cell;
      }
      notation?.observe(cell);
    }
  }

  private isChosen(column: number): boolean {
    return this.options.values?.includes(this.table.columns[column]) ?? false;
  }

  /** Chooses the time columns, and takes the rows that were kept for that. */
  private begin(): void {
    const { ahead } = this;
    if (ahead === null) return;
    this.ahead = null;
    this.timeColumns = this.chooseTime(ahead);
    for (const cells of ahead) this.take(cells);
  }

  private chooseTime(ahead: readonly (Cells | null)[]): readonly number[] {
    const { table, options, format } = this;
    const first = (column: number): string =>
      ahead.map((cells) => cells?.[column] ?? '').find((cell) => !isMissing(cell)) ?? '';
    if (options.time !== undefined)
      return (typeof options.time === 'string' ? [options.time] : options.time).map((name) => this.named(name));
    if (table.timeColumn !== null) return [table.timeColumn];
    const columns = [...table.columns.keys()];
    const kinds = columns.map((column) => timeKindOf(first(column)));
    const of = (kind: TimeKind): number[] => [kinds.indexOf(kind)].filter((column) => column >= 0);
    const dateAndClock = [...of('date'), ...of('clock')];
    if (format !== null) {
      const column = columns.find((each) => !Number.isNaN(format(first(each))));
      if (column !== undefined) return [column];
      if (!Number.isNaN(format(dateAndClock.map(first).join(' ')))) return dateAndClock;
      throw this.refuse(
        `has no column that begins with a time of the form "${options.timeFormat ?? ''}"; its columns are ${table.columns.join(', ')}. If date and time of day have a column each, name both with --time`,
      );
    }
    if (kinds.includes('time')) return of('time');
    if (kinds.includes('date')) return dateAndClock;
    if (ahead.length === 0) throw this.refuse('has a header and no rows');
    if (columns.length === 1 && !table.plainNumbers)
      throw this.refuse(
        `has one column only, "${table.columns[0]}": if another character than comma, semicolon, tab or | separates the columns, name it with --delimiter`,
      );
    throw this.refuse(
      `has no column that begins with a time such as 2025-01-31T12:00:00Z, 31.01.2025 12:00 or 1738324800; its columns are ${table.columns.join(', ')}. Times of another form need --time and --time-format`,
    );
  }

  /** Cells beyond the header shift those before them: a comma in a number makes two cells of it. */
  private refuseWideRows(): void {
    const { table, wideRow, wideRows, allRows } = this;
    if (wideRow === null || wideRows <= WIDE_SHARE * allRows) return;
    const comma =
      table.delimiter === ',' ? ' If the comma is also the decimal sign, separate the columns with semicolons.' : '';
    throw this.refuse(
      `has ${table.columns.length} names in its header, but ${wideRow.length} cells in rows such as "${wideRow.join(table.delimiter).slice(0, MAX_QUOTED)}": give each column a name.${comma}`,
    );
  }

  private get timeName(): string {
    const names = this.timeColumns.map((column) => `"${this.table.columns[column]}"`);
    return `${names.length === 1 ? 'column' : 'columns'} ${names.join(' and ')}`;
  }

  private timeText(cells: Cells): string {
    const [date, clock] = this.timeColumns;
    return this.timeColumns.length < 2 ? (cells[date] ?? '') : `${cells[date] ?? ''} ${cells[clock] ?? ''}`;
  }

  private named(name: string): number {
    const { columns } = this.table;
    const column = columns.indexOf(name);
    if (column < 0) throw this.refuse(`has no column "${name}"; its columns are ${columns.join(', ')}`);
    return column;
  }

  /** In the order of the options, so that the first one marks the rows. */
  private labelColumns(): readonly number[] {
    const { labels = [] } = this.options;
    const { columns } = this.table;
    return labels.flatMap((label) => {
      const column = columns.findIndex((name) => isLabel(name, [label]));
      return column < 0 ? [] : [column];
    });
  }

  private valueColumns(labels: readonly number[]): readonly number[] {
    const { values, ignore = [] } = this.options;
    const { columns } = this.table;
    const out = new Set([...ignore.map((name) => this.named(name)), ...labels]);
    const chosen =
      values?.map((name) => this.named(name)) ??
      [...columns.keys()].filter(
        (column) => !out.has(column) && !this.timeColumns.includes(column) && this.isNumeric(column),
      );
    if (chosen.length === 0) {
      const text = [...columns.keys()].find((column) => !out.has(column) && this.texts[column] !== undefined);
      const why = text === undefined ? '' : `: "${columns[text]}" begins with "${this.texts[text] ?? ''}"`;
      throw this.refuse(
        `has no column of numbers beside "${columns[this.timeColumns[0]]}"${why}. If numbers follow, as below a row of units, name the column with --columns`,
      );
    }
    const names = chosen.map((column) => columns[column]);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw this.refuse(`has two value columns with the name "${twice}": rename or ignore one`);
    return chosen;
  }

  /** A column whose first cell is a number; where that has a unit, half of the cells have to be numbers of that unit. */
  private isNumeric(column: number): boolean {
    const notation = this.notations[column];
    if (notation === undefined || notation === null) return false;
    return notation.unit === '' || 2 * notation.numbers >= notation.filled;
  }

  private readers(valueColumns: readonly number[]): readonly ((cell: string) => number)[] {
    const { delimiter, plainNumbers, columns } = this.table;
    const own = valueColumns.map((column) => this.notations[column] ?? new NumberNotation());
    const file: DecimalEvidence = {
      dot: own.find(({ dot }) => dot !== null)?.dot ?? null,
      comma: own.find(({ comma }) => comma !== null)?.comma ?? null,
    };
    return own.map((notation, i) => {
      const decimal = this.options.decimal ?? notation.decimal(file, delimiter, plainNumbers);
      if (decimal !== '.' && decimal !== ',') throw this.refuse(`column "${columns[valueColumns[i]]}" ${decimal}`);
      return notation.reader(decimal);
    });
  }
}

/** The order of the rows of a file by one reading of their times. */
class RowOrder {
  rows = 0;
  /** The first text that is not a time. */
  unreadable: string | null = null;
  private last = NaN;
  private latest = -Infinity;
  private late = 0; // rows that are earlier than a row before them
  private forward = 0; // rows that are later than the one before them

  observe(at: number, text: string): void {
    if (Number.isNaN(at)) {
      this.unreadable ??= text;
      return;
    }
    this.rows++;
    if (at < this.latest) this.late++;
    if (at > this.last) this.forward++;
    this.latest = Math.max(this.latest, at);
    this.last = at;
  }

  /** Null where no more than this share of the rows is earlier than a row before. */
  sortedBy(share: number): { readonly newestFirst: boolean; readonly note: string } | null {
    const { late, rows, forward } = this;
    if (late <= share * rows) return null;
    return forward === 0
      ? { newestFirst: true, note: 'The newest row is first: rows sorted by time.' }
      : { newestFirst: false, note: `Rows sorted by time: ${late} of ${rows} were earlier than a row before them.` };
  }
}

export const isLabel = (column: string, labels: readonly string[]): boolean =>
  labels.some((label) => label.toLowerCase() === column.toLowerCase());

function isMark(cell: string): boolean {
  const number = parseNumber(cell.replace(/^([+-]?\d+),(\d+)$/, '$1.$2'));
  return typeof number === 'number' && number !== 0;
}
