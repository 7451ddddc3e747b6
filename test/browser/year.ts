import { AnomalyLog } from '../../src/io/sqlite/tables/anomaly-log.ts';
import { openDatabase } from '../../src/io/sqlite/database.ts';
import { HistoryStore } from '../../src/io/sqlite/history/history-store.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/math/time.ts';
import * as c from '../../src/stream/history/bucket.ts';
import { TIERS } from '../../src/stream/history/tiers.ts';
import { anomaly } from '../cli/anomaly.ts';

/** The hours of the night in which it is colder, the winter, and a little of chance: always the same. */
const usual = (at: number): number =>
  55 + 6 * Math.sin((2 * Math.PI * at) / DAY_MS) + 8 * Math.sin((2 * Math.PI * at) / (365 * DAY_MS));
const noise = (n: number): number => ((n * 7919) % 1000) / 1000 - 0.5;

const ALARM_ID = 'boiler-pyear1';

/**
 * Fills a database with a year of history of the series boiler up to `now`: a reading each quarter of an hour, and of the last two weeks
 * each minute; and with an alarm of two hours that began three hours ago.
 */
export function fillYear(path: string, now: number): void {
  const db = openDatabase(path);
  const series = new HistoryStore(db).open('boiler');
  const reading = new Float64Array(c.COLUMNS);
  const save = db.transaction(() => {
    series.save(0);
  });
  const alarmAt = now - 3 * HOUR_MS;
  let savedAt = 0;
  let n = 0;
  const begin = Math.floor((now - 370 * DAY_MS) / MINUTE_MS) * MINUTE_MS;
  const minutesFrom = now - TIERS[0].keptMs;
  for (let at = begin; at < now - MINUTE_MS; at += at < minutesFrom ? 15 * MINUTE_MS : MINUTE_MS) {
    const expected = usual(at);
    const odd = at >= alarmAt && at < alarmAt + 2 * HOUR_MS;
    const value = expected + noise(++n) * 1.6 + (odd ? 12 : 0);
    c.clear(reading);
    reading.set([
      1,
      value,
      value,
      value,
      expected,
      expected - 1.4 - 0.2 * noise(n + 3),
      expected + 1.4 + 0.2 * noise(n + 5),
    ]);
    reading[c.SCORE] = odd ? 1.8 + noise(n) : Math.abs(noise(n + 7));
    reading[c.KIND] = reading[c.SCORE] > 0.5 ? (odd ? 1 : 3) : NaN;
    reading[c.NETWORK_LOSS] = 1.5 + 0.2 * Math.exp(-(at - begin) / (40 * DAY_MS)) + 0.02 * noise(n);
    reading[c.BASELINE_LOSS] = 1.7 + 0.03 * noise(n + 11);
    series.ring.add(at, reading);
    if (at - savedAt < DAY_MS) continue;
    savedAt = at;
    save();
    series.saved();
  }
  save();
  new AnomalyLog(db, { quarantineRows: 0 }).record({
    at: alarmAt,
    receivedAt: alarmAt,
    anomaly: anomaly({
      ...{ id: ALARM_ID, stream: 'boiler', series: 'boiler', kind: 'process', severity: 'major', unit: '°C' },
      ...{ startAt: alarmAt, openedAt: alarmAt + MINUTE_MS, peakAt: alarmAt + HOUR_MS, endAt: alarmAt + 2 * HOUR_MS },
      ...{ value: 70.2, expected: 57.8, lower: 56.4, upper: 59.2, score: 2.2, confidence: 0.97 },
      evidence: { level: 0.7, mean_shift: 0.2, jump: 0.1 },
      contributions: { boiler: 1 },
      reason: 'boiler is 70.2 °C, above the usual 56.4 to 59.2 at this time of day.',
    }),
  });
  db.close();
}
