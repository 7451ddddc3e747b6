// False alarms for sensors without any change. Every alarm counted here is false.
// npm run bench:false-alarms [-- --readings N --seed N --tuning '{"network":false}' word ...]
// only sensors with one of the words in their names, all where there is none
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { monitorOptions } from '../dist/app/pipeline/monitor-options.js';
import { tuningSchema } from '../dist/config/schema/tuning.js';
import { StreamMonitor } from '../dist/detect/stream-monitor.js';
import { loadKernel } from '../dist/io/files/kernel-file.js';
import { Random } from '../dist/math/random.js';
import { printTable } from './contest.mjs';
import { START_AT, STATIONARY } from './synthetic/stationary.mjs';

const KINDS = ['process', 'sensor', 'drift'];
/** The unit of the limit: one false alarm in this many readings. */
const PER = 5000;

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    readings: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    tuning: { type: 'string', default: '{}' },
  },
});
const readings = Number(values.readings);
const options = monitorOptions(tuningSchema.parse(JSON.parse(values.tuning)), loadKernel());
const chosen = STATIONARY.filter(({ name }) => !words.length || words.some((word) => name.includes(word)));

const count = (tally, key) => tally.set(key, (tally.get(key) ?? 0) + 1);

/** Number of episodes of each kind for a sensor, and the leading evidence of the episodes of the process. */
function alarmsOf({ name, intervalMs, measure }) {
  const opened = new Map(KINDS.map((kind) => [kind, 0]));
  const led = new Map();
  const series = [{ slug: name, unit: '', range: null, only: 'both' }];
  const monitor = new StreamMonitor(name, series, options, ({ phase, anomaly: { kind } }) => {
    if (phase !== 'opened') return;
    count(opened, kind);
    if (kind === 'process') count(led, monitor.detector.series[0].evidence.leading);
  });
  const valueAt = measure(new Random(Number(values.seed)));
  for (let i = 0, at = START_AT; i < readings; i++, at += intervalMs)
    monitor.take(0, { series: name, at, value: valueAt(at), receivedAt: at });
  return { opened, led };
}

/** `step 3, shift 1` */
const wordsOf = (led) =>
  [...led]
    .sort(([, a], [, b]) => b - a)
    .map(([kind, times]) => `${kind} ${times}`)
    .join(', ');
const minutes = (ms) => `${ms / 60_000} min`;
const per = (count) => ((count * PER) / (readings - options.warmup)).toFixed(3);

console.log(`${cpus()[0].model}, Node ${process.version}`);
console.log(
  `${readings} readings of each sensor, seed ${values.seed}; alarms after the ${options.warmup} of the warm-up`,
);
console.log('');
const rows = [];
for (const sensor of chosen) {
  const { opened, led } = alarmsOf(sensor);
  const counts = [...opened.values()];
  const all = counts.reduce((sum, count) => sum + count, 0);
  rows.push([sensor.name, minutes(sensor.intervalMs), ...counts.map(String), per(all), wordsOf(led)]);
}
printTable(['sensor', 'every', ...KINDS, `in ${PER} readings`, 'led by'], rows);
