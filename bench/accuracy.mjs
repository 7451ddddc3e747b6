// Runs the production pipeline over labelled recordings and writes result files for the scorers of each benchmark.
// npm run bench:nab|skab|streams -- --data DIR --out RES [--tuning option=value ...] [--constant NAME=VALUE ...]
//
// Each CSV file under DIR goes through the pipeline of the service, with the shipped defaults and the options of --tuning. The
// results are in a file of the same name under RES, row by row and in order, with the time as in the input. A row that was not
// scored has score 0.
//
// nab      timestamp,value,anomaly_score. Its scorer counts each row at 0.5 or above as an alarm, so an alarm is written once:
//          s / (1 + s) in the first row with a score s above the threshold of 1, and then not again for 100 rows or 3 % of the rows
//          so far; in all other rows the same of min(s, 1⁻). With on_anomaly: absorb, because a lasting change in these data is a
//          new normal.
// skab     datetime,score,is_anomaly,is_changepoint; the columns anomaly and changepoint are labels and are kept from the detector.
//          is_changepoint: in this row an episode was opened, changed its level, or was closed.
// streams  timestamp,score,is_anomaly; the first column is the time, all others are one group.
//
// is_anomaly: an episode is open. score: the higher of the score of the process and of the sensor faults.
//
// --constant gives a constant of src/detect/constants.ts another value.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine, printTable } from './contest.mjs';
import { setConstants } from './constants.mjs';
import { columnsOf, csvFilesIn } from './recordings.mjs';

const BELOW_LINE = 1 - 2 ** -20;
const toUnit = (score) => score / (1 + score);
const flagged = ({ time, score, anomaly }) => [time, score ?? 0, anomaly ? 1 : 0].join();

/** The score of each row of a file for a scorer that counts every row above the threshold as an alarm. */
function alarmsOnce() {
  let last = -Infinity;
  let row = 0;
  return (score) => {
    const alarm = score > 1 && row - last >= Math.max(100, 0.03 * row);
    if (alarm) last = row;
    row++;
    return alarm ? score : Math.min(score, BELOW_LINE);
  };
}

const isChange = ({ phase, levelChange }) => phase !== 'updated' || levelChange !== undefined;

/** The result format of each benchmark: `rowOf` makes the function that writes the rows of one file from score and events. */
const FORMS = {
  nab: {
    header: 'timestamp,value,anomaly_score',
    tuning: ['on_anomaly=absorb'],
    rowOf: () => {
      const once = alarmsOnce();
      return ({ time, values: [value], score }) =>
        [time, Number.isNaN(value) ? '' : value, toUnit(once(score ?? 0))].join();
    },
  },
  skab: {
    header: 'datetime,score,is_anomaly,is_changepoint',
    labels: ['anomaly', 'changepoint'],
    rowOf: () => (row, events) => `${flagged(row)},${events.some(isChange) ? 1 : 0}`,
  },
  streams: { header: 'timestamp,score,is_anomaly', rowOf: () => flagged },
};

/** With other constants than the shipped ones the detector must be loaded after they are set. */
async function load(constants) {
  await setConstants(constants);
  const [{ kernelOrNull }, { replay }, { tuningFrom }, { readRecording }] = await Promise.all([
    import('../dist/app/kernel.js'),
    import('../dist/app/replay.js'),
    import('../dist/config/tuning-words.js'),
    import('../dist/io/files/recording.js'),
  ]);
  return { kernelOrNull, replay, tuningFrom, readRecording };
}

async function answer(path, form, { tuning, kernel }) {
  const delimiter = form.labels === undefined ? ',' : ';';
  const [time, ...columns] = await columnsOf(path, delimiter);
  const values = columns.filter((name) => form.labels?.includes(name) !== true);
  const recording = await readRecording(path, { time, values, delimiter, everyRow: true });
  const lines = [form.header];
  const row = form.rowOf();
  let episodes = 0;
  const events = []; // of the present row
  const startedAt = performance.now();
  const { rows } = await replay(recording, {
    log: (level, fields, message) => {
      if (level !== 'info') console.error(`${path}: ${message}`, fields);
    },
    kernel,
    tuning,
    onEvent: (event) => {
      if (event.phase === 'opened') episodes++;
      events.push(event);
    },
    onRow: (scored) => {
      lines.push(row(scored, events));
      events.length = 0;
    },
  });
  return { lines, rows, episodes, seconds: (performance.now() - startedAt) / 1000 };
}

const [name, ...args] = process.argv.slice(2);
const { values } = parseArgs({
  args,
  options: {
    data: { type: 'string' },
    out: { type: 'string' },
    tuning: { type: 'string', multiple: true, default: [] },
    constant: { type: 'string', multiple: true, default: [] },
  },
});
if (values.data === undefined || values.out === undefined) {
  console.error(
    `usage: npm run bench:${name} -- --data DIR --out RES [--tuning option=value ...] [--constant NAME=VALUE ...]`,
  );
  process.exit(64);
}

const { kernelOrNull, replay, tuningFrom, readRecording } = await load(values.constant);
const tuning = tuningFrom([...(FORMS[name].tuning ?? []), ...values.tuning]);
const kernel = kernelOrNull((_level, _fields, message) => console.error(message));
const files = csvFilesIn(values.data);
const cells = ({ rows, episodes, seconds }) =>
  [rows, episodes, seconds.toFixed(2), ((1e6 * seconds) / Math.max(1, rows)).toFixed(1)].map(String);
const table = [];
const total = { rows: 0, episodes: 0, seconds: 0 };
for (const file of files) {
  const { lines, ...run } = await answer(join(values.data, file), FORMS[name], { tuning, kernel });
  const path = join(values.out, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${lines.join('\n')}\n`);
  table.push([file, ...cells(run)]);
  for (const key of Object.keys(total)) total[key] += run[key];
}
describeMachine();
printTable(['file', 'rows', 'episodes', 's', 'µs a row'], [...table, [`${files.length} files`, ...cells(total)]]);
