// Writes the recording that docs/compare.md and docs/evaluate.md are about, three weeks of the demo's pump station with its
// faults, to stdout: npm run build && node docs/compare-recording.mjs > pump.csv
// Another number is another plant (1 by default); `labelled` adds the column `anomaly`, 1 while a fault lasts.
import { INSTRUMENTS, SERIES } from '../dist/app/demo/plant.js';
import { schedule } from '../dist/app/demo/schedule.js';
import { WARMUP_DAYS } from '../dist/app/demo/site.js';
import { Station } from '../dist/app/demo/station.js';

const START = Date.UTC(2026, 0, 5);
const DAYS = 21;
const words = process.argv.slice(2);
const labelled = words.includes('labelled');
const seed = Number(words.find((word) => word !== 'labelled') ?? 1);

const faults = schedule(seed, START, DAYS, WARMUP_DAYS);
const station = new Station(seed, START, faults);
const label = (at) => (labelled ? [faults.some((fault) => fault.at <= at && at < fault.endAt) ? 1 : 0] : []);
const names = SERIES.map((name) => `${name} ${INSTRUMENTS[name].unit}`);
const lines = [['time', ...names, ...(labelled ? ['anomaly'] : [])].join()];
for (let minute = 0; minute < DAYS * 1440; minute++) {
  const { at, values } = station.next();
  const cells = SERIES.map((name) => values.find(({ series }) => series === name)?.value ?? '');
  lines.push([new Date(at).toISOString(), ...cells, ...label(at)].join());
}
process.stdout.write(`${lines.join('\n')}\n`);
