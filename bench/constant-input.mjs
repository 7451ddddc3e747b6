// Whether a stuck or silent sensor slows the network down. Vanishing gradients give denormal floating-point numbers, and a
// processor may take a hundred times as long for those.
// npm run bench:constant
import { contest, describeMachine, printAbsent, printTable, timeCells } from './contest.mjs';
import { makeJob } from './job.mjs';

const ROUNDS = 7;
const STEPS = 100_000;
const NETWORKS = [
  { label: 'gru', cell: 'gru', learner: 'tbptt', hiddenSize: 32 },
  { label: 'gru', cell: 'gru', learner: 'tbptt', hiddenSize: 16 },
  { label: 'lstm', cell: 'lstm', learner: 'tbptt', hiddenSize: 16 },
  { label: 'gru, snap1', cell: 'gru', learner: 'snap1', hiddenSize: 16 },
  { label: 'elementwise, snap1', cell: 'elementwise', learner: 'snap1', hiddenSize: 16 },
];
const INPUT_SIZE = 8;

describeMachine();
console.log('');
console.log(
  `learning on every message; µs a step after ${STEPS} steps of the same kind of input, and times the random one`,
);
const rows = [];
const absent = [];
for (const { label, hiddenSize, ...settings } of NETWORKS) {
  const job = makeJob('train', hiddenSize, INPUT_SIZE);
  const inputs = { random: job.series, constant: [job.series[0]], zero: [new Array(INPUT_SIZE).fill(0)] };
  for (const kernel of ['wasm', 'float64']) {
    const name = `${label}, H ${hiddenSize}, ${kernel}`;
    const contenders = Object.values(inputs).map((rows) => ({
      name,
      peer: 'ours.mjs',
      kernel,
      ...settings,
      soak: { rows, steps: STEPS },
    }));
    const field = await contest(contenders, job, ROUNDS);
    if (field.some((each) => each.absent !== undefined)) {
      absent.push(field[0]);
      continue;
    }
    const [random] = field;
    rows.push([name, ...field.flatMap((each) => timeCells(each, random)).toSpliced(2, 1)]);
  }
}
if (rows.length)
  printTable(['network', 'random', 'min-max', 'constant', 'min-max', 'times', 'zero', 'min-max', 'times'], rows);
printAbsent(absent);
