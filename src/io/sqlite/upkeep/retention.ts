import type { Database } from '../database.ts';
import { HistoryTrim } from '../history/history-trim.ts';
import { SteadyClock } from '../steady-clock.ts';

export interface RetentionOptions {
  /** Rows whose anomaly ended longer ago are deleted; null: never. */
  readonly maxAgeMs: number | null;
  /** While the pages in use exceed this, the oldest rows are deleted; null: no limit. */
  readonly maxBytes: number | null;
  /** The same for the history of the series alone; 0: none is to be kept. Default: no limit but its age. */
  readonly maxHistoryBytes?: number;
}

/**
 * Rows in one step. With 100,000 episodes and as many incidents a step takes 8 ms, at most 18 ms, and writes at most
 * 1.9 MiB of -wal, which has to fit into the ballast (measured on 2 cores of a PC, 72 MB).
 */
const ROWS = 500;
const VACUUM = 'incremental_vacuum(64)';
/** The newest episodes are always kept: learned state alone may exceed the limit, and clocks can be wrong. */
const MIN_EPISODES = 100;

/**
 * Deletes rows that are too old, or that exceed the size limit, in small steps: rejected messages first, then the history of
 * the series (history-trim.ts), then ended episodes, the oldest first, and an incident with its last episode. Open episodes,
 * episodes of open incidents and learned state are never deleted. Habits that last came too long ago are deleted, but not for
 * the size: a stream has at most 32 for each series, and writes them again.
 */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #clock: SteadyClock;
  readonly #pages: ReturnType<typeof statements>['pages'];
  readonly #chunk: (now: number) => boolean;

  constructor(db: Database, options: RetentionOptions, clock = new SteadyClock()) {
    this.#options = options;
    this.#clock = clock;
    const { pages, rejects, episodes, incident, habits, modes } = statements(db);
    this.#pages = pages;
    const history = new HistoryTrim(db, options.maxHistoryBytes ?? Infinity);
    const chunk = db.transaction((now: number) => {
      const { believed, oldBefore, excess } = this.#limits(now);
      const before = excess > 0 ? Number.MAX_SAFE_INTEGER : oldBefore;
      const { inFile } = pages.get()!;
      const rejected = rejects.run({ before, rows: ROWS }).changes;
      const blocks = history.step(believed, rejected < ROWS ? excess : 0);
      const endedBefore = blocks > 0 ? oldBefore : before;
      const deleted = episodes.all({ before: endedBefore, kept: MIN_EPISODES, rows: ROWS - rejected });
      for (const id of new Set(deleted)) if (id !== null) incident.run({ id });
      const forgotten = habits.run({ before: oldBefore }).changes + modes.run({ before: oldBefore }).changes;
      db.pragma(VACUUM);
      return rejected + blocks + deleted.length + forgotten > 0 || pages.get()!.inFile < inFile;
    });
    this.#chunk = (now) => chunk.immediate(now);
  }

  /** Bytes of the pages in use. The file also contains free pages, and its -wal is extra. */
  get bytes(): number {
    const { inFile, free, size } = this.#pages.get()!;
    return (inFile - free) * size;
  }

  /**
   * Deletes at most 500 rejected messages and episodes, and returns up to 64 pages to the disk, in one transaction.
   * `now` in epoch ms. True if there was something to do: call again soon. An SQLite error is thrown, and nothing has
   * changed then.
   */
  step(now: number): boolean {
    return this.#chunk(now);
  }

  /** The trusted time; rows that ended before `oldBefore` are too old; bytes above the limit. */
  #limits(now: number): { readonly believed: number; readonly oldBefore: number; readonly excess: number } {
    const { maxAgeMs, maxBytes } = this.#options;
    const believed = this.#clock.believe(now);
    const oldBefore = maxAgeMs === null ? -Infinity : believed - maxAgeMs;
    return { believed, oldBefore, excess: maxBytes === null ? 0 : Math.max(0, this.bytes - maxBytes) };
  }
}

interface Pages {
  readonly inFile: number;
  readonly free: number;
  readonly size: number;
}

const statements = (db: Database) => ({
  pages: db.prepare<[], Pages>(
    'SELECT page_count AS inFile, freelist_count AS free, page_size AS size FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
  ),
  // There is no index by time, but ids ascend with it: only the first rows are read.
  rejects: db.prepare<{ before: number; rows: number }>(`
    DELETE FROM quarantine WHERE id IN (
      SELECT id FROM (SELECT id, at FROM quarantine ORDER BY id LIMIT :rows) WHERE at < :before
    )
  `),
  // The start limits the index scan; the end is the age of an episode.
  episodes: db
    .prepare<{ before: number; kept: number; rows: number }, string | null>(
      `
    DELETE FROM anomaly WHERE rowid IN (
      SELECT rowid FROM anomaly
      WHERE start_at < :before AND end_at < :before
        AND start_at < (SELECT start_at FROM anomaly ORDER BY start_at DESC LIMIT 1 OFFSET :kept - 1)
        AND NOT EXISTS (SELECT 1 FROM incident WHERE incident.id = anomaly.incident AND incident.end_at IS NULL)
      ORDER BY start_at, id LIMIT :rows
    ) RETURNING incident
  `,
    )
    .pluck(),
  incident: db.prepare<{ id: string }>(`
    DELETE FROM incident WHERE id = :id AND NOT EXISTS (SELECT 1 FROM anomaly WHERE anomaly.incident = :id)
  `),
  habits: db.prepare<{ before: number }>('DELETE FROM habit WHERE last_at < :before'),
  // Those of a stream that is gone: the present mode of the others was seen at the last snapshot.
  modes: db.prepare<{ before: number }>(`
    DELETE FROM mode WHERE stream NOT IN (SELECT stream FROM mode WHERE present AND last_at >= :before)
  `),
});
