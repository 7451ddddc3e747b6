import { lstatSync, mkdirSync, rmSync, statfsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../../errors.ts';
import type { HistoryPort, SeriesHistory } from '../../../stream/history/port.ts';
import { damageIn, openDatabase, type Database } from '../database.ts';
import { failureOf } from '../failure.ts';
import { Retention } from '../upkeep/retention.ts';
import { HistoryStore } from './history-store.ts';

/** `f_type` of a tmpfs, statfs(2). */
const TMPFS = 0x01021994;

/**
 * The history in a database on a tmpfs: it survives a restart of the service, not a reboot. Its transactions are its own, so that a
 * full memory never holds up the acknowledgements; the history of that time is missing then.
 *
 * A series is saved just before the transaction of its snapshot. If the process is killed between the two, the readings of that
 * moment, at most `commit.every`, may count twice in the history when the broker sends them again.
 */
export class MemoryHistory implements HistoryPort {
  readonly #db: Database;
  readonly #store: HistoryStore;
  readonly #retention: Retention;
  readonly #onFailure: (error: unknown) => void;
  #failing = false;

  /** `onFailure`: called once when it cannot be saved, and again when that happens after it could. */
  constructor(db: Database, maxBytes: number, onFailure: (error: unknown) => void) {
    this.#db = db;
    this.#store = new HistoryStore(db);
    this.#retention = new Retention(db, { maxAgeMs: null, maxBytes: null, maxHistoryBytes: maxBytes });
    this.#onFailure = onFailure;
  }

  open(slug: string): SeriesHistory {
    const series = this.#store.open(slug);
    let saved = false;
    const save = this.#db.transaction((seq: number) => {
      series.save(seq);
    });
    return {
      slug,
      ring: series.ring,
      seq: series.seq,
      block: (tier, block) => series.block(tier, block),
      oldest: () => series.oldest(),
      save: (seq) => {
        saved = this.#attempt(() => {
          save(seq);
        });
      },
      saved: () => {
        if (saved) series.saved();
      },
    };
  }

  /** Deletes a few old blocks; true when there is more to do. `now`: epoch ms. */
  step(now: number): boolean {
    let more = false;
    this.#attempt(() => {
      more = this.#retention.step(now);
    });
    return more;
  }

  close(): void {
    this.#db.close();
  }

  #attempt(task: () => void): boolean {
    try {
      task();
      this.#failing = false;
      return true;
    } catch (error) {
      if (failureOf(error) === null) throw error;
      if (!this.#failing) this.#onFailure(error);
      this.#failing = true;
      return false;
    }
  }
}

/**
 * The file of a site: in $RUNTIME_DIRECTORY, which systemd gives, else in a directory of this user in `shared`. Throws an `AppError`
 * `database_unusable` where that is not on a tmpfs, or belongs to another user.
 */
export function memoryFile(site: string, env: NodeJS.ProcessEnv, shared = '/dev/shm'): string {
  const [runtime] = (env['RUNTIME_DIRECTORY'] ?? '').split(':');
  const directory = runtime === '' ? join(shared, `zankyo-${userInfo().uid}`) : runtime;
  const refuse = (why: string, cause?: unknown): AppError =>
    new AppError(
      'database_unusable',
      `history.storage: memory needs a directory on a tmpfs, and ${directory} ${why}: give the service RuntimeDirectory=zankyo, or set history.storage to disk`,
      { cause },
    );
  try {
    if (runtime === '') mkdirSync(directory, { mode: 0o700, recursive: true });
    const { uid } = lstatSync(directory);
    if (uid !== userInfo().uid) throw refuse('belongs to another user');
    if (statfsSync(directory).type !== TMPFS) throw refuse('is on a disk');
  } catch (error) {
    throw error instanceof AppError ? error : refuse('cannot be used', error);
  }
  return join(directory, `${site}-history.db`);
}

/** Opens the file. One that is damaged, or of a newer version, is deleted: it was to go with the next reboot in any case. */
export function openMemoryDatabase(file: string): Database {
  try {
    const db = openDatabase(file);
    if (damageIn(db) === null) return db;
    db.close();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
  for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
  return openDatabase(file);
}
