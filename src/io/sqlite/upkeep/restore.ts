import { chmodSync, chownSync, copyFileSync, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { AppError } from '../../../errors.ts';
import { APPLICATION_ID, damageIn, openDatabase } from '../database.ts';
import { sync } from '../sync.ts';

/**
 * Replaces the database by a backup. The backup is checked first, and the old database is kept beside it under another name, which is
 * returned; null where there was none. Throws `restore_failed` for a file that is no intact backup, and `database_unusable` while a
 * service uses the database; then nothing has changed.
 */
export function restoreBackup(backup: string, path: string, now: number): string | null {
  check(backup);
  const partial = `${path}.restoring`;
  try {
    if (existsSync(path)) openDatabase(path, { exclusive: true }).close();
    copyFileSync(backup, partial);
    check(partial);
    // Root restores for the user of the service.
    const { uid, gid } = statSync(existsSync(path) ? path : dirname(path));
    if (process.getuid?.() === 0) chownSync(partial, uid, gid);
    chmodSync(partial, 0o600);
    sync(partial);
    const hasOld = existsSync(path);
    const old = `${path}.before-restore-${new Date(now).toISOString().replace(/[:.]/g, '-')}`;
    // A write-ahead log belongs to the old database, also where that was moved away by hand: SQLite would apply it to the new one.
    for (const end of ['', '-wal', '-shm']) if (existsSync(path + end)) renameSync(path + end, old + end);
    renameSync(partial, path);
    sync(dirname(path));
    return hasOld ? old : null;
  } catch (cause) {
    rmSync(partial, { force: true });
    if (cause instanceof AppError) throw cause;
    throw new AppError('restore_failed', `${path}: not restored (${(cause as Error).message})`, { cause });
  }
}

function check(file: string): void {
  const refuse = (why: string, cause?: unknown): AppError =>
    new AppError('restore_failed', `${file}: ${why}; nothing was changed`, { cause });
  if (!existsSync(file)) throw refuse('there is no such file');
  let db: Sqlite.Database | undefined;
  try {
    db = new Sqlite(file, { readonly: true, fileMustExist: true });
    if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) throw refuse('is no database of zankyo');
    const damage = damageIn(db);
    if (damage !== null) throw refuse(`is damaged: ${damage}`);
  } catch (error) {
    throw error instanceof AppError ? error : refuse(`is no intact database (${(error as Error).message})`, error);
  } finally {
    db?.close();
  }
}
