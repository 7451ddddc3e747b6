import type { Migration } from './migration.ts';
import { MIGRATIONS_FROM_7 } from './migrations-from-7.ts';
import { MIGRATIONS_TO_6 } from './migrations-to-6.ts';

/**
 * The history of the tables. A released migration is never changed, because its tables are on users' disks.
 * Times are epoch ms; `v_anomalies` shows them in seconds, as Grafana and SQLite's own functions expect.
 */
export const MIGRATIONS: readonly Migration[] = [...MIGRATIONS_TO_6, ...MIGRATIONS_FROM_7];
