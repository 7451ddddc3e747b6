import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { freePort, startMosquitto } from '../programs/mosquitto.ts';
import { directory, eventually, runProgram, startHub } from '../programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

test('zankyo token --hub replaces the token of a running hub; one that is read-only sends no command', async () => {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  const { path: cwd, remove } = directory();
  cleanUps.push(remove);
  const port = await freePort();
  writeFileSync(
    join(cwd, 'hub.yaml'),
    `name: east\nmqtt: { url: '${broker.url}' }\ncommands: true\nhttp: { listen: '127.0.0.1:${port}', require_token: true }\n`,
  );
  const hub = await startHub(cwd, cleanUps);
  const first = (await hub.logged('token of the hub'))['token'] as string;
  const status = async (path: string, token: string, method = 'GET'): Promise<number> => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const body = method === 'POST' ? '{"command":"mute","for":"2h","by":"Ada"}' : null;
    return (await fetch(`http://127.0.0.1:${port}/${path}`, { method, headers, body })).status;
  };
  const token = async (...args: readonly string[]): Promise<{ site: string; role: string; token: string }> => {
    const { code, stdout } = await runProgram(['token', '--hub', '-c', 'hub.yaml', '--json', ...args], cwd);
    expect(code).toBe(0);
    return JSON.parse(stdout) as { site: string; role: string; token: string };
  };
  for (const path of ['api/sites', 'metrics', 'readyz']) {
    expect([path, await status(path, first)]).toEqual([path, 200]);
    expect([path, await status(path, 'zankyo-operator-x')]).toEqual([path, 401]);
  }
  const operator = await token();
  const viewer = await token('--read-only');
  expect([operator, viewer]).toMatchObject([
    { site: 'east', role: 'operator' },
    { site: 'east', role: 'viewer' },
  ]);
  await eventually(async () => (await status('api/sites', operator.token)) === 200);
  expect(await status('api/sites', first)).toBe(401);
  expect(await status('api/sites', viewer.token)).toBe(200);
  // There is no such site: 400 for who may ask, 403 for who may not.
  expect(await status('api/site/north/command', operator.token, 'POST')).toBe(400);
  expect(await status('api/site/north/command', viewer.token, 'POST')).toBe(403);
  await token('--read-only', '--remove');
  await eventually(async () => (await status('api/sites', viewer.token)) === 401);
});
