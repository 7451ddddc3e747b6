/**
 * Why the database could not be written. `full`: no space on the disk. `busy`: another program holds the lock. Both can
 * be temporary. `unusable`: the file is damaged or the disk rejects writes; a retry does not help.
 */
export type Failure = 'full' | 'busy' | 'unusable';

const FULL = new Set([
  'SQLITE_FULL',
  // A quota or a limit on file sizes.
  'SQLITE_IOERR_WRITE',
  // The -shm of the first connection could not grow.
  'SQLITE_IOERR_SHMSIZE',
  // Some file systems report a full disk only at the sync. In WAL mode a retry is safe: it writes the unsynced pages
  // again.
  'SQLITE_IOERR_FSYNC',
  'ENOSPC',
  'EDQUOT',
]);
const BUSY = /^SQLITE_(BUSY|LOCKED)(_|$)/;
const UNUSABLE = /^SQLITE_(CORRUPT|NOTADB|IOERR|READONLY|CANTOPEN)(_|$)/;

/** Null for an error that is not about the state of the database, such as a wrong statement. */
export function failureOf(error: unknown): Failure | null {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  if (typeof code !== 'string') return null;
  if (FULL.has(code)) return 'full';
  if (BUSY.test(code)) return 'busy';
  return UNUSABLE.test(code) ? 'unusable' : null;
}
