import { DAY_MS } from '../../math/time.ts';
import type { SqlDatabase } from '../../stream/ports/sql.ts';

/** Deletes alarms that ended before a time. Open ones stay. It began before it ended: the index is by the beginning,
 * and `+ 0` keeps SQLite from another one that has all closed alarms. */
export const forgetOld = (db: SqlDatabase, before: number): Promise<void> =>
  db.write([
    { text: 'DELETE FROM hub_alarm WHERE closed + 0 = 1 AND opened_at < $1 AND at < $1', values: [before] },
    { text: 'DELETE FROM hub_incident WHERE closed = 1 AND start_at < $1 AND at < $1', values: [before] },
    { text: 'DELETE FROM hub_alert WHERE closed_at < $1', values: [before] },
    { text: 'DELETE FROM hub_command WHERE at < $1', values: [before] },
    { text: 'DELETE FROM hub_transfer WHERE at < $1', values: [before] },
    { text: 'DELETE FROM hub_learned WHERE stored_at < $1', values: [before] },
    { text: 'DELETE FROM hub_day WHERE day < $1', values: [Math.floor(before / DAY_MS)] },
  ]);
