import { expect, test } from 'vitest';
import { Memory } from '../../src/math/memory.ts';
import { Random } from '../../src/math/random.ts';
import { Adam } from '../../src/nn/adam.ts';
import { buildCell } from '../../src/nn/build-cell.ts';
import { buildLearner, type LearnerKind } from '../../src/nn/build-learner.ts';
import type { Cell } from '../../src/nn/cell.ts';
import { ReadOut } from '../../src/nn/read-out.ts';
import { CELLS, LEARNERS } from './reference.ts';

const [STEPS, HORIZON, HIDDEN, RECALLING] = [8000, 8, 12, 6];

/** Mean loss in nats over the last 500 steps of naming, from coin tosses, one per step, the toss of `delay` steps ago. */
function lossOfEcho(delay: number, cell: Cell | null, kind: LearnerKind = 'tbptt'): number {
  const [hidden, cellCount] = [cell?.hiddenSize ?? 0, cell?.parameterCount ?? 0];
  const head = new ReadOut(hidden, 1, 1, 2);
  const memory = new Memory();
  const random = new Random(1);

  const theta = memory.take('theta', cellCount + head.parameterCount);
  const gradient = new Float64Array(theta.length);
  const [cellTheta, headTheta] = [theta.subarray(0, cellCount), theta.subarray(cellCount)];
  const [cellGradient, headGradient] = [gradient.subarray(0, cellCount), gradient.subarray(cellCount)];
  cell?.initialise(cellTheta, random);
  head.initialise(headTheta, random);
  const learner = cell && buildLearner(kind, memory, cell, cellTheta, { horizon: HORIZON, every: 1 });
  const adam = new Adam(memory, theta.length, { learningRate: 0.01, clip: 1 });

  const [p, da, ds] = [new Float64Array(2), new Float64Array(2), new Float64Array(cell?.stateSize ?? 0)];
  const [input, dInput] = [new Float64Array(hidden + 1), new Float64Array(hidden + 1)];
  const tosses: number[] = [];
  let loss = 0;
  for (let t = 0; t < STEPS; t++) {
    tosses.push(random.below(2));
    const x = Float64Array.of(2 * tosses[t] - 1);
    learner?.advance(x);
    if (learner) input.set(learner.state.subarray(0, hidden));
    input[hidden] = x[0];
    head.forward(headTheta, input, p);
    if (t < delay) continue;

    const echo = tosses[t - delay];
    if (t >= STEPS - 500) loss -= Math.log(p[echo]) / 500;
    da[0] = p[0] - (echo === 0 ? 1 : 0);
    da[1] = p[1] - (echo === 1 ? 1 : 0);
    head.backward(headTheta, input, da, dInput.fill(0), headGradient);
    ds.set(dInput.subarray(0, hidden));
    learner?.credit(ds.fill(0, hidden), cellGradient);
    adam.update(theta, gradient);
  }
  return loss;
}

test('a linear read-out of the present toss cannot do better than chance, log 2', () => {
  expect(lossOfEcho(4, null)).toBeGreaterThan(Math.log(2) - 0.01);
});

const CONNECTED = CELLS.filter(({ name }) => name !== 'elementwise');
const GATED = CELLS.filter(({ name }) => name !== 'rnn');

test.each(CONNECTED)('$name learns to echo by tbptt: a loss below 0.1', ({ build }) => {
  expect(lossOfEcho(4, build(1, HIDDEN))).toBeLessThan(0.1);
});

test.each(CONNECTED.slice(0, 2))('$name learns to echo by rtrl, here 3 steps', ({ build }) => {
  expect(lossOfEcho(3, build(1, HIDDEN), 'rtrl')).toBeLessThan(0.1);
});

// To echo is to hand each toss from unit to unit, and that SnAp-1 cannot teach: it sees what a unit is to itself.
test.each(CONNECTED)('$name by snap1 echoes the toss of 2 steps ago, not that of 4', ({ build }) => {
  expect(lossOfEcho(2, build(1, HIDDEN), 'snap1')).toBeLessThan(0.2);
  expect(lossOfEcho(4, build(1, HIDDEN), 'snap1')).toBeGreaterThan(0.4);
});

// Here it is the cell that cannot, whoever teaches it: its units have nobody to hand a toss to.
test.each(LEARNERS)('elementwise by %s echoes the toss of 1 step ago, not that of 4', (kind) => {
  expect(lossOfEcho(1, buildCell('elementwise', 1, HIDDEN), kind)).toBeLessThan(0.1);
  expect(lossOfEcho(4, buildCell('elementwise', 1, HIDDEN), kind)).toBeGreaterThan(0.4);
});

/**
 * Mean loss in nats over the last 200 of 2000 rounds of a memory task: a marked toss, then 19 more that do not count,
 * then the network is asked for the marked one. Nothing else is asked, so the cause lies 19 steps back.
 */
function lossOfRecall(cell: Cell, kind: LearnerKind, seed = 1): number {
  const [rounds, silence] = [2000, 19];
  const { hiddenSize, parameterCount } = cell;
  const head = new ReadOut(hiddenSize, 0, 1, 2);
  const memory = new Memory();
  const random = new Random(seed);

  const theta = memory.take('theta', parameterCount + head.parameterCount);
  const gradient = new Float64Array(theta.length);
  const [cellTheta, headTheta] = [theta.subarray(0, parameterCount), theta.subarray(parameterCount)];
  const [cellGradient, headGradient] = [gradient.subarray(0, parameterCount), gradient.subarray(parameterCount)];
  cell.initialise(cellTheta, random);
  head.initialise(headTheta, random);
  const learner = buildLearner(kind, memory, cell, cellTheta, { horizon: HORIZON, every: 1 });
  const adam = new Adam(memory, theta.length, { learningRate: 0.01, clip: 1 });

  const [p, da, ds] = [new Float64Array(2), new Float64Array(2), new Float64Array(cell.stateSize)];
  const h = learner.state.subarray(0, hiddenSize);
  let loss = 0;
  for (let round = 0; round < rounds; round++) {
    const marked = random.below(2);
    learner.advance(Float64Array.of(2 * marked - 1, 1));
    for (let t = 0; t < silence; t++) learner.advance(Float64Array.of(2 * random.below(2) - 1, 0));
    head.forward(headTheta, h, p);
    if (round >= rounds - 200) loss -= Math.log(p[marked]) / 200;
    da[0] = p[0] - (marked === 0 ? 1 : 0);
    da[1] = p[1] - (marked === 1 ? 1 : 0);
    head.backward(headTheta, h, da, ds.fill(0), headGradient);
    learner.credit(ds, cellGradient);
    adam.update(theta, gradient);
  }
  return loss;
}

test.each(GATED)('$name by tbptt(8) cannot learn what lies 19 steps back: a loss of chance', ({ build }) => {
  expect(lossOfRecall(build(2, RECALLING), 'tbptt')).toBeGreaterThan(Math.log(2) - 0.05);
});

test.each(GATED)('$name by snap1 learns it: gates are what a unit is to itself', ({ build }) => {
  expect(lossOfRecall(build(2, RECALLING), 'snap1')).toBeLessThan(0.1);
});

test.each(GATED)('$name by rtrl learns it', ({ build }) => {
  // Of ten starts an LSTM finds it from 7, with peepholes from 4: the carousel has to open in the right unit first.
  const losses = [1, 2, 3].map((seed) => lossOfRecall(build(2, RECALLING), 'rtrl', seed));
  expect(Math.min(...losses)).toBeLessThan(0.1);
});
