import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { startMosquitto } from './programs/mosquitto.ts';
import { directory, eventually, startProgram } from './programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

test.each([
  ['run', `site: house\ndatabase: zankyo.db\ninputs: [{ topic: 'rooms/+', name: '{1}' }]\n`],
  ['hub', 'database: hub.db\n'],
])('%s with a port in use: one line with cause and remedy in the journal, and it goes on', async (command, text) => {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  cleanUps.push(() => other.close());
  const { port } = other.address() as AddressInfo;
  const http = `http: { listen: '127.0.0.1:${port}' }\n`;
  const { path, remove } = directory({
    'file.yaml': `${text}mqtt: { url: '${broker.url}' }\nlog: { format: journal }\n${http}`,
  });
  cleanUps.push(remove);
  const program = startProgram([command, '-c', 'file.yaml'], path);
  cleanUps.push(() => program.child.kill('SIGKILL'));
  const lines: string[] = [];
  program.child.stderr!.on('data', (chunk: string) => lines.push(...chunk.split('\n').filter((line) => line !== '')));
  const has = (start: string): boolean => lines.some((line) => line.startsWith(start));
  await eventually(() => has('<3>') && has('<6>listening'));
  const { code } = await program.end('SIGTERM');
  expect(code).toBe(0);
  expect(lines.filter((line) => !line.startsWith('<6>'))).toEqual([
    `<3>the HTTP server cannot listen on 127.0.0.1:${port}: another program uses this port; change http.listen, or end that program host=127.0.0.1 port=${port} code=EADDRINUSE`,
  ]);
});
