import { Observable } from 'rxjs';
import type { CommandLog, WaitingCommand } from './command-log.ts';
import type { Database } from '../database.ts';
import { failureOf } from '../failure.ts';

/** How soon a command of the command line is seen. */
const EVERY_MS = 500;

/**
 * The commands that wait in the database: at once all that an earlier run left, then those that the command line adds. A row is
 * emitted again until it is settled. `data_version` changes when another process has written: asking for it reads no page.
 */
export const waitingCommands = (db: Database, log: CommandLog): Observable<WaitingCommand> =>
  new Observable((subscriber) => {
    let version: unknown = null;
    let more = true;
    const look = (): void => {
      try {
        const now = db.pragma('data_version', { simple: true });
        if (now === version && !more) return;
        version = now;
        more = true; // also where the read fails
        const rows = log.waiting();
        more = rows.length > 0;
        for (const row of rows) subscriber.next(row);
      } catch (error) {
        if (failureOf(error) !== 'busy') subscriber.error(error);
      }
    };
    look();
    const timer = setInterval(look, EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  });
