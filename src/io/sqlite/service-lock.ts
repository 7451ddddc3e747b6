import { closeSync, openSync, realpathSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { AppError } from '../../errors.ts';
import { requireSqlite } from './database.ts';

/**
 * Keeps a second service off a database, until the function that it returns is called or the process ends, however it ends. Both
 * would learn from a state that the other one does not see, and the rows of their journals would have the same numbers.
 *
 * The lock is that of SQLite on an empty file beside the database, because Node has none of its own. The database itself cannot be
 * locked: `zankyo status`, `cmd` and `backup` use it beside the service. The file stays: who deletes it could delete that of another one.
 *
 * Throws an `AppError` `database_unusable` with the remedy. Where the file cannot be made there is no lock: opening the database says
 * why, or works on a full disk.
 */
export function lockForService(database: string): () => void {
  requireSqlite();
  const path = `${realPath(database)}.lock`;
  let lock: Sqlite.Database | undefined;
  try {
    closeSync(openSync(path, 'a', 0o600));
    lock = new Sqlite(path, { fileMustExist: true, timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock?.close();
    if ((cause as { code?: string }).code !== 'SQLITE_BUSY') return () => undefined;
    throw new AppError(
      'database_unusable',
      `${database} is in use by a service that runs already: stop that one first, or set database to another file`,
      { cause },
    );
  }
  const held = lock;
  return () => {
    held.close();
  };
}

/** One database has one lock, by whichever name it is reached. */
const realPath = (database: string): string => {
  try {
    return realpathSync(database);
  } catch {
    return database;
  }
};
