// CPU time of one forecast without training, in zankyo and in other libraries.
// npm run bench:inference [word ...]: only contenders with one of the words in their names
import { contest, describeMachine, median, printAbsent, printTable, timeCells } from './contest.mjs';
import { makeJob } from './job.mjs';

const ROUNDS = 7;
const CONTENDERS = [
  { name: 'ours, wasm', peer: 'ours.mjs', kernel: 'wasm' },
  { name: 'ours, float64', peer: 'ours.mjs', kernel: 'float64' },
  { name: 'onnxruntime-node', peer: 'onnxruntime.mjs' },
  { name: 'PyTorch nn.GRU', peer: 'pytorch.py', form: 'module' },
  { name: 'PyTorch nn.GRUCell', peer: 'pytorch.py', form: 'cell' },
  { name: 'PyTorch TorchScript', peer: 'pytorch.py', form: 'script' },
  { name: 'TensorFlow.js cpu', peer: 'tensorflow.mjs', backend: 'cpu' },
  { name: 'TensorFlow.js wasm', peer: 'tensorflow.mjs', backend: 'wasm' },
];

const words = process.argv.slice(2);
const chosen = CONTENDERS.filter(({ name }) => !words.length || words.some((word) => name.includes(word)));

describeMachine();
for (const [hiddenSize, inputSize] of [
  [32, 8],
  [16, 8],
]) {
  const field = await contest(chosen, makeJob('infer', hiddenSize, inputSize), ROUNDS);
  const present = field.filter(({ absent }) => absent === undefined);
  console.log('');
  console.log(`H ${hiddenSize}, I ${inputSize}: one step of a GRU and its read-out`);
  if (present.length)
    printTable(
      ['contender', 'µs a step', 'min-max', 'times the first', 'streams at 1 Hz'],
      present.map((each) => [
        each.name,
        ...timeCells(each, present[0]),
        Math.floor(1e6 / median(each.times)).toString(),
      ]),
    );
  // All have the same weights, so their forecasts must be equal.
  const apart = present.flatMap(({ forecast }) => forecast.map((y, d) => Math.abs(y - present[0].forecast[d])));
  if (present.length > 1) console.log(`forecasts after 100 steps agree to ${Math.max(...apart).toExponential(1)}`);
  printAbsent(field);
}
