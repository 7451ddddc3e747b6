// Bytes of one network, in memory and in its snapshot; with --data, of whole streams after recordings.
// npm run bench:memory [-- --data DIR [--data DIR ...] [--pieces]]
import { parseArgs } from 'node:util';
import { loadKernel } from '../dist/io/files/kernel-file.js';
import { Memory } from '../dist/math/memory.js';
import { buildNetwork } from '../dist/nn/build-network.js';
import { ourOptions } from './our-options.mjs';
import { reportStreams } from './stream-memory.mjs';

const SIZES = [
  [16, 4],
  [16, 8],
  [32, 8],
  [64, 8],
];
const NETWORKS = [
  { name: 'rnn', cell: 'rnn', learner: 'tbptt' },
  { name: 'gru', cell: 'gru', learner: 'tbptt' },
  { name: 'lstm', cell: 'lstm', learner: 'tbptt' },
  { name: 'lstm, peepholes', cell: 'lstm', learner: 'tbptt', peepholes: true },
  { name: 'gru, snap1', cell: 'gru', learner: 'snap1' },
  { name: 'lstm, snap1', cell: 'lstm', learner: 'snap1' },
  { name: 'elementwise, snap1', cell: 'elementwise', learner: 'snap1' },
  { name: 'gru, rtrl', cell: 'gru', learner: 'rtrl' },
];

function kilobytes(settings, [hiddenSize, inputSize], kernel) {
  const memory = new Memory();
  buildNetwork(memory, ourOptions({ ...settings, hiddenSize, inputSize }), kernel);
  return memory.byteLength / 1000;
}

const { values } = parseArgs({
  options: { data: { type: 'string', multiple: true, default: [] }, pieces: { type: 'boolean', default: false } },
});
if (values.data.length > 0) {
  await reportStreams(values.data, values.pieces);
  process.exit();
}

for (const [title, kernel] of [
  ['wasm', loadKernel()],
  ['float64', null],
]) {
  console.log(`${title}: KB (1000 bytes) a stream while it learns, K 16`);
  console.log(`${'H/I'.padEnd(18)}  ${SIZES.map((size) => size.join('/').padStart(8)).join('  ')}`);
  for (const network of NETWORKS) {
    const cells = SIZES.map((size) => kilobytes(network, size, kernel).toFixed(1).padStart(8));
    console.log(`${network.name.padEnd(18)}  ${cells.join('  ')}`);
  }
  console.log('');
}
