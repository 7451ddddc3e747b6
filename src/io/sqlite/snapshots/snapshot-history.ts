import type { Database } from '../database.ts';
import type { SnapshotRow } from './snapshot-row.ts';
import { HOUR_MS } from '../../../math/time.ts';

/** Minimum time between two past states: four writes a day for each stream. */
const EVERY_MS = 6 * HOUR_MS;
/** One state older than this is kept. */
const MAX_AGE_MS = 30 * 24 * HOUR_MS;
/** The older of two neighbours is at most this many times as old as the newer. */
const RATIO = 2.5;

/**
 * Times, newest first, of the states that may be deleted; the older, the sparser. For every `t` up to 30 days there is
 * a state between `t` and 2.5 t + 12 hours ago, and a stream never has more than eleven states.
 */
export function dispensable(times: readonly number[], now: number): readonly number[] {
  const age = (i: number): number => now - times[i] + EVERY_MS;
  const surplus: number[] = [];
  let kept = 0;
  for (let i = 1; i < times.length; i++) {
    const last = i === times.length - 1;
    const spare = last ? now - times[kept] >= MAX_AGE_MS : age(i + 1) <= RATIO * age(kept);
    if (spare) surplus.push(times[i]);
    else kept = i;
  }
  return surplus;
}

/** A few past states of each stream, fewer with age, to go back to after bad data were learned. */
export class SnapshotHistory {
  readonly #statements: ReturnType<typeof statements>;

  constructor(db: Database) {
    this.#statements = statements(db);
  }

  /** Copies the stream's row in this slot of `snapshot` if a past state is due. Runs in the caller's transaction. */
  keep(stream: string, slot: number, at: number): void {
    const { newest, copy, times, remove, removeSince } = this.#statements;
    // States from a clock that was ahead would block all others until their time has come.
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

  /** Deletes the states from `at` on. */
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
