import type { SqlDatabase } from '../../stream/ports/sql.ts';
import { insertRows } from './insert-rows.ts';

/** What the hub itself has found. */
export interface HubAlert {
  readonly id: string;
  readonly about: 'site' | 'asset';
  /** The site, or site/series. */
  readonly subject: string;
  readonly opened_at: number;
  readonly closed_at: number | null;
  readonly reason: string;
}

/** `unsent` 1: the last change is not published. */
export type HubAlertRow = HubAlert & { readonly unsent: number };

/** Those that are open or not published, the oldest first. */
export const openOrUnsentAlerts = (db: SqlDatabase): Promise<readonly HubAlertRow[]> =>
  db.read('SELECT * FROM hub_alert WHERE closed_at IS NULL OR unsent = 1 ORDER BY opened_at');

export const storeAlert = (db: SqlDatabase, alert: HubAlertRow): Promise<void> =>
  db.write(
    insertRows(
      'hub_alert',
      ['id', 'about', 'subject', 'opened_at', 'closed_at', 'reason', 'unsent'],
      [alert],
      '(id) DO UPDATE SET closed_at = excluded.closed_at, reason = excluded.reason, unsent = excluded.unsent',
    ),
  );

/** Marks an alert as published, unless it has been closed since. */
export const markAlertSent = (db: SqlDatabase, { id, closed_at }: HubAlert): Promise<void> =>
  db.write([
    {
      text:
        closed_at === null
          ? 'UPDATE hub_alert SET unsent = 0 WHERE id = $1 AND closed_at IS NULL'
          : 'UPDATE hub_alert SET unsent = 0 WHERE id = $1 AND closed_at IS NOT NULL',
      values: [id],
    },
  ]);
