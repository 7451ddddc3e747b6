import axe from 'axe-core';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../src/math/time.ts';
import { encodeStreamFile } from '../../src/io/files/stream-file.ts';
import { partsOf } from '../../src/io/mqtt/learned/chunk.ts';
import { episode, health, incident, state } from '../app/hub/messages.ts';
import { freePort, startMosquitto } from '../integration/programs/mosquitto.ts';
import { directory, eventually, startHub } from '../integration/programs/program.ts';
import { openTab, startBrowser } from './browser.ts';

const cleanUps: (() => unknown)[] = [];
let browser: Browser;
let url: string;

const SITES = ['east', 'harbour', 'north', 'south', 'upper-mill', 'west'];
const ANSWERS: Readonly<Record<string, string>> = {
  mute: 'No alert of pump-flow is published until 10:00 (BY).',
  export: 'Sends 1 stream.',
  import: 'pump-flow goes on with the state of 20,000 samples (BY).',
};
const LEARNED = encodeStreamFile({
  ...{ site: 'north', stream: 'pump-flow', series: ['pump-flow'], units: ['l/s'] },
  ...{ version: 1, shape: '1', at: Date.now(), samples: 20_000, bytes: new Uint8Array(40_000) },
});
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
  await client.subscribeAsync(['zankyo/+/cmd', 'zankyo/+/cmd/import'], { qos: 1 });
  client.on('message', (topic, payload) => {
    const site = topic.split('/')[1];
    const { id, command = 'import', by } = JSON.parse(payload.toString()) as Record<string, string>;
    const reply = {
      schema: 1,
      id,
      command,
      series: 'pump-flow',
      status: 'done',
      code: null,
      text: ANSWERS[command].replace('BY', by),
      undo: true,
      at: new Date().toISOString(),
    };
    void publish(`${site}/cmd/reply`, reply);
    if (command === 'export')
      for (const part of partsOf(LEARNED))
        void publish(`${site}/learned`, { schema: 1, id, series: 'pump-flow', file: 1, files: 1, ...part });
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

test('what a site has learned is fetched, listed with its samples, and sent to another site, each with the name of who asks', async () => {
  const { page, complaints } = await openTab(browser, `${url}#/site/north`);
  const section = page.locator('section', { has: page.getByRole('heading', { name: 'Learned states' }) });
  await section.getByText('The hub has no learned state of this site.').waitFor();
  await section.getByLabel('Your name').fill('Ada');
  await section.getByRole('button', { name: 'Start' }).click();
  await section.getByText('fetch: 1 of 1 streams are stored.').waitFor();
  expect(await section.locator('table').first().innerText()).toMatch(/pump-flow\s+.*\s20000\s+41 kB/);
  expect(await section.locator('table').last().innerText()).toMatch(
    /Ada\s+fetch: 1 of 1 streams are stored\.\s+pump-flow: stored/,
  );

  await page.goto(`${url}#/site/east`);
  await section.getByText('The hub has no learned state of this site.').waitFor();
  await section.locator('select').first().selectOption('send');
  await section.getByLabel('From').selectOption('north');
  await section.getByLabel('Streams (').fill('pump-*');
  await section.getByLabel('Your name').fill('Ada');
  await section.getByRole('button', { name: 'Start' }).click();
  await section.getByRole('status').getByText('Sends 1 of 1 streams to east.').waitFor();
  await section
    .getByText('pump-flow from north/pump-flow: pump-flow goes on with the state of 20,000 samples (Ada).')
    .waitFor();

  await section.getByLabel('Streams (').fill('Pump');
  await section.getByRole('button', { name: 'Start' }).click();
  await section
    .getByRole('status')
    .getByText('streams: expected 1 to 30 names of series or groups, with * for any characters.')
    .waitFor();
  expect(complaints.filter((text) => !text.includes('400'))).toEqual([]);
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
