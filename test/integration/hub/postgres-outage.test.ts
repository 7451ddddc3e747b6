import { afterEach, expect, test } from 'vitest';
import { openPostgres } from '../../../src/io/postgres/sql-database.ts';
import { startPostgres } from '../programs/postgres.ts';
import { eventually } from '../programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

test('a server that ends within a transaction fails the write, not the program; the next write succeeds', async () => {
  const server = await startPostgres();
  cleanUps.push(() => server.stop());
  const db = await openPostgres({ ...server, tls: false, onError: () => undefined });
  cleanUps.push(() => db.close());
  const uncaught: unknown[] = [];
  const onUncaught = (error: unknown): void => void uncaught.push(error);
  process.on('uncaughtException', onUncaught);
  cleanUps.push(() => process.off('uncaughtException', onUncaught));

  const writing = db.write([{ text: 'SELECT pg_sleep(60)', values: [] }]).catch((error: unknown) => error);
  const sleeping = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
  await eventually(async () => (await db.read(sleeping)).length > 0);
  await server.kill();
  expect(await writing).toBeInstanceOf(Error);
  await server.restart();
  await db.write([{ text: 'SELECT 1', values: [] }]);
  expect(uncaught).toEqual([]);
});
