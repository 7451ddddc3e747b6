import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../integration/programs/program.ts';
import { openTab, startBrowser, startRig, type Rig } from './browser.ts';

let browser: Browser;
let rig: Rig;
const states = new Map<string, { readonly frozen: string; readonly muted: string; readonly anomaly: string }>();

const SCRIPT = '<img src="x" onerror="alert(1)">';

beforeAll(async () => {
  browser = await startBrowser();
  rig = await startRig(
    'tuning: { network: false, warmup: 200 }\n',
    '',
    undefined,
    `  - { topic: labelled, name: labelled, label: '${SCRIPT}' }\n`,
  );
  rig.client.on('message', (topic, payload) => {
    const series = /series\/([^/]+)\/state$/.exec(topic)?.[1];
    if (series !== undefined)
      states.set(series, JSON.parse(payload.toString()) as { frozen: string; muted: string; anomaly: string });
  });
  await rig.client.subscribeAsync('zankyo/works/series/+/state');
  await rig.learn('boiler', 400);
  await rig.learn('hall', 400);
});
afterAll(async () => {
  await browser.close();
  await rig.stop();
});

const caseOf = (page: Page, series: string) => page.locator('[data-case]', { hasText: series });

test('an alarm appears without a reload; its buttons change the detector, and Undo takes it back', async () => {
  const { page, complaints } = await openTab(browser, rig.url);
  await page.getByText('No alarm is open').waitFor();
  await page.locator('[data-stream=boiler]').waitFor();
  for (let i = 0; i < 5; i++) await rig.publish('boiler', 90);
  const card = caseOf(page, 'boiler');
  await card.waitFor();
  expect(await card.locator('.case-reason').textContent()).toContain('boiler');
  await page.locator('[data-stream=boiler] .badge', { hasText: 'alarm' }).waitFor();
  await page.getByText('1 open alarm').waitFor();

  await card.getByRole('button', { name: 'Freeze' }).click();
  await page.getByRole('status').getByText('Learning is stopped for boiler').waitFor();
  await eventually(() => states.get('boiler')?.frozen === 'ON');
  await card.getByRole('button', { name: 'Frozen' }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await eventually(() => states.get('boiler')?.frozen === 'OFF');

  await card.getByRole('button', { name: 'Fault' }).click();
  await card.getByText('You said: fault').waitFor();
  expect(complaints).toEqual([]);
});

test('by the keyboard alone: choose a case, answer it, mute it, undo', async () => {
  const { page, complaints } = await openTab(browser, rig.url);
  const card = caseOf(page, 'boiler');
  await card.waitFor();
  await page.keyboard.press('n');
  await page.getByText('Choose an open case').waitFor();
  await page.keyboard.press('j');
  expect(await card.evaluate('document.activeElement.dataset.case')).toMatch(/^boiler-p/);
  await page.keyboard.press('m');
  await page.getByText('No alert about boiler is published').waitFor();
  await eventually(() => states.get('boiler')?.muted === 'ON');
  await page.keyboard.press('u');
  await page.getByText('mute is undone').waitFor();
  await eventually(() => states.get('boiler')?.muted === 'OFF');
  await page.keyboard.press('n');
  await page.getByText('Events of boiler like this one are no alarm').waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL(/#\/stream\/hall$/);
  expect(complaints).toEqual([]);
});

test('every control is reached by Tab, and shows it', async () => {
  const { page } = await openTab(browser, rig.url);
  await caseOf(page, 'boiler').waitFor();
  const reached: string[] = [];
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab');
    const [name, outline, seen] = await page.evaluate<[string, string, boolean]>(`(() => {
      const { activeElement: element } = document;
      const seen = element === document.body || element.dataset.seen === 'yes';
      element.dataset.seen = 'yes';
      return [element.textContent.trim() || element.ariaLabel, getComputedStyle(element).outlineStyle, seen];
    })()`);
    if (seen) break;
    reached.push(name);
    expect([name, outline]).toEqual([name, 'solid']);
  }
  for (const name of ['Skip to the content', 'Now', 'Setup', 'Filter by name', 'hall']) expect(reached).toContain(name);
  expect(reached.some((name) => name.startsWith('Fault'))).toBe(true);
});

test('script in a label is text, and in a topic or a payload it runs nowhere', async () => {
  const { page, complaints } = await openTab(browser, rig.url);
  await rig.client.publishAsync('labelled', '20', { qos: 1 });
  await rig.client.publishAsync(`s/${SCRIPT}`, SCRIPT, { qos: 1 });
  expect(await page.locator('[data-stream=labelled] a').textContent()).toBe(SCRIPT);
  await page.locator('[data-stream]').nth(2).waitFor();
  expect(await page.locator('main img, main script').count()).toBe(0);
  expect(complaints).toEqual([]);
});
