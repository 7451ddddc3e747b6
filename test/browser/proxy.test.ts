import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../integration/programs/mosquitto.ts';
import { eventually, runProgram } from '../integration/programs/program.ts';
import { openTab, startBrowser, startRig, type Rig } from './browser.ts';
import { startNginx } from './proxy.ts';

/** The lines for nginx that docs/dashboard.md shows. */
const documented = (port: number): string => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/dashboard.md'), 'utf8');
  const [, block] = /```nginx\n([^]*?)```/.exec(page)!;
  return block.replaceAll('127.0.0.1:8787', `127.0.0.1:${port}`);
};

let browser: Browser;
let rig: Rig;
let proxy: { readonly stop: () => Promise<void> };
let url: string;
let token: string;
beforeAll(async () => {
  browser = await startBrowser();
  rig = await startRig('tuning: { network: false }\n', 'require_token: true, hosts: [proxy.localhost]');
  token = (await rig.program.logged('token of the dashboard'))['token'] as string;
  const port = await freePort();
  proxy = await startNginx(port, documented(rig.port));
  url = `http://proxy.localhost:${port}/zankyo/`;
});
afterAll(async () => {
  await browser.close();
  await proxy.stop();
  await rig.stop();
});

const logIn = async (of: string) => {
  const tab = await openTab(browser, url);
  await tab.page.getByLabel('Token').fill(of);
  await tab.page.getByRole('button', { name: 'Log in' }).click();
  return tab;
};

test('behind nginx with a sub-path: log in, see a reading come, give a command, log out', async () => {
  const { page, complaints } = await logIn(token);
  await page.getByText('broker connected').waitFor();
  await rig.publish('boiler', 20);
  await page.locator('[data-stream=boiler]').waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('m');
  await page.getByText('No alert about boiler is published').waitFor();
  await page.reload();
  await page.locator('[data-stream=boiler]', { hasText: 'muted' }).waitFor();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByLabel('Token').waitFor();
  await page.reload();
  await page.getByLabel('Token').waitFor();
  expect(complaints).toEqual([]);
});

test('a wrong token is refused with a sentence', async () => {
  const { page } = await logIn(token.slice(0, -1));
  await page.getByRole('alert').getByText('not the token of this site').waitFor();
});

test('in a frame of another origin the page is not shown', async () => {
  const { page } = await openTab(browser, 'about:blank');
  await page.setContent(`<iframe src="${rig.url}"></iframe>`);
  await eventually(() => page.frames().some((frame) => frame.url().startsWith('chrome-error:')));
});

test('a read-only token shows everything, and no button that would change something', async () => {
  const { stdout } = await runProgram(['token', '-c', 'site.yaml', '--read-only'], rig.path);
  const { page } = await logIn(stdout.trim());
  await page.getByText('this token is read-only').waitFor();
  await page.locator('[data-stream=boiler]').waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('m');
  await page.getByText('Not done: This token is read-only').waitFor();
});
