import { once } from 'node:events';
import { request } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { freePort } from '../../integration/programs/mosquitto.ts';
import { isOwnHost, openHttpServer, type HttpServer } from '../../../src/io/http/server.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const lines: { level: string; message: string }[] = [];
const log = (level: string, _: unknown, message: string): void => {
  lines.push({ level, message });
};

/** A server on a free port that answers GET /hello. */
async function open(hosts: readonly string[] = []): Promise<{ server: HttpServer; port: number }> {
  lines.length = 0;
  const server = openHttpServer(
    (app) => {
      app.get('/hello', (context) => context.text('hello'));
      app.get('/broken', () => {
        throw new Error('a fault of ours');
      });
    },
    { host: '127.0.0.1', port: 0, hosts, log },
  );
  cleanUps.push(() => server.close());
  while (server.port === null) await new Promise(setImmediate);
  return { server, port: server.port };
}

const ask = (port: number, path: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<{ status: number | undefined; body: string; headers: NodeJS.Dict<string | string[]> }>(
    (resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path, headers, method, agent: false }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () => {
          resolve({ status: response.statusCode, body, headers: response.headers });
        });
      });
      asked.on('error', reject);
      asked.end();
    },
  );

test('a route answers, with headers that let a browser run nothing but our files', async () => {
  const { port } = await open();
  const { status, body, headers } = await ask(port, '/hello');
  expect([status, body]).toEqual([200, 'hello']);
  expect(headers).toMatchObject({
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'SAMEORIGIN',
  });
});

test('another path, and a method that the route does not have, are not found', async () => {
  const { port } = await open();
  expect((await ask(port, '/other')).status).toBe(404);
  expect((await ask(port, '/hello', { 'Content-Type': 'application/json' }, 'POST')).status).toBe(404);
});

test('a request for a name of another machine is refused, so that no page can read the answers', async () => {
  const { port } = await open(['pi.example.org']);
  const status = async (host: string) => (await ask(port, '/hello', { host })).status;
  expect(await status('evil.example.org')).toBe(421);
  expect(await status('evil.example.org:8787')).toBe(421);
  expect(await status('pi.example.org:8787')).toBe(200);
  expect(await status('192.168.1.5:8787')).toBe(200);
});

test('an address, localhost and the name of the machine are its own', () => {
  const names = new Set(['localhost', 'pi']);
  for (const host of ['127.0.0.1', '10.0.0.2:8787', '[::1]:8787', 'localhost:1', 'PI', 'pi:8787'])
    expect([host, isOwnHost(host, names)]).toEqual([host, true]);
  for (const host of ['', 'pi.evil.org', '127.0.0.1.evil.org', 'localhost.evil.org:80', '[::1].evil.org'])
    expect([host, isOwnHost(host, names)]).toEqual([host, false]);
  expect(hostname()).not.toBe('');
});

test('headers above 8 KiB are refused with 431', async () => {
  const { port } = await open();
  expect((await ask(port, '/hello', { 'x-long': 'x'.repeat(7000) })).status).toBe(200);
  expect((await ask(port, '/hello', { 'x-long': 'x'.repeat(9000) })).status).toBe(431);
});

test('an exception in a route is logged and answered without its text', async () => {
  const { port } = await open();
  expect(await ask(port, '/broken')).toMatchObject({ status: 500, body: 'Internal error.\n' });
  expect(lines.filter(({ level }) => level === 'error')).toEqual([
    { level: 'error', message: 'internal error: a request over HTTP failed' },
  ]);
});

test('close cuts off a client that never ends its request', async () => {
  const { server, port } = await open();
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('GET /hello HTTP/1.1\r\nHost: localhost\r\nX-Never: ');
  const closed = once(socket, 'close');
  await new Promise((resolve) => setTimeout(resolve, 20));
  await server.close();
  await closed;
});

test('a port that is taken is logged with the remedy, and the program goes on', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  cleanUps.push(() => other.close());
  const { port } = other.address() as AddressInfo;
  lines.length = 0;
  const server = openHttpServer(() => undefined, { host: '127.0.0.1', port, hosts: [], log });
  while (lines.length === 0) await new Promise(setImmediate);
  expect(lines).toEqual([
    {
      level: 'error',
      message: `the HTTP server cannot listen on 127.0.0.1:${port}: another program uses this port; change http.listen, or end that program`,
    },
  ]);
  expect(server.port).toBeNull();
  await server.close();
});

test('a server that is closed before it listens never listens', async () => {
  const port = await freePort();
  lines.length = 0;
  await openHttpServer(() => undefined, { host: 'localhost', port, hosts: [], log }).close();
  // The lookup of the name takes a moment.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const next = createServer().listen(port, 'localhost');
  cleanUps.push(() => next.close());
  await once(next, 'listening');
  expect(lines).toEqual([]);
});
