// Hashes that must be equal on every machine, as one line of JSON: node scripts/same-bits.mjs recording.csv
// Run by scripts/arm64.mjs on both machines. Needs the built program in dist.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadKernel } from '../dist/io/files/kernel-file.js';
import * as elementary from '../dist/math/elementary.js';
import { Memory } from '../dist/math/memory.js';
import { Random } from '../dist/math/random.js';
import { buildNetwork } from '../dist/nn/build-network.js';

/** Updates of each network: enough for all moments of Adam and all places of the tape. */
const UPDATES = 60;
const FUNCTIONS = ['asinh', 'cbrt', 'cos', 'exp', 'expm1', 'log', 'log10', 'log1p', 'log2', 'sin', 'sinh'];

const hash = (...parts) => {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest('hex').slice(0, 16);
};

/** Of what a network has put out over some updates, and of all it has learned. */
function network(cell, learner, kernel) {
  const [X, blocks, bins] = [8, 2, 8];
  const memory = new Memory();
  const net = buildNetwork(
    memory,
    {
      cell: cell.replace('+', ''),
      peepholes: cell.endsWith('+'),
      learner,
      inputSize: X,
      hiddenSize: 8,
      blocks,
      bins,
      direct: true,
      horizon: 8,
      trainEvery: 1,
      learningRate: 0.003,
      clip: 1,
      seed: 1,
      regeneration: 0,
    },
    kernel,
  );
  const random = new Random(2);
  const outputs = [];
  for (let t = 0; t < UPDATES; t++) {
    net.advance(Float64Array.from({ length: X }, () => random.uniform() * 4 - 2));
    outputs.push(net.output.slice());
    const likely = random.below(bins);
    net.learn(net.output.map((p, k) => p - (k % bins === likely ? 1 : 0)));
  }
  return hash(...outputs, memory.toBytes());
}

const networks = (kernel) =>
  Object.fromEntries(
    ['rnn', 'gru', 'lstm', 'lstm+', 'elementwise'].flatMap((cell) =>
      ['tbptt', 'snap1', 'rtrl'].map((learner) => [`${cell} ${learner}`, network(cell, learner, kernel)]),
    ),
  );

/** The scores of a recording, row by row, and its anomalies. */
function replay(recording) {
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-bits-'));
  const scores = join(directory, 'scores.csv');
  const main = new URL('../dist/cli/main.js', import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'replay', recording, '--json', '-o', scores]);
  if (status !== 0) throw new Error(`replay ended with ${status}: ${stderr}`);
  const rows = readFileSync(scores);
  rmSync(directory, { recursive: true });
  return {
    rows: String(rows).trimEnd().split('\n').length - 1,
    scores: hash(rows),
    anomalies: String(stdout).trim().split('\n').filter(Boolean).length,
    'anomalies, every digit': hash(stdout),
  };
}

const random = new Random(3);
const arguments_ = Float64Array.from({ length: 20_000 }, () => (random.uniform() - 0.5) * 2 ** (random.below(40) - 30));
const positive = arguments_.map(Math.abs);
const result = {
  functions: Object.fromEntries(
    FUNCTIONS.map((name) => [name, hash((/^log|cbrt/.test(name) ? positive : arguments_).map(elementary[name]))]),
  ),
  engine: hash(arguments_.map(Math.exp), positive.map(Math.log), arguments_.map(Math.tanh)),
  kernel: networks(loadKernel()),
  float64: networks(null),
  replay: replay(process.argv[2]),
};
const { heapUsed, external } = process.memoryUsage(); // its rss is 0 under qemu
const memory = { heapUsed, external, peak: process.resourceUsage().maxRSS * 1024 };
console.log(JSON.stringify({ machine: `${process.arch}, Node ${process.version}`, memory, ...result }));
