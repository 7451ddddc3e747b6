// Is `alarms_per_week` true? Alarms of the process a week, divided by the asked number, where nothing happens.
// npm run bench:alarm-rate [-- --readings N --seed N --asked 0.1,1,10,100 --every '1 s' --tuning option=value ... word ...]
// only noises with one of the words in their names, all where there is none
// npm run bench:alarm-rate -- --data DIR [--asked ... --tuning ...]
//
// Eight stationary noises, each at 1 s, 1 min and 5 min: the same values, only their times differ, except that a noise with a daily
// course follows the clock. One monitor for each asked number; they share nothing but the values. Alarms count after two weeks, or
// after a third of the readings where that is less: at 1 s two weeks are 1.2 million readings. A run ends after --readings (400000)
// or 60 weeks.
//
// With --data: every CSV file below DIR, whose first column is the time and all others are one group, as in bench:streams.
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { kernelOrNull } from '../dist/app/kernel.js';
import { monitorOptions } from '../dist/app/pipeline/monitor-options.js';
import { replay } from '../dist/app/replay.js';
import { tuningSchema } from '../dist/config/schema/tuning.js';
import { tuningFrom } from '../dist/config/tuning-words.js';
import { StreamMonitor } from '../dist/detect/stream-monitor.js';
import { openRecording } from '../dist/io/files/recording.js';
import { Random } from '../dist/math/random.js';
import { DAY_MS, WEEK_MS } from '../dist/math/time.js';
import { printTable } from './contest.mjs';
import { columnsOf, csvFilesIn } from './recordings.mjs';
import { START_AT, STATIONARY } from './synthetic/stationary.mjs';

const INTERVALS = { '1 s': 1000, '1 min': 60_000, '5 min': 300_000 };
const LEARNING_MS = 2 * WEEK_MS;
/** Enough for five alarms at 0.1 a week. */
const MAX_WEEKS = 60;
/** `alarms_per_week` should be true within this factor. */
const FACTOR = 3;
/** A cell with fewer expected alarms says little: half of all such cells are off by chance. */
const MIN_EXPECTED = 3;
/** One cell in a hundred is called false by chance. */
const BY_CHANCE = 0.01;

const { values: args, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    readings: { type: 'string', default: '400000' },
    seed: { type: 'string', default: '1' },
    asked: { type: 'string', default: '0.1,1,10,100' },
    every: { type: 'string', multiple: true, default: Object.keys(INTERVALS) },
    tuning: { type: 'string', multiple: true, default: [] },
    data: { type: 'string' },
  },
});
const readings = Number(args.readings);
const rates = args.asked.split(',').map(Number);
const kernel = kernelOrNull((_level, _fields, message) => console.error(message));
const tuningOf = (rate) => tuningFrom([...args.tuning, `alarms_per_week=${rate}`]);

/** From when on alarms count, and for how many weeks. */
function countedIn(firstAt, lastAt) {
  const from = firstAt + Math.min(LEARNING_MS, (lastAt - firstAt) / 3);
  return { from, weeks: (lastAt - from) / WEEK_MS };
}

/** P(X <= count) for a Poisson variable X. */
function poissonUpTo(count, mean) {
  let term = Math.exp(-mean);
  let sum = term;
  for (let k = 1; k <= count; k++) sum += term *= mean / k;
  return sum;
}

/** A number of alarms where so many were expected: the cell of the table, and whether it is within the factor. */
function judge(alarms, expected) {
  const ratio = alarms / expected;
  const sure = expected >= MIN_EXPECTED;
  const tooMany = alarms > FACTOR * expected && (sure || 1 - poissonUpTo(alarms - 1, FACTOR * expected) < BY_CHANCE);
  const tooFew = sure && ratio < 1 / FACTOR;
  const off = tooMany || tooFew;
  return { text: `${off ? '!' : sure ? '' : '~'} ${ratio.toPrecision(2)} (${alarms})`.trim(), sure, off };
}

/** Times at which alarms of the process opened, for each asked rate, and the covered time. */
function alarmsOfNoise({ name, measure }, intervalMs) {
  const series = [{ slug: name, unit: '', range: null, only: 'both' }];
  const lastAt = START_AT + Math.min(MAX_WEEKS * WEEK_MS, (readings - 1) * intervalMs);
  const { from, weeks } = countedIn(START_AT, lastAt);
  const alarms = rates.map(() => 0);
  const first = rates.map(() => 0); // in the first half day
  const monitors = rates.map((rate, i) => {
    const options = monitorOptions({ ...tuningSchema.parse({}), ...tuningOf(rate) }, kernel);
    return new StreamMonitor(name, series, options, ({ phase, at, anomaly: { kind } }) => {
      if (phase !== 'opened' || kind !== 'process') return;
      if (at >= from) alarms[i]++;
      if (at < START_AT + DAY_MS / 2) first[i]++;
    });
  });
  const valueAt = measure(new Random(Number(args.seed)));
  for (let at = START_AT; at <= lastAt; at += intervalMs) {
    const value = valueAt(at);
    for (const monitor of monitors) monitor.take(0, { series: name, at, value, receivedAt: at });
  }
  return { alarms, weeks, first };
}

async function alarmsOfFile(path) {
  const [time, ...values] = await columnsOf(path, ',');
  const file = await openRecording(path, { time, values, delimiter: ',', everyRow: true });
  let weeks = 0;
  const alarms = [];
  for (const rate of rates) {
    const opened = [];
    const { firstAt, lastAt } = await replay(file.read(), {
      log: () => undefined,
      kernel,
      tuning: tuningOf(rate),
      onEvent: ({ phase, at, anomaly: { kind } }) => {
        if (phase === 'opened' && kind === 'process') opened.push(at);
      },
    });
    const counted = countedIn(firstAt, lastAt);
    weeks = counted.weeks;
    alarms.push(opened.filter((at) => at >= counted.from).length);
  }
  file.close();
  return { alarms, weeks };
}

const cells = [];
const rows = [];
/** A row of the table: its cells, and the time that they cover. */
function add(names, { alarms, weeks, first }, isTotal = false) {
  const judged = alarms.map((count, i) => judge(count, rates[i] * weeks));
  if (!isTotal) cells.push(...judged);
  const covered = weeks < 1 ? `${((weeks * WEEK_MS) / DAY_MS).toFixed(1)} d` : `${weeks.toFixed(1)} w`;
  rows.push([...names, covered, ...judged.map(({ text }) => text), ...(first === undefined ? [] : [first.join(', ')])]);
}

console.log(`${cpus()[0].model}, Node ${process.version}`);
const heads = rates.map((rate) => `asked ${rate}`);
if (args.data === undefined) {
  console.log(`${readings} readings of each noise, or ${MAX_WEEKS} weeks, seed ${args.seed}\n`);
  for (const noise of STATIONARY.filter(({ name }) => !words.length || words.some((word) => name.includes(word))))
    for (const every of args.every) add([noise.name, every], alarmsOfNoise(noise, INTERVALS[every]));
  printTable(['noise', 'every', 'counted', ...heads, 'first 12 h'], rows);
} else {
  const total = { alarms: rates.map(() => 0), weeks: 0 };
  const worst = rates.map(() => 0);
  for (const file of csvFilesIn(args.data)) {
    const result = await alarmsOfFile(join(args.data, file));
    add([file], result);
    total.weeks += result.weeks;
    result.alarms.forEach((count, i) => {
      total.alarms[i] += count;
      worst[i] = Math.max(worst[i], count / result.weeks);
    });
  }
  add(['all'], total, true);
  rows.push(['alarms a week, mean', '', ...total.alarms.map((count) => (count / total.weeks).toPrecision(3))]);
  rows.push(['alarms a week, worst', '', ...worst.map((rate) => rate.toPrecision(3))]);
  console.log('');
  printTable(['recording', 'counted', ...heads], rows);
}
const sure = cells.filter((cell) => cell.sure);
const unsure = cells.filter((cell) => !cell.sure);
console.log(
  `\nA cell is alarms a week over the asked number, and the alarms. ! more than a factor of ${FACTOR} off; ~ fewer than ${MIN_EXPECTED} alarms expected.\n` +
    `${sure.filter(({ off }) => !off).length} of ${sure.length} cells are within a factor of ${FACTOR}; ` +
    `of ${unsure.length} cells with fewer than ${MIN_EXPECTED} expected alarms ${unsure.filter(({ off }) => off).length} have more than chance and a factor of ${FACTOR} explain.`,
);
