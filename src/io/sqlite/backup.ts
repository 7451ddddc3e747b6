import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { AppError } from '../../errors.ts';
import { damageIn, openDatabase } from './database.ts';
import { sync } from './sync.ts';

/**
 * In one step SQLite copies what one moment saw, and the service writes on beside it; in several it would begin anew with each
 * commit of the service.
 */
const ALL_PAGES = 0x7fffffff;

/**
 * Writes the database as it is at one moment to `out` (mode 0600), also while the service writes to it, and gives back its
 * bytes. `out` is not there before it is whole, and is replaced only by a whole one. Throws an `AppError`: `database_unusable` of
 * the database, `backup_failed` of `out` or of a copy that is damaged.
 */
export async function backup(path: string, out: string): Promise<number> {
  if (sameFile(path, out)) throw new AppError('usage', `${out} is the database itself: name another file`);
  const db = openDatabase(path, { readonly: true });
  const partial = `${out}.partial`;
  try {
    // SQLite would make the file readable for everyone.
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

/** And makes it a file that needs no others beside it. */
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
