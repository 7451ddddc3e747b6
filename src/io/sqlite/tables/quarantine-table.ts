import type { Database } from '../database.ts';

/** A rejected message as it is stored; `payload` is its beginning. */
export interface StoredReject {
  readonly id: number;
  readonly at: number;
  readonly topic: string;
  readonly reason: string;
  readonly payload: Uint8Array;
}

/** Reads the rejected messages that are kept. */
export class QuarantineTable {
  readonly #statements: ReturnType<typeof statements>;

  constructor(db: Database) {
    this.#statements = statements(db);
  }

  /** The newest first, those with a lower id than `before`. `reason`: only these; null for all. */
  list(reason: string | null, before: number, rows: number): readonly StoredReject[] {
    return this.#statements.list.all({ reason, before, rows });
  }

  /** The number of rows by reason, the most frequent first. */
  counts(): readonly { readonly reason: string; readonly rows: number }[] {
    return this.#statements.counts.all();
  }
}

const statements = (db: Database) => ({
  list: db.prepare<{ reason: string | null; before: number; rows: number }, StoredReject>(
    `SELECT id, at, topic, reason, payload FROM quarantine
     WHERE id < :before AND (:reason IS NULL OR reason = :reason) ORDER BY id DESC LIMIT :rows`,
  ),
  counts: db.prepare<[], { readonly reason: string; readonly rows: number }>(
    'SELECT reason, count(*) AS rows FROM quarantine GROUP BY reason ORDER BY rows DESC, reason',
  ),
});
