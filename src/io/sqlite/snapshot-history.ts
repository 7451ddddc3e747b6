import type { Database } from './database.ts';
import type { SnapshotRow } from './snapshot-row.ts';
import { HOUR_MS } from '../../math/time.ts';

/** A past state is kept once in so long: four writes a day of a stream. */
const EVERY_MS = 6 * HOUR_MS;
/** One is kept from before that. */
const MAX_AGE_MS = 30 * 24 * HOUR_MS;
/** Between two that are kept, the older is at most so many times as old. */
const RATIO = 2.5;

/**
 * Of times, the newest first, those that may go: the older, the fewer. What is asked for from `t` ago, up to 30 days, is found
 * at most 2.5 t + 12 hours ago, and of a stream there are never more than eleven.
 */
export function dispensable(times: readonly number[], now: number): readonly number[] {
  const age = (i: number): number => now - times[i] + EVERY_MS;
  const gone: number[] = [];
  let kept = 0;
  for (let i = 1; i < times.length; i++) {
    const last = i === times.length - 1;
    const spare = last ? now - times[kept] >= MAX_AGE_MS : age(i + 1) <= RATIO * age(kept);
    if (spare) gone.push(times[i]);
    else kept = i;
  }
  return gone;
}

/** A few past states of each stream, thinned out with age, to go back to when bad data have been learned. */
export class SnapshotHistory {
  readonly #statements: ReturnType<typeof statements>;

  constructor(db: Database) {
    this.#statements = statements(db);
  }

  /** Keeps the stream's present row of `snapshot` in this slot too, if it is time; in the transaction of the caller. */
  keep(stream: string, slot: number, at: number): void {
    const { newest, copy, times, remove, removeSince } = this.#statements;
    // From a clock that was ahead: they would keep all others out until it is caught up with.
    removeSince.run(stream, at + 1);
    const last = newest.get(stream)!.at;
    if (last !== null && at - last < EVERY_MS) return;
    copy.run(stream, slot);
    for (const time of dispensable(times.all(stream), at)) remove.run(stream, time);
  }

  /** The newest first, from before `at`. */
  before(stream: string, at: number): readonly SnapshotRow[] {
    return this.#statements.before.all(stream, at);
  }

  /** Forgets what is from `at` or later. */
  forgetSince(stream: string, at: number): void {
    this.#statements.removeSince.run(stream, at);
  }
}

const statements = (db: Database) => ({
  newest: db.prepare<[string], { readonly at: number | null }>(
    'SELECT max(at) AS at FROM snapshot_history WHERE stream = ?',
  ),
  copy: db.prepare<[string, number]>(`
    INSERT INTO snapshot_history (stream, at, seq, version, shape, sha256, bytes)
    SELECT stream, at, seq, version, shape, sha256, bytes FROM snapshot WHERE stream = ? AND slot = ?
  `),
  times: db.prepare<[string], number>('SELECT at FROM snapshot_history WHERE stream = ? ORDER BY at DESC').pluck(),
  before: db.prepare<[string, number], SnapshotRow>(`
    SELECT stream, at, seq, version, shape, sha256, bytes FROM snapshot_history
    WHERE stream = ? AND at < ? ORDER BY at DESC
  `),
  remove: db.prepare<[string, number]>('DELETE FROM snapshot_history WHERE stream = ? AND at = ?'),
  removeSince: db.prepare<[string, number]>('DELETE FROM snapshot_history WHERE stream = ? AND at >= ?'),
});
