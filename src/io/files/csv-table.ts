import { pipeline } from 'node:stream';
import { parse, type Parser } from 'csv-parse';
import type { Source } from './source.ts';
import { MAX_ROW_CHARS, type Cells, type Table } from './table.ts';

const DELIMITERS = [',', ';', '\t', '|'];
/** The first line with which Excel says what separates the cells. */
const EXCEL_LINE = /^\ufeff?"?sep=(.)"?\r?\n/i;

/** Opens a CSV file; `head` is its first bytes as text. The first line names the columns; null where there is no line. */
export async function openCsv(source: Source, head: string, delimiter: string): Promise<Table | null> {
  const excel = EXCEL_LINE.exec(head);
  const own = delimiter !== 'auto' ? delimiter : (excel?.[1] ?? guessDelimiter(head));
  const records = (onRead: (bytes: number) => void): AsyncIterable<string[]> => {
    const parser = parse({
      delimiter: own,
      bom: true,
      trim: true,
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: MAX_ROW_CHARS,
      from_line: excel === null ? 1 : 2,
    });
    // A failure ends the parser, and is thrown where its rows are read.
    pipeline(source.chunks(onRead), parser, () => undefined);
    return parser as Parser & AsyncIterable<string[]>;
  };
  for await (const columns of records(() => undefined))
    return {
      columns,
      timeColumn: null,
      delimiter: own,
      plainNumbers: false,
      long: false,
      async *rows(onRead): AsyncGenerator<Cells, void, undefined> {
        let header = true;
        for await (const cells of records(onRead)) {
          if (!header) yield cells;
          header = false;
        }
      },
    };
  return null;
}

/** The one of `,` `;` tab and `|` that the first line has most of, outside its quotes. */
const guessDelimiter = (head: string): string => {
  const [line] = head.split('\n', 1);
  const bare = line.replace(/"[^"]*"/g, '');
  const count = (delimiter: string): number => bare.split(delimiter).length;
  return DELIMITERS.reduce((best, each) => (count(each) > count(best) ? each : best));
};
