import { expect, test } from 'vitest';
import { Memory } from '../../src/math/memory.ts';
import { Random } from '../../src/math/random.ts';
import { Adam } from '../../src/nn/adam.ts';
import type { Cell } from '../../src/nn/cell.ts';
import { SoftmaxHead } from '../../src/nn/softmax-head.ts';
import { Tbptt } from '../../src/nn/tbptt.ts';
import { CELLS } from './reference.ts';

const [STEPS, DELAY, HORIZON, HIDDEN] = [8000, 4, 8, 12];

/** Mean loss in nats over the last 500 steps of naming, from coin tosses heard one a step, the toss of 4 steps ago. */
function lossOfEcho(cell: Cell | null): number {
  const [hidden, cellCount] = [cell?.hiddenSize ?? 0, cell?.parameterCount ?? 0];
  const head = new SoftmaxHead(hidden, 1, 1, 2);
  const memory = new Memory();
  const random = new Random(1);

  const theta = memory.take('theta', cellCount + head.parameterCount);
  const gradient = new Float64Array(theta.length);
  const [cellTheta, headTheta] = [theta.subarray(0, cellCount), theta.subarray(cellCount)];
  const [cellGradient, headGradient] = [gradient.subarray(0, cellCount), gradient.subarray(cellCount)];
  cell?.initialise(cellTheta, random);
  head.initialise(headTheta, random);
  const learner = cell && new Tbptt(memory, cell, cellTheta, { horizon: HORIZON, every: 1 });
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
    if (t < DELAY) continue;

    const echo = tosses[t - DELAY];
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
  expect(lossOfEcho(null)).toBeGreaterThan(Math.log(2) - 0.01);
});

test.each(CELLS)('$name learns to echo: a loss below 0.1', ({ build }) => {
  expect(lossOfEcho(build(1, HIDDEN))).toBeLessThan(0.1);
});
