/* global fetch */
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';

/** The answers that the pages ask for, and the pages, each with the part of the page that must be there. */
const PAGES = [
  { name: 'sites', hash: '#/', path: 'sites' },
  { name: 'incidents', hash: '#/incidents', path: 'incidents' },
  { name: 'incidents, critical ones', hash: null, path: 'incidents?severity=critical' },
  { name: 'incidents, open ones', hash: null, path: 'incidents?open=1' },
  { name: 'one site', hash: '#/site/site-0007', path: 'site/site-0007' },
];
const ROUNDS = 5;
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** A line for each page: time until its rows are drawn in Chromium, its rows, and time and size of the answer, while `busy` plays. */
export async function measurePages(url, busy) {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  // The start of a browser takes the processor.
  await sleep(3000);
  const playing = busy();
  const lines = [];
  try {
    for (const { name, hash, path } of PAGES) {
      const answers = [];
      let bytes = 0;
      for (let k = 0; k < ROUNDS; k++) {
        const began = performance.now();
        bytes = (await (await fetch(`${url}/api/${path}`)).arrayBuffer()).byteLength;
        answers.push(performance.now() - began);
      }
      let drawn = '';
      if (hash !== null) {
        const times = [];
        let rows = 0;
        for (let k = 0; k < ROUNDS; k++) {
          const page = await (await browser.newContext()).newPage();
          const began = performance.now();
          await page.goto(`${url}/${hash}`, { waitUntil: 'commit' });
          await page.locator('table.records tbody tr').first().waitFor({ timeout: 120_000 });
          times.push(performance.now() - began);
          rows = await page.locator('table.records tbody tr').count();
          await page.context().close();
        }
        drawn = `, page drawn after ${median(times).toFixed(0)} ms with ${rows} rows`;
      }
      lines.push(`${name}: answer ${median(answers).toFixed(0)} ms, ${(bytes / 1000).toFixed(0)} kB${drawn}`);
    }
  } finally {
    await browser.close();
    await playing;
  }
  return lines;
}
