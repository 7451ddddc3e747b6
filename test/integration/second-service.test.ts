import { afterEach, expect, test } from 'vitest';
import { startMosquitto } from './programs/mosquitto.ts';
import { directory, isWarning, startProgram, type Program } from './programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

test.each([
  ['run', `site: house\ndatabase: d.db\ninputs: [{ topic: 'rooms/+', name: '{1}' }]\n`],
  ['hub', 'database: d.db\n'],
])('%s on the database of one that runs: refused with the remedy, until that one is killed', async (command, text) => {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  const { path, remove } = directory({ 'file.yaml': `${text}mqtt: { url: '${broker.url}' }\n` });
  cleanUps.push(remove);
  const start = (): Program => {
    const program = startProgram([command, '-c', 'file.yaml'], path);
    cleanUps.push(() => program.child.kill('SIGKILL'));
    return program;
  };
  const first = start();
  await first.logged('listening');

  const second = await start().ended;
  expect(second.code).toBe(1);
  expect(second.stderr).toContain(
    'd.db is in use by a service that runs already: stop that one first, or set database to another file',
  );
  // Nor has it connected, which would have disconnected the first one: both have the same client id.
  expect(first.log().filter(isWarning)).toEqual([]);

  await first.end('SIGKILL');
  const third = start();
  await third.logged('listening');
  expect((await third.end('SIGTERM')).code).toBe(0);
});
