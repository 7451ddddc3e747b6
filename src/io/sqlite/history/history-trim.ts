import { blockOf, TIERS } from '../../../stream/history/tiers.ts';
import type { Database } from '../database.ts';
import { BLOCKS, keyOf, OPEN } from './keys.ts';

/** Series whose old blocks are deleted in one step. */
const SERIES = 16;
/** Blocks that one step deletes for the size, 2 to 4 KB each. */
const AT_ONCE = 256;
const LONGEST_MS = TIERS[TIERS.length - 1].keptMs;
/** A step frees at least this share of what exceeds the limit, so that the next one is not due at once. */
const SPARE = 0.02;

/**
 * Keeps the history within its limits. By age: the blocks of each tier, and of a series that has gone all. By size: the oldest minutes
 * of all series go first, then the oldest quarters of an hour, then the six hours, so that no series loses more than another.
 */
export class HistoryTrim {
  readonly #maxBytes: number;
  readonly #statements: ReturnType<typeof statements>;
  #next = 0;

  /** `maxBytes` 0: there is to be no history, and stored history is deleted. */
  constructor(db: Database, maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#statements = statements(db);
  }

  /** Bytes of all blocks. */
  get bytes(): number {
    return this.#statements.total.get()!;
  }

  /**
   * Deletes a few blocks that are too old at `now`, epoch ms, or too many; `excess`: bytes by which the whole database exceeds its
   * limit. To be called in a transaction. Returns how many were deleted.
   */
  step(now: number, excess: number): number {
    const old = this.#byAge(now);
    const own = this.bytes - this.#maxBytes;
    const most = Math.max(own, excess);
    if (most <= 0) return old;
    const blocks = this.#bySize(most);
    if (blocks > 0 || own <= 0) return old + blocks;
    // Nothing but present blocks: the series that has gone for longest goes first.
    const stalest = this.#statements.stalest.get();
    return stalest === undefined ? old : old + this.#remove(stalest);
  }

  #byAge(now: number): number {
    if (now === -Infinity) return 0;
    const { series } = this.#statements;
    const turn = series.all({ after: this.#next, rows: SERIES });
    this.#next = turn.length < SERIES ? 0 : turn[turn.length - 1].id;
    let deleted = 0;
    for (const { id, at } of turn) {
      if (at < now - LONGEST_MS) deleted += this.#remove(id);
      else
        TIERS.forEach(({ keptMs }, tier) => {
          deleted += this.#delete(id, tier, blockOf(tier, now - keptMs));
        });
    }
    return deleted;
  }

  #bySize(excess: number): number {
    const { all, oldest } = this.#statements;
    const series = all.all();
    const enough = excess * (1 + SPARE);
    let deleted = 0;
    const before = this.bytes;
    for (let tier = 0; tier < TIERS.length && deleted < AT_ONCE; tier++) {
      while (deleted < AT_ONCE && before - this.bytes < enough) {
        let first = BLOCKS;
        for (const id of series)
          first = Math.min(
            first,
            (oldest.get(range(id, tier, BLOCKS)) ?? keyOf(id, tier, BLOCKS)) - keyOf(id, tier, 0),
          );
        if (first === BLOCKS) break;
        for (const id of series) deleted += this.#delete(id, tier, first + 1);
      }
    }
    return deleted;
  }

  /** Deletes the blocks of a tier before block `end`. */
  #delete(id: number, tier: number, end: number): number {
    const lengths = this.#statements.remove.all(range(id, tier, Math.min(BLOCKS, end)));
    if (lengths.length > 0) this.#statements.less.run({ id, less: lengths.reduce((a, b) => a + b) });
    return lengths.length;
  }

  #remove(id: number): number {
    const lengths = this.#statements.remove.all({ from: keyOf(id, 0, 0), until: keyOf(id, OPEN, BLOCKS) });
    this.#statements.forget.run(id);
    return 1 + lengths.length;
  }
}

const range = (id: number, tier: number, end: number) => ({ from: keyOf(id, tier, 0), until: keyOf(id, tier, end) });

const statements = (db: Database) => ({
  total: db.prepare<[], number>('SELECT coalesce(sum(bytes), 0) FROM history_series').pluck(),
  series: db.prepare<{ after: number; rows: number }, { readonly id: number; readonly at: number }>(
    'SELECT id, at FROM history_series WHERE id > :after ORDER BY id LIMIT :rows',
  ),
  all: db.prepare<[], number>('SELECT id FROM history_series').pluck(),
  stalest: db.prepare<[], number>('SELECT id FROM history_series ORDER BY at LIMIT 1').pluck(),
  oldest: db
    .prepare<{ from: number; until: number }, number>(
      'SELECT key FROM history WHERE key >= :from AND key < :until ORDER BY key LIMIT 1',
    )
    .pluck(),
  remove: db
    .prepare<{ from: number; until: number }, number>(
      'DELETE FROM history WHERE key >= :from AND key < :until RETURNING length(bytes)',
    )
    .pluck(),
  less: db.prepare<{ id: number; less: number }>('UPDATE history_series SET bytes = bytes - :less WHERE id = :id'),
  forget: db.prepare<[number]>('DELETE FROM history_series WHERE id = ?'),
});
