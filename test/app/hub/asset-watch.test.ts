import { expect, test } from 'vitest';
import { HubAlerts } from '../../../src/app/hub/alerts.ts';
import { HubAssetWatch } from '../../../src/app/hub/asset-watch.ts';
import type { AssetClass } from '../../../src/config/hub/hub-schema.ts';
import { hubDatabase } from './database.ts';

const DAY = 86_400_000;
const TODAY = 20_000;
const NOW = TODAY * DAY + DAY / 2;
const PUMPS: AssetClass = { name: 'pumps', series: ['*/flow'] };

/** Six sites with a series `flow` of 5 l/s, the last one `own` l/s, on five days: the oldest that are compared. */
async function pumps(own: number, classes: readonly AssetClass[] = [PUMPS]) {
  const db = await hubDatabase();
  const sites = ['s1', 's2', 's3', 's4', 's5', 'x'];
  for (const site of sites) {
    await db.write([
      {
        text: `INSERT INTO hub_series (site, slug, at, phase, unit, anomaly) VALUES ($1, 'flow', $2, 'ready', 'l/s', 0)`,
        values: [site, NOW],
      },
    ]);
    const value = site === 'x' ? own : 5;
    for (let day = TODAY - 7; day < TODAY - 2; day++)
      await db.write([
        {
          text: `INSERT INTO hub_day (site, slug, day, count, sum, squares) VALUES ($1, 'flow', $2, 3, $3, $4)`,
          values: [site, day, 3 * value, 3 * value * value],
        },
      ]);
  }
  const alerts = new HubAlerts({ db, publish: null, log: () => undefined });
  await alerts.begin();
  return { db, alerts, watch: new HubAssetWatch({ db, alerts, classes }) };
}

test('a series that differs has one alert, which ends when the series is no longer compared', async () => {
  const { db, alerts, watch } = await pumps(8);
  await watch.check(NOW);
  await watch.check(NOW);
  expect(alerts.openOf('asset')).toEqual(['x/flow']);
  expect(watch.compared).toMatchObject([{ name: 'pumps', unit: 'l/s', assets: { length: 6 } }]);
  await db.write([{ text: `DELETE FROM hub_series WHERE site = $1`, values: ['x'] }]);
  await watch.check(NOW);
  expect(alerts.openOf('asset')).toEqual([]);
  expect(await db.read('SELECT reason FROM hub_alert')).toEqual([{ reason: 'x/flow is no longer compared.' }]);
});

test('a series of two classes has the alert of the first', async () => {
  const alone: AssetClass = { name: 'alone', series: ['x/*'] };
  for (const [classes, open] of [
    [[PUMPS, alone], ['x/flow']],
    [[alone, PUMPS], []],
  ] as const) {
    const { alerts, watch } = await pumps(8, classes);
    await watch.check(NOW);
    expect(alerts.openOf('asset')).toEqual(open);
  }
});

test('values that are all the same have a spread of 0, although their squares are rounded', async () => {
  // Of 3 x 0.6 the mean of the squares is less than the square of the mean, by 5.6e-17.
  const { watch } = await pumps(0.6);
  await watch.check(NOW);
  const [{ assets }] = watch.compared;
  expect(assets.map(({ spread }) => spread)).toEqual([0, 0, 0, 0, 0, 0]);
});
