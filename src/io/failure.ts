/** Why SQLite could not write: the disk is full, others hold the file, or the file itself is damaged. */
export type Failure = 'full' | 'busy' | 'damaged';

/** Null of an error that is none of the database's state. */
export function failureOf(error: unknown): Failure | null {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string') return null;
  if (/^SQLITE_(FULL|IOERR|CANTOPEN|READONLY)|^ENOSPC$|^EDQUOT$/.test(code)) return 'full';
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return 'busy';
  return /^SQLITE_(CORRUPT|NOTADB)/.test(code) ? 'damaged' : null;
}
