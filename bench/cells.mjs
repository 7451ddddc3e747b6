// CPU time of one reading and memory of one stream, for every cell in turn, round after round.
// npm run bench:cells
import { cpus, totalmem } from 'node:os';
import { monitorOptions } from '../dist/app/pipeline/monitor-options.js';
import { tuningSchema } from '../dist/config/schema/tuning.js';
import { StreamMonitor } from '../dist/detect/stream-monitor.js';
import { loadKernel } from '../dist/io/files/kernel-file.js';
import { Random } from '../dist/math/random.js';

const ROUNDS = 7;
const READINGS = 4000;
const CELLS = [
  { name: 'no network', network: false },
  { name: 'rnn', cell: 'rnn' },
  { name: 'gru', cell: 'gru' },
  { name: 'lstm', cell: 'lstm' },
  { name: 'lstm, peepholes', cell: 'lstm', peepholes: true },
  { name: 'elementwise', cell: 'elementwise' },
];
const CORES = [
  { core: 'SIMD', kernel: loadKernel() },
  { core: 'Float64', kernel: null },
];

const kib = (bytes) => (bytes / 1024).toFixed(1);
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** A daily series with noise, one reading a minute. */
function contender({ name, ...tuning }, series, { core, kernel }) {
  const infos = Array.from({ length: series }, (_, d) => ({ slug: `s${d}`, unit: '', range: null, only: 'both' }));
  const monitor = new StreamMonitor(
    'bench',
    infos,
    monitorOptions(tuningSchema.parse(tuning), kernel),
    () => undefined,
  );
  const random = new Random(1);
  let at = Date.UTC(2026, 0, 5);
  const block = (readings) => {
    const start = performance.now();
    for (let i = 0; i < readings; i++) {
      at += 60_000;
      for (let d = 0; d < series; d++) {
        const value = 20 + 5 * Math.sin((2 * Math.PI * at) / 86_400_000 + d) + random.normal();
        monitor.take(d, { series: `s${d}`, at, value, receivedAt: at });
      }
    }
    return ((performance.now() - start) * 1000) / readings;
  };
  block(2 * READINGS); // compiled and warm
  return { name, series, core, block, times: [], memory: monitor.memory };
}

const contenders = [1, 5].flatMap((series) =>
  CELLS.flatMap((cell) => CORES.map((core) => contender(cell, series, core))),
);
for (let round = 0; round < ROUNDS; round++) for (const each of contenders) each.times.push(each.block(READINGS));

console.log(
  `${cpus()[0].model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
);
console.log(
  `hidden size 16, horizon 16, trained on every sample; median of ${ROUNDS} interleaved rounds of ${READINGS}`,
);
console.log('');
console.log(
  'cell             series  core     µs a sample  min-max          KiB in memory  in a snapshot  streams at 1 Hz a core',
);
for (const { name, series, core, times, memory } of contenders) {
  const mid = median(times);
  const spread = `${Math.min(...times).toFixed(0)}-${Math.max(...times).toFixed(0)}`;
  console.log(
    `${name.padEnd(15)}  ${String(series).padStart(6)}  ${core.padEnd(7)}  ${mid.toFixed(1).padStart(11)}  ${spread.padEnd(15)}  ${kib(memory.heldBytes).padStart(13)}  ${kib(memory.byteLength).padStart(13)}  ${Math.floor(
      1e6 / mid,
    )
      .toString()
      .padStart(22)}`,
  );
}
