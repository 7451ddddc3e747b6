// CPU time of training on every message, in zankyo and in other libraries.
// npm run bench:train [word ...]: only contenders with one of the words in their names
import { contest, describeMachine, median, printAbsent, printTable, timeCells } from './contest.mjs';
import { makeJob } from './job.mjs';

const ROUNDS = 7;
const ours = (name, settings) =>
  ['wasm', 'float64'].map((kernel) => ({ name: `${name}, ${kernel}`, peer: 'ours.mjs', kernel, ...settings }));
const CONTENDERS = [
  ...ours('ours: gru', {}),
  { name: 'PyTorch nn.GRU', peer: 'pytorch.py', form: 'module' },
  { name: 'PyTorch torch.compile', peer: 'pytorch.py', form: 'compiled' },
  { name: 'TensorFlow.js cpu', peer: 'tensorflow.mjs', backend: 'cpu' },
  { name: 'TensorFlow.js wasm', peer: 'tensorflow.mjs', backend: 'wasm' },
  { name: 'brain.js GRUTimeStep', peer: 'brain.mjs' },
  ...ours('ours: gru, every 4th', { trainEvery: 4 }),
  ...ours('ours: gru, every 16th', { trainEvery: 16 }),
  ...ours('ours: rnn', { cell: 'rnn' }),
  ...ours('ours: lstm', { cell: 'lstm' }),
  ...ours('ours: lstm, peepholes', { cell: 'lstm', peepholes: true }),
  ...ours('ours: gru, snap1', { learner: 'snap1' }),
  ...ours('ours: elementwise, snap1', { cell: 'elementwise', learner: 'snap1' }),
  // Exact RTRL of a dense cell costs H^4 per step: it is too slow for more than 16 units.
  ...ours('ours: gru, rtrl', { learner: 'rtrl', upTo: 16 }),
];

const words = process.argv.slice(2);
const chosen = CONTENDERS.filter(({ name }) => !words.length || words.some((word) => name.includes(word)));

describeMachine();
for (const [hiddenSize, inputSize] of [
  [32, 8],
  [16, 8],
]) {
  const contenders = chosen.filter(({ upTo = Infinity }) => hiddenSize <= upTo);
  const field = await contest(contenders, makeJob('train', hiddenSize, inputSize), ROUNDS);
  const present = field.filter(({ absent }) => absent === undefined);
  console.log('');
  console.log(`H ${hiddenSize}, I ${inputSize}, K 16: forward, back through 16 steps, Adam, on every message`);
  if (present.length)
    printTable(
      ['contender', 'µs a step', 'min-max', 'times the first', 'streams at 1 Hz', 'squared error, first and later'],
      present.map((each) => [
        each.name,
        ...timeCells(each, present[0]),
        Math.floor(1e6 / median(each.times)).toString(),
        `${each.before.toFixed(3)}, ${each.after.toFixed(3)}`,
      ]),
    );
  printAbsent(field);
}
