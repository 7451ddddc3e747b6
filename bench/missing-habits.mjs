// Is a habit that fails to come an alarm? Sensors on which it is one movement among others.
// npm run bench:missing-habits [-- --seeds N]
//
// Found: an alarm opens within a day after the habit was due. False: an alarm from the third week on that opens at another time.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { monitorOptions } from '../dist/app/pipeline/monitor-options.js';
import { tuningSchema } from '../dist/config/schema/tuning.js';
import { StreamMonitor } from '../dist/detect/stream-monitor.js';
import { loadKernel } from '../dist/io/files/kernel-file.js';
import { Random } from '../dist/math/random.js';
import { printTable } from './contest.mjs';
import { DAYS, HABITS, INTERVAL_MS } from './synthetic/habits.mjs';
import { START_AT } from './synthetic/stationary.mjs';

const DAY_MS = 86_400_000;
const LEARNED_AT = START_AT + 14 * DAY_MS;
const WEEKS = (DAYS - 14) / 7;

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '10' } } });
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);
const options = monitorOptions(tuningSchema.parse({}), loadKernel());

/** Times at which an alarm of the process opens. */
function alarmsOf({ name, measure }, seed) {
  const opened = [];
  const monitor = new StreamMonitor(
    name,
    [{ slug: 's', unit: '', range: null, only: 'both' }],
    options,
    ({ phase, anomaly }) => {
      if (phase === 'opened' && anomaly.kind === 'process') opened.push(anomaly.openedAt);
    },
  );
  const valueAt = measure(new Random(seed));
  for (let at = START_AT; at < START_AT + DAYS * DAY_MS; at += INTERVAL_MS)
    monitor.take(0, { series: 's', at, value: valueAt(at), receivedAt: at });
  return opened.filter((at) => at >= LEARNED_AT);
}

const isAfter = (due, at) => at >= due && at < due + DAY_MS;

console.log(`${cpus()[0].model}, Node ${process.version}; ${seeds.length} seeds`);
const rows = HABITS.map((sensor) => {
  const { name, missed } = sensor;
  let found = 0;
  let falseAlarms = 0;
  for (const seed of seeds) {
    const alarms = alarmsOf(sensor, seed);
    found += missed.filter((due) => alarms.some((at) => isAfter(due, at))).length;
    falseAlarms += alarms.filter((at) => !missed.some((due) => isAfter(due, at))).length;
  }
  return [name, `${found} of ${missed.length * seeds.length}`, (falseAlarms / seeds.length / WEEKS).toFixed(2)];
});
printTable(['sensor', 'found', 'false alarms a week'], rows);
