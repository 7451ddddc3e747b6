// KiB of a stream in memory after each recording under DIR of one series: the first column is the time. Default options.
// npm run bench:memory -- --data DIR [--data DIR ...] [--pieces]
import { join } from 'node:path';
import { kernelOrNull } from '../dist/app/kernel.js';
import { replay } from '../dist/app/replay.js';
import { readRecording } from '../dist/io/files/recording.js';
import { printTable } from './contest.mjs';
import { columnsOf, csvFilesIn } from './recordings.mjs';

const kib = (bytes) => (bytes / 1024).toFixed(1);
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Bytes of the stream of a recording, and of each of its pieces. */
async function measured(path, time, column, kernel) {
  let monitor = null;
  const recording = await readRecording(path, { time, values: [column], delimiter: ',', everyRow: true });
  const { rows } = await replay(recording, {
    log: () => undefined,
    kernel,
    onEvent: () => undefined,
    onStep: (step) => (monitor = step.monitor),
  });
  const { memory } = monitor;
  const names = memory.layout.split(' ').map((piece) => piece.slice(0, piece.lastIndexOf(':')));
  const pieces = names.map((name, i) => [name.replace(`${monitor.series[0].slug}.`, ''), memory.heldBytesOf(i)]);
  return { rows, held: memory.heldBytes, pieces };
}

/** Prints the table of all recordings below these folders; with `pieces`, also the mean of each piece. */
export async function reportStreams(folders, withPieces) {
  const kernel = kernelOrNull((_level, _fields, message) => console.error(message));
  const runs = [];
  for (const folder of folders)
    for (const file of csvFilesIn(folder)) {
      const path = join(folder, file);
      const [time, ...columns] = await columnsOf(path, ',');
      if (columns.length === 1) runs.push({ file, ...(await measured(path, time, columns[0], kernel)) });
    }
  const held = runs.map((run) => run.held);
  printTable(
    ['recording', 'rows', 'KiB'],
    [
      ...runs.map(({ file, rows, held }) => [file, String(rows), kib(held)]),
      [`${runs.length} recordings, median`, '', kib(median(held))],
      ['lowest', '', kib(Math.min(...held))],
      ['highest', '', kib(Math.max(...held))],
    ],
  );
  if (!withPieces) return;
  const sums = new Map();
  for (const [name, bytes] of runs.flatMap(({ pieces }) => pieces)) sums.set(name, (sums.get(name) ?? 0) + bytes);
  const each = [...sums].map(([name, bytes]) => [name, bytes / runs.length]).sort(([, a], [, b]) => b - a);
  console.log('');
  printTable(
    ['piece', 'bytes, mean'],
    each.filter(([, bytes]) => bytes >= 64).map(([name, bytes]) => [name, bytes.toFixed(0)]),
  );
}
