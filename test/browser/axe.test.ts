import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTab, startBrowser, startRig, type Rig } from './browser.ts';

let browser: Browser;
let rig: Rig;

beforeAll(async () => {
  browser = await startBrowser();
  rig = await startRig('tuning: { network: false, warmup: 200 }\n');
  await rig.learn('boiler', 300);
  await rig.publish('hall', 20);
  for (let i = 0; i < 3; i++) await rig.publish('boiler', 90);
});
afterAll(async () => {
  await browser.close();
  await rig.stop();
});

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** The findings of WCAG 2.1 A and AA, and of good practice, as lines. */
const RUN = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)`;

describe.each(['light', 'dark'] as const)('in the %s theme axe has nothing to say of', (colorScheme) => {
  test.each(['', 'stream/boiler', 'learning/boiler', 'incidents', 'system', 'setup'])('page "%s"', async (name) => {
    const { page } = await openTab(browser, `${rig.url}#/${name}`, { colorScheme });
    await page.getByText('broker connected').waitFor();
    await page.locator('h1').first().waitFor({ state: 'attached' });
    await page.waitForTimeout(1_000);
    await page.evaluate(axe.source);
    const findings = await page.evaluate<readonly Finding[]>(RUN);
    const lines = findings.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${impact} ${id}: ${html.slice(0, 200)} ${failureSummary}`),
    );
    expect(lines).toEqual([]);
    await page.context().close();
  });
});
