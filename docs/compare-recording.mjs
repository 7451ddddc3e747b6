// Writes the recording that docs/compare.md is about, three weeks of the demo's pump station with its faults, to stdout:
// npm run build && node docs/compare-recording.mjs > pump.csv
import { INSTRUMENTS, SERIES } from '../dist/app/demo/plant.js';
import { schedule } from '../dist/app/demo/schedule.js';
import { WARMUP_DAYS } from '../dist/app/demo/site.js';
import { Station } from '../dist/app/demo/station.js';

const START = Date.UTC(2026, 0, 5);
const DAYS = 21;
const station = new Station(1, START, schedule(1, START, DAYS, WARMUP_DAYS));
const lines = [`time,${SERIES.map((name) => `${name} ${INSTRUMENTS[name].unit}`).join()}`];
for (let minute = 0; minute < DAYS * 1440; minute++) {
  const { at, values } = station.next();
  const cells = SERIES.map((name) => values.find(({ series }) => series === name)?.value ?? '');
  lines.push(`${new Date(at).toISOString()},${cells.join()}`);
}
process.stdout.write(`${lines.join('\n')}\n`);
