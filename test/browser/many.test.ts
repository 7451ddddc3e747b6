import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTab, startBrowser, startRig, type Rig } from './browser.ts';

const SERIES = 500;
let browser: Browser;
let rig: Rig;
beforeAll(async () => {
  browser = await startBrowser();
  rig = await startRig('tuning: { network: false }\n');
  for (let i = 0; i < SERIES; i++) await rig.publish(`sensor-${i}`, 20 + (i % 7));
});
afterAll(async () => {
  await browser.close();
  await rig.stop();
});

/** When the first rows are on the screen, as the page itself sees it. */
const OBSERVE = `new MutationObserver((_, observer) => {
  if (document.querySelector('[data-stream]') === null) return;
  observer.disconnect();
  requestAnimationFrame(() => requestAnimationFrame(() => (window.shownAt = performance.now())));
}).observe(document, { childList: true, subtree: true })`;

test('500 streams: all are there, can be filtered, and change while they are shown', async () => {
  const times: string[] = [];
  for (let visit = 0; visit < 3; visit++) {
    const { page, complaints } = await openTab(browser, 'about:blank');
    await page.addInitScript(OBSERVE);
    await page.goto(rig.url);
    const rows = page.locator('[data-stream]');
    await rows.nth(SERIES - 1).waitFor({ state: 'attached' });
    await page.getByLabel('Filter by name').fill('sensor-49');
    await rows.nth(11).waitFor({ state: 'detached' });
    expect(await rows.count()).toBe(11);
    const [shown, answered] = await page.evaluate<[number, number]>('[window.shownAt, performance.now()]');
    times.push(`${Math.round(shown)} ms, all drawn and filtered ${Math.round(answered)} ms`);
    await rig.publish('sensor-499', 12345 + visit);
    await page.locator('[data-stream=sensor-499]', { hasText: String(12345 + visit) }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  }
  console.log(`500 streams, first rows after the begin of the navigation: ${times.join('; ')}`);
});

test('script and style of all pages are smaller than 150 KB, compressed', () => {
  const folder = resolve(import.meta.dirname, '../../dist/public');
  const files = readdirSync(folder).filter((name) => /\.(js|css|html)$/.test(name));
  const bytes = files.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0);
  console.log(`script and style, compressed: ${(bytes / 1000).toFixed(1)} KB in ${files.length} files`);
  expect(files.length).toBeGreaterThan(5);
  expect(bytes).toBeLessThan(150_000);
});
