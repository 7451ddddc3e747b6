import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTab, startBrowser, startRig, type Rig } from './browser.ts';

const MINUTE = 60_000;

let browser: Browser;
let rig: Rig;
let at = Date.now() - 2_000 * MINUTE;
/** Publishes readings by the minute of a value that swings, to a stream with an LSTM and to a pair without a network. */
const read = async (minutes: number): Promise<void> => {
  for (let k = 0; k < minutes; k++, at += MINUTE) {
    const value = 20 + 3 * Math.sin((2 * Math.PI * at) / (40 * MINUTE)) + 0.2 * Math.random();
    await rig.publish('boiler', value, at);
    await rig.publish('inflow', value, at);
    await rig.publish('outflow', value + 1, at);
  }
};
beforeAll(async () => {
  browser = await startBrowser();
  rig = await startRig(`tuning: { cell: lstm, peepholes: true, hidden_size: 8 }
groups: { flows: { series: [inflow, outflow], tuning: { network: false } } }
`);
  await read(60);
});
afterAll(async () => {
  await browser.close();
  await rig.stop();
});

/** The picture with this name, as it is drawn. */
const picture = (page: Page, name: RegExp): Promise<string> =>
  page
    .getByRole('img', { name })
    .locator('canvas')
    .evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());

const HIDDEN = /^Hidden state of 8 units/;

test('an LSTM at work: the pictures move with each reading, and the page says what is kept and how far back the error reaches', async () => {
  const { page, complaints } = await openTab(browser, `${rig.url}#/learning`);
  await page.getByRole('link', { name: 'boiler' }).click();
  await page.getByText('LSTM with peepholes: 8 units').waitFor();
  // It begins with what the tape of the learner has.
  await page.getByRole('img', { name: 'Forget gate of 8 units over the last 16 readings' }).waitFor();
  const before = await picture(page, HIDDEN);
  await read(3);
  await page.getByRole('img', { name: 'Forget gate of 8 units over the last 19 readings' }).waitFor();
  await expect.poll(() => picture(page, HIDDEN)).not.toBe(before);
  await page.getByText(/The gradient (falls|grows)|the gradient is still at/).waitFor();
  await page.getByText(/A typical unit keeps .* of its old state at each reading/).waitFor();
  await page.getByText(/An update moves the parameters by/).waitFor();
  await page.getByRole('cell', { name: 'weight_pf_l0' }).waitFor();
  await page.getByRole('img', { name: /^Mean loss of network and baseline since/ }).waitFor();

  // In the other theme all is drawn anew, from the newest readings.
  const light = await picture(page, HIDDEN);
  const grid = await picture(page, /^boiler: the last 19 readings/);
  await page.getByRole('button', { name: 'Theme: system' }).click();
  await page.getByRole('button', { name: 'Theme: light' }).click();
  await expect.poll(() => picture(page, HIDDEN)).not.toBe(light);
  await page.getByRole('button', { name: 'Theme: dark' }).click();
  await expect.poll(() => picture(page, HIDDEN)).toBe(light);
  expect(await picture(page, /^boiler: the last 19 readings/)).toBe(grid);

  await page.getByRole('button', { name: 'Pause' }).click();
  const still = await picture(page, HIDDEN);
  await read(2);
  await page.getByRole('button', { name: 'Paused: go on' }).click();
  await page.getByRole('img', { name: 'Forget gate of 8 units over the last 21 readings' }).waitFor();
  await expect.poll(() => picture(page, HIDDEN)).not.toBe(still);
  expect(complaints).toEqual([]);
});

test('a group without a network shows values and the loss of the baseline, at phone width, in the dark', async () => {
  const { page, complaints } = await openTab(browser, `${rig.url}#/learning/flows`, {
    viewport: { width: 360, height: 740 },
    colorScheme: 'dark',
  });
  await page.getByText('This stream has no network').waitFor();
  await page.getByRole('button', { name: 'outflow' }).click();
  // The watch begins a moment after the page is drawn: what comes before it is not shown.
  const drawn = page.getByRole('img', { name: /^outflow: the last \d+ readings/ });
  await expect.poll(() => read(1).then(() => drawn.count()), { timeout: 30_000, interval: 200 }).toBe(1);
  expect(await page.getByRole('heading', { name: /hidden state/i }).count()).toBe(0);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  expect(complaints).toEqual([]);
});

test('a stream that does not exist: the page says so and leads back', async () => {
  const { page } = await openTab(browser, `${rig.url}#/learning/none`);
  await page.getByText('There is no stream "none".').waitFor();
  await page.getByRole('link', { name: 'All streams' }).click();
  await page.getByRole('cell', { name: 'none: baseline alone' }).waitFor();
});

test('a stream in a worker thread: the pictures move with each reading', async () => {
  const threads = await startRig('workers: 1\n');
  try {
    await threads.learn('boiler', 60);
    const { page, complaints } = await openTab(browser, `${threads.url}#/learning`);
    await page.getByRole('cell', { name: 'gru, 16 units, tbptt' }).waitFor();
    await page.getByRole('link', { name: 'boiler' }).click();
    await page.getByRole('img', { name: 'Update gate of 16 units over the last 16 readings' }).waitFor();
    const hidden = /^Hidden state of 16 units/;
    const before = await picture(page, hidden);
    await threads.publish('boiler', 20.3);
    await page.getByRole('img', { name: 'Update gate of 16 units over the last 17 readings' }).waitFor();
    await expect.poll(() => picture(page, hidden)).not.toBe(before);
    await page.getByText(/The gradient (falls|grows)|the gradient is still at/).waitFor();
    expect(complaints).toEqual([]);
  } finally {
    await threads.stop();
  }
});
