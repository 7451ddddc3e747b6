/**
 * Why the database could not be written. `full`: no room on the disk; `busy`: another program holds the lock; both may pass.
 * `unusable`: the file is damaged, or the disk does not take it any more, which waiting does not mend.
 */
export type Failure = 'full' | 'busy' | 'unusable';

const FULL = new Set([
  'SQLITE_FULL',
  // What a quota, or a limit on the size of files, looks like to SQLite.
  'SQLITE_IOERR_WRITE',
  // The -shm of the first connection could not grow.
  'SQLITE_IOERR_SHMSIZE',
  // Some file systems find out only now. In WAL mode trying again is right: it writes what was not synced once more.
  'SQLITE_IOERR_FSYNC',
  'ENOSPC',
  'EDQUOT',
]);
const BUSY = /^SQLITE_(BUSY|LOCKED)(_|$)/;
const UNUSABLE = /^SQLITE_(CORRUPT|NOTADB|IOERR|READONLY|CANTOPEN)(_|$)/;

/** Null of an error that says nothing of the database, but that we asked for something wrong. */
export function failureOf(error: unknown): Failure | null {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  if (typeof code !== 'string') return null;
  if (FULL.has(code)) return 'full';
  if (BUSY.test(code)) return 'busy';
  return UNUSABLE.test(code) ? 'unusable' : null;
}
