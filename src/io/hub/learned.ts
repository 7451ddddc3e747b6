import type { SqlDatabase } from '../../stream/ports/sql.ts';
import { insertRows } from './insert-rows.ts';

/** What a site has learned about one stream, without the file. Times are epoch ms. */
export interface LearnedRow {
  readonly site: string;
  readonly stream: string;
  /** When the hub stored it; with site and stream the key. */
  readonly stored_at: number;
  /** When the site made it. */
  readonly at: number;
  readonly samples: number;
  /** Version of the snapshots, and layout of the memory. */
  readonly version: number;
  readonly shape: string;
  /** Series and units as JSON. */
  readonly series: string;
  readonly units: string;
  readonly size: number;
  readonly sha256: string;
}

/** As `zankyo export` writes it. */
export type LearnedFileRow = LearnedRow & { readonly content: Uint8Array };

type Key = Pick<LearnedRow, 'site' | 'stream' | 'stored_at'>;

/** Of a `LearnedRow`. */
const COLUMNS = 'site, stream, stored_at, at, samples, version, shape, series, units, size, sha256';

/** All that is stored of a site, the newest of each stream first. */
export const learnedOf = (db: SqlDatabase, site: string): Promise<readonly LearnedRow[]> =>
  db.read(
    `SELECT ${COLUMNS} FROM hub_learned
      WHERE site = $1 ORDER BY stream, stored_at DESC`,
    [site],
  );

/** All of all sites: with 1,000 sites of 10 streams 20,000 rows, without the files. */
export const allLearned = (db: SqlDatabase): Promise<readonly LearnedRow[]> =>
  db.read(`SELECT ${COLUMNS} FROM hub_learned ORDER BY site, stream, stored_at DESC`);

/** The sites of which something is stored, at most `limit`. */
export const learnedSites = async (db: SqlDatabase, limit: number): Promise<readonly string[]> =>
  (await db.read<{ site: string }>('SELECT DISTINCT site FROM hub_learned ORDER BY site LIMIT $1', [limit])).map(
    ({ site }) => site,
  );

/** Undefined where it was dropped meanwhile. */
export async function learnedFile(db: SqlDatabase, { site, stream, stored_at }: Key): Promise<Uint8Array | undefined> {
  const [row] = await db.read<{ content: Uint8Array }>(
    'SELECT content FROM hub_learned WHERE site = $1 AND stream = $2 AND stored_at = $3',
    [site, stream, stored_at],
  );
  return (row as { content: Uint8Array } | undefined)?.content;
}

/** Stores a file and drops others, in one transaction. */
export const storeLearned = (db: SqlDatabase, row: LearnedFileRow, drop: readonly Key[]): Promise<void> =>
  db.write([
    ...drop.map(({ site, stream, stored_at }) => ({
      text: 'DELETE FROM hub_learned WHERE site = $1 AND stream = $2 AND stored_at = $3',
      values: [site, stream, stored_at],
    })),
    ...insertRows(
      'hub_learned',
      [
        'site',
        'stream',
        'stored_at',
        'at',
        'samples',
        'version',
        'shape',
        'series',
        'units',
        'size',
        'sha256',
        'content',
      ],
      [row],
      '(site, stream, stored_at) DO NOTHING',
    ),
  ]);

/** A request to fetch learned states from a site, or to send some to it. */
export interface TransferRow {
  readonly id: string;
  readonly site: string;
  readonly direction: 'fetch' | 'send';
  readonly sender: string;
  readonly at: number;
  readonly status: 'running' | 'done' | 'failed';
  /** One sentence; empty while it runs. */
  readonly text: string;
  /** JSON: what became of each stream. */
  readonly streams: string;
  readonly ended_at: number | null;
}

export const storeTransfer = (db: SqlDatabase, row: TransferRow): Promise<void> =>
  db.write(
    insertRows(
      'hub_transfer',
      ['id', 'site', 'direction', 'sender', 'at', 'status', 'text', 'streams', 'ended_at'],
      [row],
      `(id) DO UPDATE SET status = excluded.status, text = excluded.text, streams = excluded.streams,
        ended_at = excluded.ended_at`,
    ),
  );

export const transfersOf = (db: SqlDatabase, site: string): Promise<readonly TransferRow[]> =>
  db.read('SELECT * FROM hub_transfer WHERE site = $1 ORDER BY at DESC LIMIT 10', [site]);

/** Those that a hub was working at when it ended. Nothing of them is half done: a file is stored, or used, as a whole. */
export const endTransfers = (db: SqlDatabase, text: string, at: number): Promise<void> =>
  db.write([
    {
      text: `UPDATE hub_transfer SET status = 'failed', text = $1, ended_at = $2 WHERE status = 'running'`,
      values: [text, at],
    },
  ]);
