import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { addressOf, health } from '../../../src/cli/actions/health.ts';

/** A site file with this address in `http.listen`. */
const siteFile = (http: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'zankyo-health-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, 'site.yaml');
  writeFileSync(path, `site: home\nmqtt: { url: mqtt://localhost }\ninputs: [{ topic: t }]\n${http}\n`);
  return path;
};

const servers: Server[] = [];
const closeServers = (): void => {
  for (const server of servers.splice(0)) server.close();
};

/** A server that answers every request with `status`; its address. */
const answering = async (status: number): Promise<string> => {
  const server = createServer((_, response) => response.writeHead(status).end('{"problems":[]}'));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  servers.push(server);
  onTestFinished(closeServers);
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const ask = async (config: string) => {
  const said: string[] = [];
  const keep = (text: string) => void said.push(text);
  const spies = [
    vi.spyOn(console, 'log').mockImplementation(keep),
    vi.spyOn(console, 'error').mockImplementation(keep),
  ];
  try {
    return { code: await health({ config, json: false }), text: said.join('\n') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
};

test.each([
  [200, 0, 'healthy'],
  [503, 1, 'not healthy (503): {"problems":[]}'],
  [401, 65, 'asks for a token'],
])('zankyo health: an answer of %i is exit code %i', async (status, code, text) => {
  const result = await ask(siteFile(`http: { listen: '${await answering(status)}' }`));
  expect(result.code).toBe(code);
  expect(result.text).toContain(text);
});

test('zankyo health: no answer is exit code 69, with the address and the reason', async () => {
  const address = await answering(200);
  closeServers();
  expect(await ask(siteFile(`http: { listen: '${address}' }`))).toEqual({
    code: 69,
    text: `no answer from ${address} within 5 s: ECONNREFUSED`,
  });
});

test('zankyo health: a site file without http.listen is a wrong one', async () => {
  await expect(health({ config: siteFile(''), json: false })).rejects.toMatchObject({ code: 'config_invalid' });
});

test.each([
  ['0.0.0.0:8787', '127.0.0.1:8787'],
  ['[::]:8787', '[::1]:8787'],
  ['[fd00::1]:8787', '[fd00::1]:8787'],
  ['pi.local:8787', 'pi.local:8787'],
])('a server at %s is asked at %s', (listen, address) => {
  expect(addressOf(listen)).toBe(address);
});
