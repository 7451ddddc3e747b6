import type { Database } from '../database.ts';

type TableName =
  | 'anomaly'
  | 'command'
  | 'command_state'
  | 'dialect_memory'
  | 'freeze'
  | 'habit'
  | 'held_back'
  | 'history'
  | 'history_series'
  | 'incident'
  | 'journal'
  | 'journal_series'
  | 'label'
  | 'mode'
  | 'mute'
  | 'notification'
  | 'notify_state'
  | 'notify_thread'
  | 'outbox'
  | 'quarantine'
  | 'retained_state'
  | 'signal'
  | 'snapshot'
  | 'snapshot_history'
  | 'written_hour';

/** Every table. */
const TABLES: readonly TableName[] = [
  'anomaly',
  'command',
  'command_state',
  'dialect_memory',
  'freeze',
  'habit',
  'held_back',
  'history',
  'history_series',
  'incident',
  'journal',
  'journal_series',
  'label',
  'mode',
  'mute',
  'notification',
  'notify_state',
  'notify_thread',
  'outbox',
  'quarantine',
  'retained_state',
  'signal',
  'snapshot',
  'snapshot_history',
  'written_hour',
];

/** How large a database is, and what it holds. */
export interface TableFigures {
  readonly version: number;
  readonly pages: { readonly count: number; readonly free: number; readonly bytes: number };
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  /** The saved states of each stream, the newest first. */
  readonly snapshots: readonly {
    readonly stream: string;
    readonly at: number;
    readonly seq: number;
    readonly version: number;
    readonly shape: string;
    readonly bytes: number;
  }[];
}

/** Tables, rows and saved states. Reads every table once. */
export const tableFigures = (db: Database): TableFigures => ({
  version: db.pragma('user_version', { simple: true }) as number,
  pages: db
    .prepare<[], TableFigures['pages']>(
      'SELECT page_count AS count, freelist_count AS free, page_size AS bytes FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
    )
    .get()!,
  tables: TABLES.map((name) => ({ name, rows: rowsOf(db, name) })),
  snapshots: db
    .prepare<[], TableFigures['snapshots'][number]>(
      'SELECT stream, at, seq, version, shape, length(bytes) AS bytes FROM snapshot ORDER BY stream, at DESC',
    )
    .all(),
});

const rowsOf = (db: Database, name: TableName): number =>
  db.prepare<[], number>(`SELECT count(*) FROM ${name}`).pluck().get()!;
