import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startService } from '../integration/programs/program.ts';
import { openTab, startBrowser, startRig, type Rig } from './browser.ts';

let browser: Browser;
let rig: Rig;
const restarted: (() => unknown)[] = [];
beforeAll(async () => {
  browser = await startBrowser();
  rig = await startRig();
  await rig.publish('boiler', 20);
});
afterAll(async () => {
  await browser.close();
  for (const end of restarted) await end();
  await rig.stop();
});

test('each page opens by its address and by its keys, and the browser complains of nothing', async () => {
  await expect.poll(async () => (await fetch(`${rig.url}api/series/boiler/marks`)).status).toBe(200);
  const { page, complaints } = await openTab(browser, rig.url);
  await page.getByText('broker connected').waitFor();
  for (const name of ['stream/boiler', 'learning/boiler', 'incidents', 'system', 'setup', '']) {
    await page.goto(`${rig.url}#/${name}`);
    await page.locator('h1').waitFor();
  }
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await page.locator('nav a[aria-current=page]', { hasText: 'Incidents' }).waitFor();
  expect(page.url()).toBe(`${rig.url}#/incidents`);
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('undo the last command').waitFor();
  expect(complaints).toEqual([]);
});

test('at phone width no page scrolls sideways, in the dark', async () => {
  const { page, complaints } = await openTab(browser, rig.url, {
    viewport: { width: 360, height: 740 },
    colorScheme: 'dark',
  });
  await page.getByText('broker connected').waitFor();
  for (const name of ['', 'incidents', 'system', 'setup']) {
    await page.goto(`${rig.url}#/${name}`);
    await page.locator('h1').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  }
  expect(complaints).toEqual([]);
});

test('the broker goes and comes back: the page says so both times, without a reload', async () => {
  const { page, complaints } = await openTab(browser, rig.url);
  await page.getByText('broker connected').waitFor();
  await rig.broker.kill();
  await page.getByText('No connection to the MQTT broker').waitFor();
  await rig.broker.restart();
  await page.getByText('broker connected').waitFor({ timeout: 40_000 });
  expect(await page.getByText('No connection to the MQTT broker').count()).toBe(0);
  expect(complaints).toEqual([]);
});

test('the service ends and starts again: the page says that it is alone, and goes on by itself', async () => {
  const { page } = await openTab(browser, rig.url);
  await page.getByText('broker connected').waitFor();
  await rig.program.end('SIGTERM');
  await page.getByText('No connection to zankyo').waitFor();
  await startService(rig.path, restarted);
  await page.getByText('broker connected').waitFor({ timeout: 40_000 });
  expect(await page.getByText('No connection to zankyo').count()).toBe(0);
});
