import axe from 'axe-core';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../src/math/time.ts';
import { episode, health, incident, state } from '../app/hub/messages.ts';
import { freePort, startMosquitto } from '../integration/mosquitto.ts';
import { directory, eventually, startHub } from '../integration/program.ts';
import { openTab, startBrowser } from './browser.ts';

const cleanUps: (() => unknown)[] = [];
let browser: Browser;
let url: string;

const SITES = ['east', 'harbour', 'north', 'south', 'upper-mill', 'west'];
const hourAgo = new Date(Date.now() - 3_600_000).toISOString();

beforeAll(async () => {
  browser = await startBrowser();
  const broker = await startMosquitto();
  const { path: cwd, remove } = directory();
  const port = await freePort();
  url = `http://127.0.0.1:${port}/`;
  writeFileSync(
    join(cwd, 'hub.yaml'),
    `mqtt: { url: '${broker.url}' }\nsites: [south]\ncommands: true\nhttp: { listen: '127.0.0.1:${port}' }\n` +
      `assets: [{ name: circulation pumps, series: ['*/pump-flow'] }]\n`,
  );
  cleanUps.push(
    () => browser.close(),
    () => broker.stop(),
    remove,
  );
  const first = await startHub(cwd, cleanUps);
  const client = await connectAsync(broker.url);
  cleanUps.push(() => client.endAsync());
  const publish = (topic: string, payload: object): Promise<unknown> =>
    client.publishAsync(`zankyo/${topic}`, JSON.stringify(payload), { qos: 1 });
  for (const [i, site] of SITES.entries()) {
    for (let day = 7; day >= 0; day--) {
      const at = new Date(Date.now() - day * DAY_MS).toISOString();
      const value = site === 'north' ? 3.1 : 4.8 + 0.02 * i;
      await publish(`${site}/series/pump-flow/state`, { ...state({ value, expected: 4.8, unit: 'l/s' }), at });
    }
    await publish(`${site}/health`, health());
  }
  const reason = 'pump-flow is 3.1 l/s, expected 4.6 to 5.0 l/s (since 2026-11-27 05:12 UTC, 97 % sure).';
  const open = {
    severity: 'critical',
    reason,
    start: hourAgo,
    opened: hourAgo,
    at: hourAgo,
    series: 'pump-flow',
  } as const;
  await publish('north/series/pump-flow/event', { ...episode(open), ...open });
  await publish('north/incident/event', {
    ...incident(),
    severity: 'critical',
    reason,
    start: hourAgo,
    at: hourAgo,
    episodes: 3,
  });
  // What a real site answers to a command; docs/commands.md.
  await client.subscribeAsync('zankyo/north/cmd', { qos: 1 });
  client.on('message', (_, payload) => {
    const { id, command, by } = JSON.parse(payload.toString()) as Record<string, string>;
    const text = `No alert of pump-flow is published until 10:00 (${by}).`;
    const reply = {
      schema: 1,
      id,
      command,
      series: 'pump-flow',
      status: 'done',
      code: null,
      text,
      undo: true,
      at: new Date().toISOString(),
    };
    void publish('north/cmd/reply', reply);
  });
  // Classes are compared at the start, and then every 10 min.
  const answer = async (path: string) => JSON.stringify(await (await fetch(`${url}api/${path}`)).json());
  await eventually(async () => (await answer('incidents')).includes('97 %'));
  await first.end('SIGTERM');
  await startHub(cwd, cleanUps);
  await eventually(
    async () => (await answer('sites')).includes('differs') || (await answer('sites')).includes('like it'),
  );
});
afterAll(async () => {
  for (const cleanUp of cleanUps.toReversed()) await cleanUp();
});

test('the pump that differs from its peers is told in one sentence with numbers', async () => {
  const { page, complaints } = await openTab(browser, `${url}#/assets`);
  const row = page.locator('tr', { hasText: 'north/pump-flow' });
  await row.getByText('differs').waitFor();
  expect(await row.innerText()).toMatch(
    /north\/pump-flow: its mean over the last 7 days is 3\.1 l\/s, 1\.74 l\/s below the median of the 6 like it, which is 4\.84 l\/s\. The usual distance between them is 0\.0968 l\/s\./,
  );
  expect(await page.getByText('alike').count()).toBe(5);
  expect(complaints).toEqual([]);
});

test('a command goes to the site with the name of who asks, and its answer is shown and kept', async () => {
  const { page, complaints } = await openTab(browser, `${url}#/site/north`);
  const form = page.locator('form').filter({ has: page.getByLabel('Command') });
  await form.getByLabel('Command').selectOption('mute');
  await form.getByLabel('Series').selectOption('pump-flow');
  await form.getByLabel('Your name').fill('Ada');
  await form.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('status').getByText('No alert of pump-flow is published until 10:00 (Ada).').waitFor();
  const sent = page.locator('section', { hasText: 'Commands sent' }).locator('tbody tr');
  await sent.first().waitFor();
  expect(await sent.first().innerText()).toMatch(/mute pump-flow\s+Ada\s+No alert of pump-flow/);
  expect(complaints).toEqual([]);
});

describe.each(['light', 'dark'] as const)('in the %s theme, 360 pixels wide', (colorScheme) => {
  test.each(['', 'incidents', 'assets', 'site/north'])(
    'page "%s" is as wide as the screen, and axe has nothing to say',
    async (name) => {
      const { page } = await openTab(browser, `${url}#/${name}`, {
        colorScheme,
        viewport: { width: 360, height: 740 },
      });
      await page.locator('table, .notice-empty').first().waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
      await page.evaluate(axe.source);
      const findings = await page.evaluate<readonly { id: string; nodes: readonly { html: string }[] }[]>(
        `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)`,
      );
      expect(findings.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 150)}`))).toEqual([]);
      await page.context().close();
    },
  );
});
