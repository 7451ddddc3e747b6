import type { Database } from '../database.ts';

/** Bytes that the service has caused to be written to disks in a time in which it ran, ms. */
export interface Written {
  readonly ms: number;
  readonly bytes: number;
}

/** The same, as the row number `n` of the table. */
export interface WrittenHour extends Written {
  readonly n: number;
}

/** Rows that are kept: a day, and the hour that is not over. */
const ROWS = 25;

/** The bytes that were written in each of the last hours in which the service ran: at most 25 rows. */
export class WrittenHours {
  readonly #statements: ReturnType<typeof statements>;

  constructor(db: Database) {
    this.#statements = statements(db);
  }

  /** The oldest first. */
  all(): readonly WrittenHour[] {
    return this.#statements.all.all();
  }

  /** Adds the row or replaces it, and deletes the oldest. */
  save(hour: WrittenHour): void {
    this.#statements.upsert.run(hour);
    this.#statements.trim.run(hour.n - ROWS);
  }
}

const statements = (db: Database) => ({
  all: db.prepare<[], WrittenHour>('SELECT n, ms, bytes FROM written_hour ORDER BY n'),
  upsert: db.prepare<WrittenHour>(
    `INSERT INTO written_hour (n, ms, bytes) VALUES (:n, :ms, :bytes)
    ON CONFLICT (n) DO UPDATE SET ms = excluded.ms, bytes = excluded.bytes`,
  ),
  trim: db.prepare<[number]>('DELETE FROM written_hour WHERE n <= ?'),
});
