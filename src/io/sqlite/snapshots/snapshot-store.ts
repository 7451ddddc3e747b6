import type { Snapshot, SnapshotPort } from '../../../stream/ports/ports.ts';
import type { Database } from '../database.ts';
import { SnapshotHistory } from './snapshot-history.ts';
import { digest, intact, type SnapshotRow } from './snapshot-row.ts';

/** Slots of each stream: the newest snapshot may be damaged, and the one before it as well. */
const SLOTS = [0, 1, 2];

/**
 * The three newest snapshots of each stream and a few past ones, with checksums: SQLite has none, and returns a flipped
 * bit unnoticed.
 */
export class SnapshotStore implements SnapshotPort {
  readonly #history: SnapshotHistory;
  readonly #statements: ReturnType<typeof statements>;
  readonly #save: (snapshots: readonly Snapshot[]) => void;
  readonly #replace: (snapshot: Snapshot) => void;

  constructor(db: Database) {
    this.#statements = statements(db);
    this.#history = new SnapshotHistory(db);
    this.#save = db.transaction((snapshots: readonly Snapshot[]) => {
      for (const snapshot of snapshots) this.#add(snapshot);
    });
    this.#replace = db.transaction((snapshot: Snapshot) => {
      this.#statements.remove.run(snapshot.stream);
      this.#add(snapshot);
    });
  }

  streams(): readonly string[] {
    return this.#statements.streams.all();
  }

  load(stream: string): { readonly whole: readonly Snapshot[]; readonly damaged: number } {
    const rows = this.#statements.present.all(stream);
    const whole = rows.filter(intact);
    return { whole, damaged: rows.length - whole.length };
  }

  /** Saves all of them or none. */
  save(snapshots: readonly Snapshot[]): void {
    if (snapshots.length > 0) this.#save(snapshots);
  }

  replace(snapshot: Snapshot): void {
    this.#replace(snapshot);
  }

  oldest(stream: string): number | null {
    return this.#statements.slots.get(stream)?.seq ?? null;
  }

  before(stream: string, at: number): readonly Snapshot[] {
    return this.#history.before(stream, at).filter(intact);
  }

  forgetSince(stream: string, at: number): void {
    this.#history.forgetSince(stream, at);
  }

  #add({ stream, at, seq, version, shape, bytes }: Snapshot): void {
    const slots = this.#statements.slots.all(stream);
    const slot = SLOTS.find((free) => slots.every((taken) => taken.slot !== free)) ?? slots[0].slot;
    const row = { stream, at: Math.round(at), seq, version, shape, bytes };
    const blob = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#statements.upsert.run({ ...row, slot, sha256: digest(row), bytes: blob });
    this.#history.keep(stream, slot, row.at);
  }
}

interface Slot {
  readonly slot: number;
  readonly seq: number;
}

const statements = (db: Database) => ({
  streams: db.prepare<[], string>('SELECT DISTINCT stream FROM snapshot ORDER BY stream').pluck(),
  present: db.prepare<[string], SnapshotRow>(`
    SELECT stream, at, seq, version, shape, sha256, bytes FROM snapshot WHERE stream = ? ORDER BY seq DESC, at DESC
  `),
  // The oldest first. The columns precede `bytes`, which is therefore not read.
  slots: db.prepare<[string], Slot>('SELECT slot, seq FROM snapshot WHERE stream = ? ORDER BY seq, at'),
  upsert: db.prepare<SnapshotRow & Slot>(`
    INSERT INTO snapshot (stream, slot, at, seq, version, shape, sha256, bytes)
    VALUES (:stream, :slot, :at, :seq, :version, :shape, :sha256, :bytes)
    ON CONFLICT (stream, slot) DO UPDATE SET
      at = excluded.at, seq = excluded.seq, version = excluded.version, shape = excluded.shape,
      sha256 = excluded.sha256, bytes = excluded.bytes
  `),
  remove: db.prepare<[string]>('DELETE FROM snapshot WHERE stream = ?'),
});
