import type { Source } from './source.ts';
import { cellsOf, ColumnNames, linesOf, type Cells, type Table } from './table.ts';

/** A line of JSON as an object, null for anything else. */
export const objectIn = (line: string): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null;
  } catch {
    return null;
  }
};

/** JSON lines: one object each, whose keys are the columns. */
export function openJsonLines(source: Source, refuse: (why: string) => Error): Table {
  const names = new ColumnNames(refuse);
  return {
    columns: names.names,
    timeColumn: null,
    delimiter: '',
    plainNumbers: true,
    long: false,
    async *rows(onRead): AsyncGenerator<Cells | null, void, undefined> {
      for await (const line of linesOf(source, onRead)) {
        const row = line === null ? null : objectIn(line.replace(/^\ufeff/, ''));
        if (row === null) yield null;
        else {
          const cells: string[] = [];
          for (const [path, cell] of cellsOf(row)) cells[names.numberOf(path)] = cell;
          yield cells;
        }
      }
    },
  };
}
