import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { prepareTables } from '../../../src/io/hub/tables.ts';
import { openSqliteFile } from '../../../src/io/sqlite/sql-database.ts';
import type { SqlDatabase } from '../../../src/stream/ports/sql.ts';

/** The database of a hub in SQLite, empty, until the end of the test. */
export const hubDatabase = async (): Promise<SqlDatabase> => {
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-hub-'));
  const db = openSqliteFile(join(directory, 'hub.db'));
  onTestFinished(async () => {
    await db.close();
    rmSync(directory, { recursive: true });
  });
  await prepareTables(db);
  return db;
};
