import type { HubConfig } from '../../config/hub/hub-schema.ts';
import { prepareTables } from '../../io/hub/tables.ts';
import { openSqliteFile } from '../../io/sqlite/sql-database.ts';
import type { Log } from '../../log.ts';
import type { SqlDatabase } from '../../stream/ports/sql.ts';

/** The database of a hub, with its tables. Throws `database_unusable`. */
export async function openHubDatabase({ database, postgres }: HubConfig, log: Log): Promise<SqlDatabase> {
  const db = postgres === undefined ? openSqliteFile(database) : await opened(postgres, log);
  try {
    await prepareTables(db);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

async function opened(options: NonNullable<HubConfig['postgres']>, log: Log): Promise<SqlDatabase> {
  const { openPostgres } = await import('../../io/postgres/sql-database.ts');
  const onError = (error: Error): void => {
    log('warn', { err: error }, 'a connection to PostgreSQL was lost; the hub opens another one');
  };
  return openPostgres({ ...options, onError });
}
