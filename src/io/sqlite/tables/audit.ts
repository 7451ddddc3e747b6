import type { StoredCommand } from './command-log.ts';
import type { Database } from '../database.ts';

/** A command with its place in the order in which they came. */
export interface AuditedCommand extends StoredCommand {
  readonly n: number;
}

/** A stored setting of a sensitivity. */
export interface SensitivityCommand {
  readonly id: string | null;
  readonly at: number;
  readonly request: string;
  readonly undoneBy: string | null;
}

/** Reads the record of commands, page by page. */
export class Audit {
  readonly #statements: ReturnType<typeof statements>;

  constructor(db: Database) {
    this.#statements = statements(db);
  }

  /** The newest first, those before number `before`. */
  list(before: number, rows: number): readonly AuditedCommand[] {
    return this.#statements.list.all({ before, rows });
  }

  /** The commands that set the sensitivity of one of these series, the oldest first. */
  sensitivities(series: readonly string[]): readonly SensitivityCommand[] {
    return this.#statements.sensitivities.all({ series: JSON.stringify(series) });
  }

  /** When a command was carried out; null where it is not stored any more. */
  timeOf(id: string): number | null {
    return this.#statements.time.get(id) ?? null;
  }
}

const statements = (db: Database) => ({
  list: db.prepare<{ before: number; rows: number }, AuditedCommand>(
    `SELECT n, id, at, source, by, command, series, request, status, code, reply, undone_by AS undoneBy FROM command
     WHERE n < :before ORDER BY n DESC LIMIT :rows`,
  ),
  sensitivities: db.prepare<{ series: string }, SensitivityCommand>(
    `SELECT id, at, request, undone_by AS undoneBy FROM command
     WHERE command = 'sensitivity' AND status = 'done' AND series IN (SELECT value FROM json_each(:series)) ORDER BY n`,
  ),
  time: db.prepare<[string], number>('SELECT at FROM command WHERE id = ?').pluck(),
});
