import { isMissing, readsAsNumber } from './number-text.ts';
import { ColumnNames, type Cells, type Table } from './table.ts';
import { timeKindOf } from './time-text.ts';

export interface LongOptions {
  /** The column that names the series of each row. */
  readonly series: string;
  /** Columns that belong to the row and not to a series: times and labels. */
  readonly shared: readonly string[];
}

/** The columns of a history that Home Assistant exports. */
export const HOME_ASSISTANT = { series: 'entity_id', time: 'last_changed' } as const;

/**
 * A table in long format, one reading a row, with a column for each series. Columns that read as times in the first row, and the
 * `shared` ones, stay. If one column of values is left, a series has the name in the column `series`; if there are more, that
 * name and the name of the column. Null where the table has no column `series`.
 */
export async function widen(
  table: Table,
  { series, shared }: LongOptions,
  refuse: (why: string) => Error,
): Promise<Table | null> {
  let first: Cells | null = null;
  for await (const cells of table.rows(() => undefined)) {
    first = cells;
    if (first !== null) break;
  }
  const key = table.columns.indexOf(series);
  if (key < 0 || first === null) return null;
  const cellOf = (column: number): string => first[column] ?? '';
  const columns = [...table.columns.keys()].filter((column) => column !== key);
  const kept = columns.filter(
    (column) => shared.includes(table.columns[column]) || timeKindOf(cellOf(column)) !== null,
  );
  const values = columns.filter(
    (column) =>
      !kept.includes(column) &&
      (isMissing(cellOf(column)) || readsAsNumber(cellOf(column)) || columns.length === kept.length + 1),
  );
  const names = new ColumnNames(refuse, ...kept.map((column) => table.columns[column]));
  const { delimiter, plainNumbers } = table;
  return {
    columns: names.names,
    timeColumn: null,
    delimiter,
    plainNumbers,
    long: true,
    async *rows(onRead): AsyncGenerator<Cells | null, void, undefined> {
      for await (const cells of table.rows(onRead)) {
        const name = cells?.[key] ?? '';
        if (cells === null || name === '') {
          yield null;
          continue;
        }
        const wide = kept.map((column) => cells[column]);
        for (const column of values) {
          const own = values.length === 1 ? name : `${name} ${table.columns[column]}`;
          const cell = cells[column] ?? '';
          if (!isMissing(cell)) wide[names.numberOf(own)] = cell;
        }
        yield wide;
      }
    },
  };
}
