import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { AppError } from '../../errors.ts';
import { addonProblem, addonRemedy } from './addon.ts';
import { MIGRATIONS } from './migrations/migrations.ts';
import type { Migration } from './migrations/migration.ts';

export type Database = Sqlite.Database;

export interface DatabaseOptions {
  /** For a program that reads while the service writes: nothing is created or changed. */
  readonly readonly?: boolean;
  /** For a program that writes beside the service: the file must exist with the tables of today. */
  readonly existing?: boolean;
  /** Fails if another program has the database open, and locks it until it is closed. */
  readonly exclusive?: boolean;
  /** For tests; default: `MIGRATIONS`. */
  readonly migrations?: readonly Migration[];
}

/** better-sqlite3 blocks the event loop while it waits for a lock; a longer wait would stall the service. */
const BUSY_MS = 100;
const CACHE_KIB = 4096;
/** "znky" in the header of the file: identifies a database of zankyo. */
export const APPLICATION_ID = 0x7a6e6b79;
/** `PRAGMA synchronous`: FULL. */
const FULL = 2;

/**
 * Opens the database, creates it if it is missing (mode 0600), and migrates its tables. A commit is on the disk when it
 * returns. Throws an `AppError` `database_unusable` with the file and the remedy.
 */
export const openDatabase = (path: string, options: DatabaseOptions = {}): Database => {
  const { readonly = false, existing = readonly, exclusive = false, migrations = MIGRATIONS } = options;
  let db: Database | undefined;
  requireSqlite();
  try {
    // SQLite would create the file readable for everyone; its -wal and -shm files inherit this mode.
    if (!existing) closeSync(openSync(path, 'a', 0o600));
    db = new Sqlite(path, { readonly, fileMustExist: true, timeout: BUSY_MS });
    // Before the first read: that read takes the lock, or fails if another program holds it.
    if (exclusive) db.pragma('locking_mode = EXCLUSIVE');
    refuseForeign(db, path);
    if (!readonly) prepare(db, path);
    migrate(db, path, migrations, existing);
    return db;
  } catch (error) {
    db?.close();
    throw error instanceof AppError
      ? error
      : new AppError('database_unusable', unusable(path, error), { cause: error });
  }
};

/**
 * Opens a database in memory, empty or from the bytes that `serialize` of one gave. For a program that keeps those bytes itself. Throws
 * as `openDatabase` does where a newer zankyo wrote them.
 */
export const openInMemory = (bytes: Uint8Array | null): Database => {
  requireSqlite();
  const db = new Sqlite(bytes === null ? ':memory:' : Buffer.from(bytes));
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma('foreign_keys = ON');
  migrate(db, 'the database of a checkpoint', MIGRATIONS, false);
  return db;
};

/**
 * Throws an `AppError` `database_unusable` with the remedy when the compiled part of better-sqlite3 is absent, was made for
 * another Node, or crashes on this one. It opens a database in memory: called before a file is made, so that none is left.
 */
export const requireSqlite = (): void => {
  const { version, platform, arch } = process;
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('better-sqlite3/package.json'));
  const addon = (require('better-sqlite3/package.json') as { version: string }).version;
  const problem = addonProblem(version, addon, dirname(dirname(folder)));
  if (problem !== null) throw new AppError('database_unusable', problem);
  try {
    new Sqlite(':memory:').close();
  } catch (cause) {
    throw new AppError(
      'database_unusable',
      `better-sqlite3 has no compiled addon for Node ${version} on ${platform} ${arch}: ${addonRemedy(dirname(dirname(folder)))}`,
      { cause },
    );
  }
};

/** The first error that SQLite finds in the file; null if there is none. Reads the whole file except the indexes. */
export const damageIn = (db: Database): string | null => {
  const said = db.pragma('quick_check(1)', { simple: true }) as string;
  return said === 'ok' ? null : said;
};

const refuseForeign = (db: Database, path: string): void => {
  const tables = db.prepare<[], { count: number }>('SELECT count(*) AS count FROM sqlite_schema').get()!.count;
  if (tables > 0 && db.pragma('application_id', { simple: true }) !== APPLICATION_ID)
    throw new AppError('database_unusable', `${path} is a database of another program: set database to another path`);
};

const prepare = (db: Database, path: string): void => {
  // Takes effect only before the first table; with it, the space of deleted rows can be returned to the disk in steps.
  db.pragma('auto_vacuum = INCREMENTAL');
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma('journal_mode = WAL');
  // After journal_mode: in WAL mode better-sqlite3 defaults to NORMAL, which loses committed rows in a power cut.
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  // The default cache grows to 16 MB; the service mostly appends rows and seldom reads.
  db.pragma(`cache_size = -${CACHE_KIB}`);
  if (db.pragma('synchronous', { simple: true }) !== FULL || db.pragma('journal_mode', { simple: true }) !== 'wal')
    throw new AppError(
      'database_unusable',
      `${path}: this file system does not support SQLite's write-ahead log and sync; move the database to a local disk`,
    );
};

const migrate = (db: Database, path: string, migrations: readonly Migration[], existing: boolean): void => {
  const newest = migrations.at(-1)?.version ?? 0;
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version > newest)
    throw new AppError(
      'database_unusable',
      `${path} was written by a newer zankyo (table version ${version}; this version supports ${newest}): update zankyo, or use another file`,
    );
  if (existing && version < newest)
    throw new AppError(
      'database_unusable',
      `${path} is empty or was written by an older zankyo: start the service once to bring it up to date`,
    );
  for (const migration of migrations.filter((each) => each.version > version)) {
    db.transaction(() => {
      db.exec(migration.sql);
      db.pragma(`user_version = ${migration.version}`);
    }).immediate();
  }
};

/** The kernel mounts a file system anew in this way when the card or disk below it fails. */
export const READ_ONLY =
  'its file system is mounted read-only; journalctl -k says why, where a failing card is the reason. Else set database to another path';

/** Why there is no way to the file, as `stat` finds it; null when there is one. */
const unreachable = (path: string): string | null => {
  try {
    statSync(path);
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') return 'this user may not enter its directory; run as another user, or change its mode';
    if (code !== 'ENOENT') return null;
    if (!existsSync(dirname(path))) return 'its directory does not exist';
    return 'there is no such file; the first start of the service makes it';
  }
};

/** Why the database cannot be used, and the remedy, from the error of SQLite or of the file system. */
export const unusable = (path: string, error: unknown): string => {
  const { code = '', message } = error as Error & { code?: string };
  const way = unreachable(path);
  switch (code) {
    case 'ENOENT':
      return `${path}: its directory does not exist; create it, or set database to a path in one that does`;
    case 'SQLITE_CANTOPEN':
      return `${path} cannot be opened: ${way ?? 'this user may not read it, or not write to its directory'}`;
    case 'EROFS':
      return `${path}: ${READ_ONLY}`;
    case 'EACCES':
    case 'EPERM':
    case 'SQLITE_READONLY':
    case 'SQLITE_READONLY_DIRECTORY':
      return `${path} cannot be written by this user: change its owner or mode, or set database to another path`;
    case 'EISDIR':
      return `${path} is a directory: set database to a file`;
    case 'SQLITE_NOTADB':
      return `${path} is not an SQLite database: set database to another file, or move this one away`;
    case 'SQLITE_CORRUPT':
      return `${path} is damaged: move it and its -wal and -shm files away to start with an empty one, and keep them for sqlite3's .recover`;
    case 'SQLITE_BUSY':
      return `${path} is in use by another process, probably the service: stop that first, as only one may write to it`;
    case 'ENOSPC':
    case 'SQLITE_FULL':
      return `${path}: the disk is full; free some space`;
    default:
      // better-sqlite3 looks for the directory itself, and has no code for that.
      return way === null ? `${path} cannot be used as a database: ${message}` : `${path} cannot be opened: ${way}`;
  }
};
