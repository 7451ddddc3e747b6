import type { Statement } from 'better-sqlite3';
import type { Database } from '../database.ts';
import { intact, type SnapshotRow } from '../snapshots/snapshot-row.ts';

/** Rows recovered from a damaged database. */
export interface Salvaged {
  readonly anomalies: number;
  readonly incidents: number;
  /** Streams that keep their learned state. */
  readonly streams: number;
}

type TableName =
  | 'anomaly'
  | 'incident'
  | 'snapshot'
  | 'snapshot_history'
  | 'journal'
  | 'journal_series'
  | 'outbox'
  | 'retained_state'
  | 'habit'
  | 'command'
  | 'label'
  | 'mute'
  | 'held_back'
  | 'freeze'
  | 'command_state'
  | 'notification'
  | 'notify_thread'
  | 'notify_state'
  | 'history_series'
  | 'history'
  | 'signal'
  | 'written_hour';

interface Table {
  /** The next rowid after one. */
  readonly next: Statement<[number], number>;
  readonly copy: Statement<[number]>;
}

/** More rows than a page can hold. If a row this far ahead is unreadable too, the rest of the table is lost. */
const MAX_SKIP = 2 ** 20;

/**
 * Copies all readable rows of the damaged file `from` into the tables of `to`, which have the same version and are
 * empty. Pass a copy of the damaged file, because opening may change it. The rows are on the disk only after `to` is
 * synced.
 */
export function salvage(from: string, to: Database): void {
  const tables = attempt(() => {
    to.prepare('ATTACH ? AS old').run(from);
    return [tableOf(to, 'anomaly'), tableOf(to, 'snapshot'), ...later(to)];
  });
  // One transaction for each row, because damage in between would roll them all back. The caller syncs the file at the
  // end.
  to.pragma('synchronous = OFF');
  for (const table of tables ?? []) copyReadable(table);
}

/**
 * Deletes copied rows with a wrong checksum or invalid JSON: SQLite has no checksums and returns the content of a torn
 * page. A stream without an intact snapshot gets its newest intact past one.
 */
export function tidy(db: Database): Salvaged {
  const whole = (
    ...[stream, at, seq, version, shape, sha256, bytes]: readonly SnapshotRow[keyof SnapshotRow][]
  ): number => Number(intact({ stream, at, seq, version, shape, sha256, bytes } as SnapshotRow));
  db.function('intact', { varargs: true }, whole);
  db.exec(`
    DELETE FROM anomaly WHERE NOT (json_valid(contributions) AND json_valid(evidence));
    DELETE FROM snapshot WHERE NOT intact(stream, at, seq, version, shape, sha256, bytes);
    DELETE FROM snapshot_history WHERE NOT intact(stream, at, seq, version, shape, sha256, bytes);
    INSERT OR IGNORE INTO snapshot (stream, slot, at, seq, version, shape, sha256, bytes)
      SELECT stream, 0, at, seq, version, shape, sha256, bytes FROM snapshot_history ORDER BY at DESC;
  `);
  return db
    .prepare<[], Salvaged>(
      `SELECT (SELECT count(*) FROM anomaly) AS anomalies,
        (SELECT count(*) FROM incident) AS incidents,
        (SELECT count(DISTINCT stream) FROM snapshot) AS streams`,
    )
    .get()!;
}

/** Row by row. At an unreadable page it skips ahead in growing steps, and then tries each skipped row. */
const copyReadable = ({ next, copy }: Table): void => {
  let done = 0;
  for (let leap = 0; leap <= MAX_SKIP;) {
    const found = attempt(() => ({ rowid: next.get(done + leap) }));
    if (found === null) {
      leap = 2 * leap + 1;
      continue;
    }
    const end = found.rowid ?? done + leap;
    for (let rowid = leap === 0 ? end : done + 1; rowid <= end; rowid++) attempt(() => copy.run(rowid));
    if (found.rowid === undefined) return;
    done = end;
    leap = 0;
  }
};

/** Null if the old file is unreadable or its row does not fit the table. A full disk is an error. */
const attempt = <T>(task: () => T): T | null => {
  try {
    return task();
  } catch (error) {
    if ((error as { code?: string }).code === 'SQLITE_FULL') throw error;
    return null;
  }
};

const tableOf = (db: Database, name: TableName): Table => ({
  next: db.prepare<[number], number>(`SELECT rowid FROM old.${name} WHERE rowid > ? ORDER BY rowid LIMIT 1`).pluck(),
  copy: db.prepare(`INSERT OR IGNORE INTO main.${name} SELECT * FROM old.${name} WHERE rowid = ?`),
});

/** The tables that versions 2 to 12 added, except that of formats, and those of modes: each stream writes its own again when it is saved. */
const later = (db: Database): readonly Table[] => [
  ...(attempt(() => [tableOf(db, 'incident'), tableOf(db, 'snapshot_history')]) ?? []),
  ...(attempt(() => [tableOf(db, 'journal'), tableOf(db, 'journal_series'), tableOf(db, 'outbox')]) ?? []),
  ...(attempt(() => [tableOf(db, 'retained_state')]) ?? []),
  ...(attempt(() => [tableOf(db, 'habit')]) ?? []),
  ...(attempt(() => [tableOf(db, 'command'), tableOf(db, 'label'), tableOf(db, 'command_state')]) ?? []),
  ...(attempt(() => [tableOf(db, 'mute'), tableOf(db, 'held_back')]) ?? []),
  ...(attempt(() => [tableOf(db, 'freeze')]) ?? []),
  ...(attempt(() => [tableOf(db, 'notification'), tableOf(db, 'notify_thread'), tableOf(db, 'notify_state')]) ?? []),
  ...(attempt(() => [tableOf(db, 'signal')]) ?? []),
  // A torn block is found when it is read (history/block-bytes.ts).
  ...(attempt(() => [tableOf(db, 'history_series'), tableOf(db, 'history')]) ?? []),
  ...(attempt(() => [tableOf(db, 'written_hour')]) ?? []),
];
