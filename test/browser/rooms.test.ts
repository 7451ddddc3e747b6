import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from '../integration/programs/program.ts';
import { openTab, startBrowser, startRig, type Rig } from './browser.ts';

let browser: Browser;
let rig: Rig;

beforeAll(async () => {
  browser = await startBrowser();
  rig = await startRig('tuning: { network: false, warmup: 200, alarms_per_week: 0.01 }\ncommit: { every: 1s }\n');
  for (const series of ['pump', 'tank', 'hall', 'vat']) await rig.learn(series, 400);
});
afterAll(async () => {
  await browser.close();
  await rig.stop();
});

const rowsOf = (page: Page, of: string) => page.locator(of).allTextContents();

test('two series that fail within the window are one incident, told in the order in which they went', async () => {
  const { page, complaints } = await openTab(browser, `${rig.url}#/incidents`);
  await page.getByText('No alarm in the last 7 days').waitFor();
  expect(await page.getByText('All 4 series were quiet').count()).toBe(1);
  const at = Date.now();
  // The tank follows the pump by two seconds; the service hears of the tank first.
  for (let i = 0; i < 3; i++) await rig.publish('tank', 90, at + 2000 + i * 10_000);
  for (let i = 0; i < 3; i++) await rig.publish('pump', 90, at + i * 10_000);
  const row = page.locator('.incident', { hasText: '2 alarms' });
  await row.waitFor();
  expect(await page.locator('.incident').count()).toBe(1);
  expect(await row.textContent()).toContain('pump → tank');

  await row.click();
  const story = page.locator('.story');
  await story.waitFor();
  expect(await rowsOf(page, '.story [data-alarm] .alarm-head a')).toEqual(['pump', 'tank']);
  const times = await rowsOf(page, '.story [data-alarm] .alarm-time');
  expect(times[1]).toContain('+2 s');
  const [first] = await rowsOf(page, '.story [data-alarm] .alarm-body');
  expect(first).toContain('pump');
  expect(first).toMatch(/evidence.*(jump|extreme|level)/);

  // The lane of each of them has a bar that leads to the same story.
  await page.keyboard.press('Escape');
  await story.waitFor({ state: 'detached' });
  const bar = page.locator('.lanes .lane', { hasText: 'tank' }).locator('a.bar');
  expect(await bar.getAttribute('aria-label')).toMatch(/^tank, (minor|major|critical), 1 alarm, .*open$/);
  await bar.click();
  await story.waitFor();
  expect(complaints).toEqual([]);
});

test('by the keyboard alone: a bar, its story, an answer, and back', async () => {
  const { page, complaints } = await openTab(browser, `${rig.url}#/incidents`);
  await page.locator('.incident').first().waitFor();
  await page.locator('.lanes a[tabindex="0"]').focus();
  expect(await page.evaluate('document.activeElement.dataset.bar')).toBe('0 0');
  await page.keyboard.press('ArrowDown');
  expect(await page.evaluate('document.activeElement.dataset.bar')).toBe('1 0');
  await page.keyboard.press('Enter');
  await page.locator('.story [data-alarm]').first().waitFor();
  // j goes on through the list and into the story.
  for (let i = 0; i < 9 && !(await page.evaluate<boolean>(`document.activeElement.dataset.series === 'pump'`)); i++)
    await page.keyboard.press('j');
  await page.keyboard.press('f');
  await page.getByRole('status').getByText('pump').first().waitFor();
  await page.locator('.story [data-series=pump] .tag', { hasText: 'confirmed fault' }).waitFor({ timeout: 15_000 });
  await page.keyboard.press('Escape');
  await page.waitForURL(/#\/incidents$/);
  expect(complaints).toEqual([]);
});

test('the filter leaves what passes it, and says so when nothing does', async () => {
  const { page, complaints } = await openTab(browser, `${rig.url}#/incidents`);
  await page.locator('.incident').first().waitFor();
  await page.getByRole('combobox', { name: 'series' }).selectOption('hall');
  await page.getByText('No incident passes the filter').waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.locator('.incident').first().waitFor();
  await page.getByLabel('open only').check();
  await page.locator('.incident').first().waitFor();
  expect(complaints).toEqual([]);
});

test('a refused payload with a script in it is text in the quarantine, and the command is in the audit', async () => {
  const { page, complaints } = await openTab(browser, `${rig.url}#/system`);
  await rig.client.publishAsync('s/hall', '<script>alert(1)</script>', { qos: 1 });
  await rig.client.publishAsync('s/<b>bold', Buffer.from([0, 1, 255]), { qos: 1 });
  const payload = page.locator('.payload', { hasText: '<script>' });
  await payload.waitFor();
  expect(await payload.textContent()).toBe('<script>alert(1)</script>');
  await page.locator('.payload', { hasText: '00 01 ff' }).waitFor();
  expect(await page.locator('main script, main b').count()).toBe(0);
  await page.locator('td', { hasText: 'The payload is neither UTF-8 text' }).waitFor();
  await page.getByRole('button', { name: 'not_utf8' }).click();
  await payload.waitFor({ state: 'detached' });

  await page.getByRole('link', { name: 'Commands' }).click();
  const command = page.locator('tr', { hasText: 'fault' }).first();
  await command.waitFor();
  expect(await command.textContent()).toMatch(/dashboard.*fault.*pump/);
  await page.getByRole('link', { name: 'Log' }).click();
  await page.getByRole('log').getByText('The payload is neither UTF-8 text').waitFor();
  expect(complaints).toEqual([]);
});

test('setup lists a device that publishes, and its lines pass zankyo check in the site file', async () => {
  const { page, complaints } = await openTab(browser, `${rig.url}#/setup`);
  await page.getByText('Find out what the broker has').waitFor();
  const timer = setInterval(() => {
    void rig.client.publishAsync(
      'zigbee2mqtt/cellar',
      JSON.stringify({ humidity: 50 + Math.random(), linkquality: 80 }),
    );
    void rig.publish('hall', 20 + Math.random());
  }, 100);
  try {
    await page.getByLabel('listen for').selectOption('15000');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('zigbee2mqtt/#', { exact: true }).waitFor();
    // A second search has to wait.
    const second = await fetch(`${rig.url}api/discover`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin' },
      body: '{"forMs":1000}',
    });
    expect(second.status).toBe(409);
    await page.getByRole('button', { name: 'Stop and use this' }).click();
  } finally {
    clearInterval(timer);
  }
  const box = page.getByRole('checkbox', { name: /humidity/ });
  await box.waitFor();
  expect(await page.locator('.found-field', { hasText: 'humidity' }).textContent()).toMatch(/5\d(\.\d+)?.%/);
  await page.getByText('Watched already: 1 topic filter').waitFor();
  await box.check();
  await page.getByText('The check passes').waitFor();
  const yaml = await page.locator('.yaml code').textContent();
  expect(yaml).toContain('- topic: zigbee2mqtt/#');
  expect(yaml).not.toContain('linkquality');

  const file = join(rig.path, 'site.yaml');
  const before = readFileSync(file, 'utf8');
  // At the end of the list, as the page says.
  const list = "  - { topic: 's/+', path: v, time: t, name: '{1}' }\n";
  const after = before.replace(list, `${list}${yaml ?? ''}`);
  writeFileSync(join(rig.path, 'copy.yaml'), after);
  expect(await runProgram(['check', 'copy.yaml'], rig.path)).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(complaints).toEqual([]);
});

test('moving the sensitivity changes which past events are alarms, and saving it is a command', async () => {
  for (let i = 0; i < 3; i++) await rig.publish('vat', 22, Date.now() + i * 1000);
  const { page, complaints } = await openTab(browser, `${rig.url}#/incidents`);
  await page.locator('.lanes .lane', { hasText: 'vat' }).locator('a.bar').waitFor({ timeout: 15_000 });
  await page.goto(`${rig.url}#/setup/sensitivity/vat`);
  // All events of the last hours whose score was at least a half are there, and one of them was an alarm.
  const outcome = page.locator('.outcome strong');
  await outcome.waitFor();
  const [, alarms, all] = /^(\d+) of (\d+) past event/.exec((await outcome.textContent()) ?? '')!;
  expect(alarms).toBe('1');
  const slider = page.locator('#sensitivity');
  await slider.focus();
  await page.keyboard.press('Home'); // 0.1
  await page.getByText(`0 of ${all} past event`).waitFor();
  expect(await page.locator('.events tbody tr', { hasText: 'vat jumped' }).textContent()).toContain('no alarm');
  await page.keyboard.press('End'); // 10
  await page.getByText(`${all} of ${all} past event`).waitFor();
  await page.getByText('there would be more alarms than these').waitFor();
  await slider.fill('-12'); // 10^(-12 / 40)
  await page.getByRole('button', { name: 'Save 0.5' }).click();
  await page.getByText('The sensitivity of vat is 0.5.').waitFor();
  await page.getByText('Now 0.5; 1 in the site file').waitFor();
  await page.getByRole('button', { name: 'As in the site file' }).click();
  await page.getByText('Now 1, as in the site file').waitFor();
  expect(complaints).toEqual([]);
});
