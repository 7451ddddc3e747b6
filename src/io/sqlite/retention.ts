import type { Database } from './database.ts';
import { SteadyClock } from './steady-clock.ts';

export interface RetentionOptions {
  /** What has been over for longer goes; null for never. */
  readonly maxAgeMs: number | null;
  /** While the pages in use take more, the oldest goes; null for no limit. */
  readonly maxBytes: number | null;
}

/**
 * In one step. With 100,000 episodes and as many incidents it takes 8 ms, 18 ms at most, and 1.9 MiB of -wal at most, which has to
 * fit into the ballast (2 cores of a PC, 72 MB).
 */
const ROWS = 500;
const VACUUM = 'incremental_vacuum(64)';
/** Of the newest episodes, whatever clock and size say: learned state may fill the limit by itself, and clocks are wrong. */
const MIN_EPISODES = 100;

/**
 * Deletes what is too old or too much, a little at a time: rejects first, then episodes that are over, the oldest first, and an
 * incident with the last of its episodes. Open episodes, those of open incidents, and what was learned are never touched.
 */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #clock: SteadyClock;
  readonly #pages: ReturnType<typeof statements>['pages'];
  readonly #chunk: (now: number) => boolean;

  /** `uptime` in ms, as of `SteadyClock`. */
  constructor(db: Database, options: RetentionOptions, uptime?: () => number) {
    this.#options = options;
    this.#clock = new SteadyClock(uptime);
    const { pages, rejects, episodes, incident } = statements(db);
    this.#pages = pages;
    const chunk = db.transaction((now: number) => {
      const before = this.#before(now);
      const { inFile } = pages.get()!;
      const rejected = rejects.run({ before, rows: ROWS }).changes;
      const gone = episodes.all({ before, kept: MIN_EPISODES, rows: ROWS - rejected });
      for (const id of new Set(gone)) if (id !== null) incident.run({ id });
      db.pragma(VACUUM);
      return rejected + gone.length > 0 || pages.get()!.inFile < inFile;
    });
    this.#chunk = (now) => chunk.immediate(now);
  }

  /** Bytes of the pages in use; the file also holds those that were not yet given back, and has its -wal beside it. */
  get bytes(): number {
    const { inFile, free, size } = this.#pages.get()!;
    return (inFile - free) * size;
  }

  /**
   * Deletes at most 500 rejects and episodes and gives back up to 64 pages to the disk, in one transaction. `now` in epoch ms. True
   * when there was something to do: call again soon. Throws what SQLite throws, and then has changed nothing.
   */
  step(now: number): boolean {
    return this.#chunk(now);
  }

  /** What was over by this time goes. */
  #before(now: number): number {
    const { maxAgeMs, maxBytes } = this.#options;
    const believed = this.#clock.believe(now);
    if (maxBytes !== null && this.bytes > maxBytes) return Number.MAX_SAFE_INTEGER;
    return maxAgeMs === null ? -Infinity : believed - maxAgeMs;
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
  // There is no index by time, but ids ascend: only the first rows are looked at.
  rejects: db.prepare<{ before: number; rows: number }>(`
    DELETE FROM quarantine WHERE id IN (
      SELECT id FROM (SELECT id, at FROM quarantine ORDER BY id LIMIT :rows) WHERE at < :before
    )
  `),
  // The start bounds the walk through its index; the end says how old an episode is.
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
});
