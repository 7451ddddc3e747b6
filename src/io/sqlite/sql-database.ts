import { closeSync, openSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { AppError } from '../../errors.ts';
import type { SqlDatabase, SqlValue } from '../../stream/ports/sql.ts';
import { requireSqlite } from './database.ts';

/** Prepared statements that are kept. */
const MAX_PREPARED = 100;
const BUSY_MS = 1_000;
/** "zhub" in the header of the file. */
const APPLICATION_ID = 0x7a687562;

/**
 * An SQLite file as a database of a hub, made if it is missing (mode 0600). A write is on the disk when it is done. Throws
 * `database_unusable`, also for a file of another program, such as the database of a site.
 */
export function openSqliteFile(path: string): SqlDatabase {
  requireSqlite();
  let db: Sqlite.Database | undefined;
  try {
    closeSync(openSync(path, 'a', 0o600));
    db = new Sqlite(path, { timeout: BUSY_MS });
    const tables = db.prepare<[], { count: number }>('SELECT count(*) AS count FROM sqlite_schema').get()!.count;
    if (tables > 0 && db.pragma('application_id', { simple: true }) !== APPLICATION_ID)
      throw new AppError('database_unusable', `${path} is not the database of a hub: set database to another path`);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    return new SqliteFile(db);
  } catch (error) {
    db?.close();
    if (error instanceof AppError) throw error;
    throw new AppError('database_unusable', `${path}: ${(error as Error).message}`, { cause: error });
  }
}

class SqliteFile implements SqlDatabase {
  readonly #db: Sqlite.Database;
  readonly #prepared = new Map<string, Sqlite.Statement<[Record<string, SqlValue>]>>();

  constructor(db: Sqlite.Database) {
    this.#db = db;
  }

  /** The work is done before it returns; the promise is that of the port. */
  write(statements: Parameters<SqlDatabase['write']>[0]): Promise<void> {
    return promised(() => {
      this.#db.transaction(() => {
        for (const { text, values } of statements) this.#statement(text).run(named(values));
      })();
    });
  }

  read<Row extends object>(text: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    return promised(() => this.#statement(text).all(named(values)) as Row[]);
  }

  close(): Promise<void> {
    return promised(() => {
      this.#db.close();
    });
  }

  #statement(text: string): Sqlite.Statement<[Record<string, SqlValue>]> {
    const known = this.#prepared.get(text);
    if (known !== undefined) return known;
    const made = this.#db.prepare<[Record<string, SqlValue>]>(text);
    if (this.#prepared.size >= MAX_PREPARED) this.#prepared.clear();
    this.#prepared.set(text, made);
    return made;
  }
}

const promised = <T>(work: () => T): Promise<T> =>
  new Promise((resolve) => {
    resolve(work());
  });

/** SQLite takes $1 for a name. */
const named = (values: readonly SqlValue[]): Record<string, SqlValue> =>
  Object.fromEntries(values.map((value, i) => [String(i + 1), value]));
