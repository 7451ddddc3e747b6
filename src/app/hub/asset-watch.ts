import type { AssetClass } from '../../config/hub/hub-schema.ts';
import { alarmsSince, daysBetween, seriesUnits } from '../../io/hub/series.ts';
import { DAY_MS } from '../../math/time.ts';
import type { SqlDatabase } from '../../stream/ports/sql.ts';
import type { HubAssetsBody } from '../dashboard/contract/hub.ts';
import type { HubAlerts } from './alerts.ts';
import { ALARM_DAYS, compareAssets, DAYS, membersOf, type AssetDays } from './assets.ts';

export interface AssetWatchOptions {
  readonly db: SqlDatabase;
  readonly alerts: HubAlerts;
  readonly classes: readonly AssetClass[];
}

/** Compares like assets, and opens an alert for one that differs from its peers: one for each asset. */
export class HubAssetWatch {
  compared: HubAssetsBody['classes'] = [];
  private readonly options: AssetWatchOptions;

  constructor(options: AssetWatchOptions) {
    this.options = options;
  }

  async check(now: number): Promise<void> {
    const { db, alerts, classes } = this.options;
    if (classes.length === 0) return;
    const today = Math.floor(now / DAY_MS);
    const all = await daysOf(db, today, now);
    const seen = new Set<string>();
    const compared: HubAssetsBody['classes'][number][] = [];
    for (const { name, ...patterns } of classes) {
      const members = membersOf(patterns, [...all.keys()]).map((subject) => all.get(subject)!);
      const assets = compareAssets(members, today, (subject) => alerts.isOpen('asset', subject));
      compared.push({ name, unit: members[0]?.unit ?? '', assets });
      for (const { subject, differs, text } of assets) {
        // A series of two classes has one alert: that of the first class.
        if (seen.has(subject)) continue;
        seen.add(subject);
        if (differs) await alerts.open('asset', subject, now, text);
        else await alerts.close('asset', subject, now, `${subject} is like its peers again.`);
      }
    }
    for (const subject of alerts.openOf('asset'))
      if (!seen.has(subject)) await alerts.close('asset', subject, now, `${subject} is no longer compared.`);
    this.compared = compared;
  }
}

/** The figures of every series that has a state, by `site/series`. */
async function daysOf(db: SqlDatabase, today: number, now: number): Promise<ReadonlyMap<string, AssetDays>> {
  const series = await seriesUnits(db);
  const days = await daysBetween(db, today - DAYS, today);
  const alarmsOf = new Map<string, number>();
  for (const alarm of await alarmsSince(db, now - ALARM_DAYS * DAY_MS)) {
    const subject = `${alarm.site}/${alarm.series}`;
    alarmsOf.set(subject, (alarmsOf.get(subject) ?? 0) + 1);
  }
  const found = new Map(
    series.map(({ site, slug, unit }) => {
      const subject = `${site}/${slug}`;
      return [subject, { subject, unit, days: [] as AssetDays['days'][number][], alarms: alarmsOf.get(subject) ?? 0 }];
    }),
  );
  for (const { site, slug, day, count, sum, squares } of days) {
    const mean = sum / count;
    const spread = Math.sqrt(Math.max(0, squares / count - mean * mean));
    found.get(`${site}/${slug}`)?.days.push({ day, mean, spread });
  }
  return found;
}
