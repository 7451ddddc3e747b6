// How much of the bytes on the card the history is: a simulated day of it alone, in a database of its own, by the counters of this process.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const built = (path) => import(new URL(`../dist/${path}`, import.meta.url).href);
const written = () => Number(/^write_bytes: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))[1]);

const DAY = 86_400;
/** Default of `snapshots.every`, with which the history is saved, and the streams that one transaction saves. */
const SAVES_A_DAY = 6;
const AT_ONCE = 8;

/**
 * Bytes written in one day, after a day that does not count, and bytes that one series keeps for good: `series` series with noise, a
 * reading each `period` seconds. The band is made up; a real one takes less room.
 */
export async function historyBytes(series, period) {
  const { openDatabase } = await built('io/sqlite/database.js');
  const { HistoryStore } = await built('io/sqlite/history/history-store.js');
  const { TIERS } = await built('stream/history/tiers.js');
  const c = await built('stream/history/bucket.js');
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-history-'));
  const db = openDatabase(join(directory, 'zankyo.db'));
  const store = new HistoryStore(db);
  const all = Array.from({ length: series }, (_, s) => store.open(`s${s}`));
  const reading = new Float64Array(c.COLUMNS);
  const save = db.transaction((turn) => turn.forEach((each) => each.save(1)));
  let before = 0;
  for (let day = 0; day < 2; day++) {
    before = written();
    for (let turn = 0; turn < SAVES_A_DAY; turn++) {
      const from = DAY * (day + turn / SAVES_A_DAY);
      for (let t = from; t < from + DAY / SAVES_A_DAY; t += period)
        all.forEach(({ ring }, s) => {
          const usual = 20 + 5 * Math.sin(t / (4000 + s));
          const value = Number((usual + 0.2 * (Math.random() + Math.random() - 1)).toFixed(2));
          c.clear(reading);
          reading.set([
            1,
            value,
            value,
            value,
            usual,
            usual - 0.4 - 0.1 * Math.random(),
            usual + 0.4 + 0.1 * Math.random(),
          ]);
          reading[c.SCORE] = 0.5 * Math.random();
          reading[c.NETWORK_LOSS] = 1.5 + 0.1 * Math.sin(t / 9000);
          reading[c.BASELINE_LOSS] = 1.8;
          ring.add(1000 * t, reading);
        });
      for (let s = 0; s < series; s += AT_ONCE) save(all.slice(s, s + AT_ONCE));
      for (const each of all) each.saved();
    }
  }
  db.pragma('wal_checkpoint(TRUNCATE)');
  const aDay = written() - before;
  const kept = TIERS.map(({ bucketMs, size, keptMs }, tier) => {
    const { mean } = db.prepare('SELECT avg(length(bytes)) AS mean FROM history WHERE (key >> 20) % 4 = ?').get(tier);
    return (mean ?? 600) * (keptMs / (bucketMs * size));
  }).reduce((a, b) => a + b);
  db.close();
  rmSync(directory, { recursive: true });
  return { aDay, kept };
}
