import { AppError } from '../errors.ts';
import type { Snapshot, SnapshotPort } from '../stream/ports.ts';
import type { Database } from './database.ts';
import { SnapshotHistory } from './snapshot-history.ts';
import { digest, intact, type SnapshotRow } from './snapshot-row.ts';

/** Writes a stream's snapshot over the one before, in the transaction of the caller if there is one. */
export const snapshotWriter = (db: Database): ((snapshot: Snapshot) => void) => {
  const upsert = db.prepare<SnapshotRow>(`
    INSERT INTO snapshot (stream, at, version, shape, sha256, bytes)
    VALUES (:stream, :at, :version, :shape, :sha256, :bytes)
    ON CONFLICT (stream) DO UPDATE SET
      at = excluded.at, version = excluded.version, shape = excluded.shape,
      sha256 = excluded.sha256, bytes = excluded.bytes
  `);
  return ({ stream, at, version, shape, bytes }) => {
    const row = { stream, at: Math.round(at), version, shape, bytes };
    upsert.run({ ...row, sha256: digest(row), bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) });
  };
};

/** The newest snapshot of each stream and a few past ones, with a checksum: SQLite itself has none and gives back a flipped bit as it is. */
export class SnapshotStore implements SnapshotPort {
  readonly #path: string;
  readonly #history: SnapshotHistory;
  readonly #select: ReturnType<typeof selectSnapshot>;
  readonly #streams: ReturnType<typeof selectStreams>;
  readonly #saveAll: (snapshots: readonly Snapshot[]) => void;

  constructor(db: Database) {
    this.#path = db.name;
    this.#select = selectSnapshot(db);
    this.#streams = selectStreams(db);
    this.#history = new SnapshotHistory(db);
    const write = snapshotWriter(db);
    this.#saveAll = db.transaction((snapshots: readonly Snapshot[]) => {
      for (const snapshot of snapshots) {
        write(snapshot);
        this.#history.keep(snapshot.stream, Math.round(snapshot.at));
      }
    });
  }

  streams(): readonly string[] {
    return this.#streams.all();
  }

  /** Null when there is none. Throws an `AppError` `snapshot_damaged` when it is not what was saved. */
  load(stream: string): Snapshot | null {
    const row = this.#select.get(stream);
    if (row === undefined) return null;
    if (!intact(row))
      throw new AppError(
        'snapshot_damaged',
        `${this.#path}: the saved state of "${stream}" is damaged (its checksum differs); "${stream}" has to learn anew, and its next snapshot replaces this one`,
      );
    const { at, version, shape, bytes } = row;
    return { stream, at, version, shape, bytes };
  }

  before(stream: string, at: number): readonly Snapshot[] {
    return this.#history.before(stream, at).filter(intact);
  }

  forgetSince(stream: string, at: number): void {
    this.#history.forgetSince(stream, at);
  }

  /** All of them or none. */
  save(snapshots: readonly Snapshot[]): void {
    if (snapshots.length > 0) this.#saveAll(snapshots);
  }
}

const selectSnapshot = (db: Database) =>
  db.prepare<[string], SnapshotRow>('SELECT stream, at, version, shape, sha256, bytes FROM snapshot WHERE stream = ?');

const selectStreams = (db: Database) => db.prepare<[], string>('SELECT stream FROM snapshot ORDER BY stream').pluck();
