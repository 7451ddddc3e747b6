import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { AppError } from '../../../errors.ts';
import { damageIn, openDatabase } from '../database.ts';
import { sync } from '../sync.ts';

/**
 * Copied in one step, the backup is one consistent state. In several steps SQLite would restart after each commit of
 * the service.
 */
const ALL_PAGES = 0x7fffffff;

/**
 * Writes a consistent copy of the database to `out` (mode 0600), also while the service writes to the database. Returns
 * its size in bytes. `out` is replaced only by a complete copy. Throws an `AppError`: `database_unusable` for the
 * database, `backup_failed` for `out` or a damaged copy.
 */
export async function backup(path: string, out: string): Promise<number> {
  if (sameFile(path, out)) throw new AppError('usage', `${out} is the database itself: name another file`);
  const db = openDatabase(path, { readonly: true });
  const partial = `${out}.partial`;
  try {
    // SQLite would create the file readable for everyone.
    rmSync(partial, { force: true });
    closeSync(openSync(partial, 'wx', 0o600));
    await db.backup(partial, { progress: () => ALL_PAGES });
    verify(partial, path);
    sync(partial);
    renameSync(partial, out);
    sync(dirname(out));
    return statSync(out).size;
  } catch (cause) {
    rmSync(partial, { force: true });
    throw new AppError('backup_failed', `${out}: no backup was made (${(cause as Error).message})`, { cause });
  } finally {
    db.close();
  }
}

/** Checks the copy, and takes it out of WAL mode, so that it is a single file. */
const verify = (copy: string, original: string): void => {
  const db = new Sqlite(copy);
  try {
    db.pragma('journal_mode = DELETE');
    const damage = damageIn(db);
    if (damage !== null) throw new Error(`the copy is damaged, and so most likely is ${original}: ${damage}`);
  } finally {
    db.close();
  }
};

const sameFile = (one: string, other: string): boolean => {
  const [a, b] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }));
  return a !== undefined && a.ino === b?.ino && a.dev === b.dev;
};
