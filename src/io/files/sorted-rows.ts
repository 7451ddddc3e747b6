import type Database from 'better-sqlite3';
import { AppError } from '../../errors.ts';
import type { RecordingRow } from './recording-row.ts';

/** Rows read back at once. */
const PAGE = 1000;
const CACHE_KIB = 16_384;

interface StoredRow {
  readonly seq: number;
  readonly at: number;
  readonly time: string;
  readonly row: number;
  readonly label: number;
  readonly cells: Buffer;
}

/**
 * Rows in the order of time, sorted in a temporary database on disk: memory does not grow with their number. Rows of the same time
 * keep their order, or reverse it where the newest row came first.
 */
export class SortedRows {
  private readonly db: Database.Database;
  private readonly width: number;

  private constructor(db: Database.Database, width: number) {
    this.db = db;
    this.width = width;
  }

  /** Takes all rows, with `width` values each. `newestFirst` reverses rows of the same time. */
  static async of(
    rows: AsyncIterable<RecordingRow>,
    { width, newestFirst }: { readonly width: number; readonly newestFirst: boolean },
  ): Promise<SortedRows> {
    const db = await temporaryDatabase();
    db.pragma(`cache_size = -${CACHE_KIB}`);
    db.pragma('journal_mode = OFF');
    db.pragma('synchronous = OFF');
    db.exec(
      'CREATE TABLE rows (seq INTEGER PRIMARY KEY, at REAL, time TEXT, row INTEGER, label INTEGER, cells BLOB); BEGIN',
    );
    const insert = db.prepare('INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?)');
    for await (const { at, time, row, label, values } of rows)
      insert.run(newestFirst ? -row : row, at, time, row, label ? 1 : 0, pack(values));
    db.exec('COMMIT; CREATE INDEX by_time ON rows (at, seq)');
    return new SortedRows(db, width);
  }

  *[Symbol.iterator](): Generator<RecordingRow, void, undefined> {
    const page = this.db.prepare<[number, number], StoredRow>(
      `SELECT * FROM rows WHERE (at, seq) > (?, ?) ORDER BY at, seq LIMIT ${PAGE}`,
    );
    let [at, seq] = [-Infinity, -Infinity];
    for (;;) {
      const stored = page.all(at, seq);
      for (const { time, row, label, cells, ...key } of stored) {
        [at, seq] = [key.at, key.seq];
        yield { at, time, row, label: label !== 0, values: this.unpack(cells) };
      }
      if (stored.length < PAGE) return;
    }
  }

  close(): void {
    this.db.close();
  }

  private unpack(cells: Buffer): Float64Array {
    const values = new Float64Array(this.width).fill(NaN);
    for (let i = 0; i < cells.length; i += 12) values[cells.readUInt32LE(i)] = cells.readDoubleLE(i + 4);
    return values;
  }
}

/** The values that are there, each with its place: a row of a thousand series often holds one. */
function pack(values: Float64Array): Buffer {
  const there = [...values.keys()].filter((i) => !Number.isNaN(values[i]));
  const cells = Buffer.alloc(12 * there.length);
  there.forEach((i, k) => {
    cells.writeUInt32LE(i, 12 * k);
    cells.writeDoubleLE(values[i], 12 * k + 4);
  });
  return cells;
}

async function temporaryDatabase(): Promise<Database.Database> {
  try {
    const { default: Sqlite } = await import('better-sqlite3');
    return new Sqlite(''); // without a name: a file in the folder for temporary files, which is gone when it is closed
  } catch (cause) {
    throw new AppError(
      'recording_unreadable',
      'sorting rows by time needs better-sqlite3, which does not work here; sort the file before',
      { cause },
    );
  }
}
