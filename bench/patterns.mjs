// The benefit of the network: usual values and usual steps in an unusual order, which only a model of the order can detect.
// npm run bench:patterns
import { cpus } from 'node:os';
import { monitorOptions } from '../dist/app/pipeline/monitor-options.js';
import { tuningSchema } from '../dist/config/schema/tuning.js';
import { StreamMonitor } from '../dist/detect/stream-monitor.js';
import { loadKernel } from '../dist/io/files/kernel-file.js';
import { printTable } from './contest.mjs';
import { PATTERNS, record } from './synthetic/patterns.mjs';

const SEEDS = [1, 2, 3];
const RECORDINGS = 3; // of each pattern and seed
const COUNT = 24_000;
const LEARNING = 6000;
/** Readings before this one are not scored. */
const FROM = 5000;
/** One false alarm in this many readings is allowed. */
const PER = 2000;
/** An alarm counts as a detection up to this many readings after the event, and as false only after more than the second number. */
const MAX_DELAY = 12;
const ECHO = 32;
const VARIANTS = [
  { name: 'network', tuning: {} },
  { name: 'baseline', tuning: { network: false } },
];

const kernel = loadKernel();

/** The recording with the score of every reading. */
function scored({ readings, events }, tuning) {
  const series = [{ slug: 's', unit: '', range: null, only: 'both' }];
  const options = monitorOptions(tuningSchema.parse(tuning), kernel);
  const monitor = new StreamMonitor('s', series, options, () => undefined);
  const scores = readings.map(({ at, value }) => monitor.take(0, { series: 's', at, value, receivedAt: at }).score);
  return { scores, events };
}

/** The detections with a threshold of `line`: an alarm is a score at or above it after a score below. */
function judge(recordings, line) {
  const sum = { found: 0, events: 0, false: 0, readings: 0 };
  for (const { scores, events } of recordings) {
    const alarms = [];
    for (let i = FROM; i < scores.length; i++) if (scores[i] >= line && !(scores[i - 1] >= line)) alarms.push(i);
    const belongs = (i, [first, last], late) => i >= first && i <= last + late;
    sum.found += events.filter((event) => alarms.some((i) => belongs(i, event, MAX_DELAY))).length;
    sum.events += events.length;
    sum.false += alarms.filter((i) => !events.some((event) => belongs(i, event, ECHO))).length;
    sum.readings += scores.length - FROM;
  }
  return sum;
}

/** The threshold with the most detections and at most one false alarm in 2,000 readings, over all recordings of a seed. */
function bestLine(recordings) {
  const all = recordings.flatMap(({ scores }) => scores.slice(FROM)).sort((a, b) => b - a);
  let best = { line: Infinity, found: -1 };
  for (let k = 1; k < 300; k++) {
    const line = all[Math.floor(all.length ** (k / 300))];
    const { found, false: falsely, readings } = judge(recordings, line);
    if (falsely * PER <= readings && found > best.found) best = { line, found };
  }
  return best.line;
}

const seedOf = (seed, pattern, number) => 1000 * seed + 10 * pattern + number;
const corpus = SEEDS.map((seed) =>
  PATTERNS.map((pattern, p) =>
    Array.from({ length: RECORDINGS }, (_, k) =>
      record(pattern, { count: COUNT, learning: LEARNING, seed: seedOf(seed, p, k) }),
    ),
  ),
);

const percent = ({ found, events }) => ((100 * found) / events).toFixed(0);
const falsely = (sum) => ((sum.false * PER) / sum.readings).toFixed(2);
/** One figure for each seed. */
const each = (figure, judged) => judged.map(figure).join(' ');

console.log(`${cpus()[0].model}, Node ${process.version}`);
console.log(
  `${RECORDINGS} recordings of ${COUNT} readings of each pattern, seeds ${SEEDS.join(', ')}, one figure for each seed`,
);
console.log(`found: share of events; false: false alarms in ${PER} readings`);
for (const { name, tuning } of VARIANTS) {
  const runs = corpus.map((patterns) => patterns.map((recordings) => recordings.map((r) => scored(r, tuning))));
  const lines = runs.map((patterns) => bestLine(patterns.flat()));
  const row = (title, pick) => {
    const atBest = runs.map((patterns, s) => judge(pick(patterns), lines[s]));
    const atOne = runs.map((patterns) => judge(pick(patterns), 1));
    return [title, each(percent, atBest), each(falsely, atBest), each(percent, atOne), each(falsely, atOne)];
  };
  console.log('');
  printTable(
    [name, `found, % at one in ${PER}`, 'false', 'found, % at the alarm line', 'false'],
    [
      ...PATTERNS.map((pattern, p) => row(pattern.name, (patterns) => patterns[p])),
      row('all', (patterns) => patterns.flat()),
    ],
  );
}
