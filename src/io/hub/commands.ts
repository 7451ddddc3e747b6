import type { SqlDatabase } from '../../stream/ports/sql.ts';
import { insertRows } from './insert-rows.ts';

export interface NewCommand {
  readonly id: string;
  readonly site: string;
  readonly series: string | null;
  readonly command: string;
  readonly sender: string;
  readonly at: number;
}

/** A command that is not answered yet. */
export const storeCommand = (db: SqlDatabase, command: NewCommand): Promise<void> =>
  db.write(
    insertRows(
      'hub_command',
      ['id', 'site', 'series', 'command', 'sender', 'at', 'status', 'code', 'text', 'replied_at'],
      [{ ...command, status: null, code: null, text: null, replied_at: null }],
      '(id) DO NOTHING',
    ),
  );
