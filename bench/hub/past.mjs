import { storeBatch } from '../../dist/io/hub/batch.js';
import { alarmOf } from './sites.mjs';

const DAY_MS = 86_400_000;

/** Fills the database of a hub with the alarms, incidents and daily sums of past days, with the statements of the hub. */
export async function fill(db, names, { series, days, alarms }) {
  const today = Math.floor(Date.now() / DAY_MS);
  for (let day = today - days; day < today; day++) await fillDay(db, names, { series, alarms, day });
}

/** The same for one day, in days since 1970. */
export async function fillDay(db, names, { series, alarms, day }) {
  const rows = { sites: [], states: [], days: [], alarms: [], incidents: [], replies: [] };
  for (const site of names) {
    for (let d = 0; d < series; d++)
      rows.days.push({ site, slug: `pump-${d}-temperature`, day, count: 8640, sum: 174_000, squares: 3_520_000 });
    for (let k = 0; k < alarms; k++) {
      const n = day * alarms + k;
      rows.alarms.push(alarmRow(site, `pump-${n % series}-temperature`, n, day * DAY_MS + k * 3_600_000));
      rows.incidents.push(incidentRow(rows.alarms.at(-1)));
    }
  }
  await storeBatch(db, rows);
}

function alarmRow(site, series, n, startAt) {
  const { at, anomaly } = alarmOf(series, n, startAt).at(-1).event;
  const { id, stream, kind, severity, openedAt, endAt, score, value, expected, unit, reason, incident } = anomaly;
  const own = { site, id, at, closed: 1, stream, series, label: null, kind, severity };
  return {
    ...own,
    ...{ start_at: startAt, opened_at: openedAt, end_at: endAt, score, value, expected, unit, reason, incident },
  };
}

const incidentRow = ({ site, id, at, severity, start_at, end_at, series, reason }) => ({
  ...{ site, id, at, closed: 1, severity, start_at, end_at, episodes: 1, open: 0 },
  ...{ series: JSON.stringify([series]), reason },
});
