import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';

interface IngressOptions {
  readonly host: string;
  readonly port: number;
  readonly target: string;
  readonly allowed?: string;
}
const { serveIngress } = (await import(
  String(new URL('../../deploy/home-assistant-addon/ingress.mjs', import.meta.url))
)) as {
  readonly serveIngress: (options: IngressOptions) => Promise<Server>;
};

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** A dashboard that keeps what it is asked, and an ingress before it; the address of the ingress. */
const ingress = async (options: Partial<IngressOptions> = {}) => {
  const asked: { readonly line: string; readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  const dashboard = createServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => (body += data.toString()));
    request.on('end', () => {
      asked.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: first\n\n');
    });
  });
  await new Promise<void>((listening) => dashboard.listen(0, '127.0.0.1', listening));
  const target = `127.0.0.1:${portOf(dashboard)}`;
  const server = await serveIngress({ host: '127.0.0.1', port: 0, target, allowed: '127.0.0.1', ...options });
  servers.push(dashboard, server);
  return { url: `http://127.0.0.1:${portOf(server)}`, target, asked, dashboard };
};

const firstChunk = async (response: Response): Promise<string> => {
  for await (const chunk of response.body! as AsyncIterable<Uint8Array>) return new TextDecoder().decode(chunk);
  return '';
};

test('an event of the dashboard arrives while its answer is still open', async () => {
  const { url, target, asked } = await ingress();
  const response = await fetch(`${url}/api/live?since=3`);
  expect(await firstChunk(response)).toBe('data: first\n\n');
  expect(asked[0].line).toBe('GET /api/live?since=3');
  expect(asked[0].headers.host).toBe(target);
});

test('only the Supervisor may connect', async () => {
  const { url, asked } = await ingress({ allowed: '172.30.32.2' });
  expect((await fetch(url)).status).toBe(403);
  expect(asked).toEqual([]);
});

test.each([
  ["Home Assistant's own page", 'http://homeassistant.local:8123', true],
  ['a page of another site', 'https://elsewhere.example', false],
])('a change that comes from %s keeps or loses its origin', async (_, origin, own) => {
  const { url, target, asked } = await ingress();
  const headers = { origin, 'x-forwarded-host': 'homeassistant.local:8123', 'content-type': 'application/json' };
  const response = await fetch(`${url}/api/command`, { method: 'POST', headers, body: '{"a":1}' });
  await response.body!.cancel();
  expect(asked[0].body).toBe('{"a":1}');
  expect(asked[0].headers.origin).toBe(own ? `http://${target}` : origin);
});

test('without a dashboard behind it: 502, with the reason', async () => {
  const { url, dashboard } = await ingress();
  dashboard.close();
  const response = await fetch(url);
  expect(response.status).toBe(502);
  expect(await response.text()).toContain('its site file has a mistake');
});
