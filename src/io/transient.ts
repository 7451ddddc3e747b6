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

/**
 * What stands in the way of a write and may pass: `full`, no room on the disk; `busy`, another program holds the lock. Null for
 * any other error, which waiting does not mend.
 */
export function isTransient(error: unknown): 'full' | 'busy' | null {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  if (typeof code !== 'string') return null;
  if (FULL.has(code)) return 'full';
  return BUSY.test(code) ? 'busy' : null;
}
