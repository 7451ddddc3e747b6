import { closeSync, copyFileSync, existsSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { AppError } from '../../../errors.ts';
import type { Database } from '../database.ts';
import { APPLICATION_ID, damageIn, openDatabase } from '../database.ts';
import { MIGRATIONS } from '../migrations/migrations.ts';
import { salvage, tidy, type Salvaged } from './salvage.ts';
import { sync } from '../sync.ts';

export interface Recovery {
  /** New path of the damaged file, unchanged, with its -wal beside it. */
  readonly damaged: string;
  /** The error that SQLite reported. */
  readonly problem: string;
  readonly salvaged: Salvaged;
}

/** An SD card reads this in a second or two. A larger file is checked only if it was not closed in order. */
const QUICKLY_READ = 64 * 1024 * 1024;
const SIDE_FILES = ['', '-wal', '-shm'] as const;
const HEADER_BYTES = 100;

/**
 * Opens the database for the service. The file is checked first (`quick_check`). A damaged file is moved aside, and a
 * new database with all readable rows takes its place. Without damage this is `openDatabase`, and throws the same
 * errors.
 */
export function openRecovered(path: string, now: number, onRecovery: (recovery: Recovery) => void): Database {
  const problem = checkDue(path) ? damageOf(path) : null;
  if (problem !== null) onRecovery(recovered(path, problem, now));
  return openDatabase(path);
}

/** SQLite removes the -wal when the last program closes the database: a -wal with content means an unclean stop. */
const checkDue = (path: string): boolean => {
  const bytes = sizeOf(path);
  return bytes > 0 && (bytes <= QUICKLY_READ || sizeOf(`${path}-wal`) > 0);
};

const sizeOf = (path: string): number => {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? stats.size : 0;
};

/** The damage of the file; null if there is none, or none that recovery can repair. */
export function damageOf(path: string): string | null {
  let db: Database | undefined;
  try {
    // Read-only: closing must not write the -wal back, because the files may be needed for an investigation.
    db = new Sqlite(path, { readonly: true, fileMustExist: true });
    if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) return null;
    return damageIn(db);
  } catch (error) {
    const { code = '', message } = error as Error & { code?: string };
    if (code.startsWith('SQLITE_CORRUPT')) return message;
    // Not an SQLite file: most likely a wrong path, so the file is not moved, unless its first page was lost (zeros).
    return code === 'SQLITE_NOTADB' && beginsWithNothing(path) ? message : null;
  } finally {
    db?.close();
  }
}

const beginsWithNothing = (path: string): boolean => {
  const header = Buffer.alloc(HEADER_BYTES, 1);
  const file = openSync(path, 'r');
  readSync(file, header, 0, HEADER_BYTES, 0);
  closeSync(file);
  return header.every((byte) => byte === 0);
};

const recovered = (path: string, problem: string, now: number): Recovery => {
  try {
    return recover(path, problem, now);
  } catch (cause) {
    throw new AppError(
      'database_unusable',
      `${path} is damaged (${problem}) and cannot be replaced (${(cause as Error).message}): free three times its size on the disk, let this user write to its directory, or move it and its -wal and -shm files away`,
      { cause },
    );
  }
};

/**
 * The new file is complete before the old one is moved: after a power cut the damaged file is in its place or already
 * moved aside.
 */
const recover = (path: string, problem: string, now: number): Recovery => {
  const [copy, fresh] = [`${path}.copy`, `${path}.recovered`];
  remove(copy, fresh);
  const salvaged = salvageInto(fresh, path, copy);
  remove(copy);
  sync(fresh);
  const damaged = asideOf(path, now);
  // The -wal first: the file alone could pass for an older, undamaged state.
  for (const end of SIDE_FILES.toReversed()) if (existsSync(path + end)) renameSync(path + end, damaged + end);
  renameSync(fresh, path);
  return { damaged, problem, salvaged };
};

const remove = (...paths: readonly string[]): void => {
  for (const path of paths) for (const end of SIDE_FILES) rmSync(path + end, { force: true });
};

const asideOf = (path: string, now: number): string =>
  `${path}.damaged-${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

/** Copies into tables of the version that wrote the damaged file, and migrates them like any others. */
const salvageInto = (fresh: string, path: string, copy: string): Salvaged => {
  for (const end of ['', '-wal']) if (existsSync(path + end)) copyFileSync(path + end, copy + end);
  const version = versionOf(path);
  const of = openDatabase(fresh, { migrations: MIGRATIONS.filter((migration) => migration.version <= version) });
  try {
    salvage(copy, of);
  } finally {
    of.close();
  }
  const db = openDatabase(fresh);
  try {
    return tidy(db);
  } finally {
    db.close();
  }
};

/** Version of the tables; the newest if it is unreadable or missing. */
const versionOf = (path: string): number => {
  let db: Database | undefined;
  try {
    db = new Sqlite(path, { readonly: true });
    const version = db.pragma('user_version', { simple: true }) as number;
    return version > 0 ? version : Infinity;
  } catch {
    return Infinity;
  } finally {
    db?.close();
  }
};
