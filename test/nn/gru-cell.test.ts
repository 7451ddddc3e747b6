import { expect, test } from 'vitest';
import { Random } from '../../src/math/random.ts';
import { GruCell } from '../../src/nn/gru-cell.ts';

test('one unit, one input: all five equations by hand', () => {
  // x = 2, h_{t-1} = 0.5; in the order r, z, n:
  const theta = Float64Array.of(
    ...[0.25, -0.5, -0.5], // W_i
    ...[0.5, 3, 1], // W_h
    ...[0.75, -1, 0.5], // b_i
    ...[-1.5, 0.5 + Math.log(3), 1.5], // b_h
  );
  // r = sigma(0.5 + 0.75 + 0.25 - 1.5) = sigma(0)            = 1/2    (1)
  // z = sigma(-1 - 1 + 1.5 + 0.5 + log 3) = sigma(log 3)     = 3/4    (2)
  // m = 0.5 + 1.5                                            = 2      (3)
  // n = tanh(-1 + 0.5 + 1/2·2)                               = tanh(0.5)  (4)
  const [h, tape] = [new Float64Array(1), new Float64Array(6)];
  new GruCell(1, 1).forward(theta, Float64Array.of(2), Float64Array.of(0.5), h, tape);
  expect(h[0]).toBeCloseTo((1 / 4) * Math.tanh(0.5) + (3 / 4) * 0.5, 14); // (5)
  for (const [k, value] of [2, 0.5, 1 / 2, 3 / 4, Math.tanh(0.5), 2].entries()) expect(tape[k]).toBeCloseTo(value, 14);
});

/** A cell of 3 inputs and 4 units with random weights and its update gates' input biases b_iz at `bias`. */
function gated(bias: number) {
  const cell = new GruCell(3, 4);
  const theta = new Float64Array(cell.parameterCount);
  cell.initialise(theta, new Random(1));
  theta.fill(bias, 3 * 4 * (3 + 4) + 4, 3 * 4 * (3 + 4) + 8);
  return { cell, theta, tape: new Float64Array(cell.tapeSize), x: Float64Array.of(1, -2, 3) };
}

test('an update gate saturated at 1 keeps h and passes its error back unchanged', () => {
  const { cell, theta, tape, x } = gated(1000);
  const h = Float64Array.of(0.1, -0.2, 0.3, -0.4);
  for (let t = 0; t < 100; t++) cell.forward(theta, x, h, h, tape);
  expect(h).toEqual(Float64Array.of(0.1, -0.2, 0.3, -0.4));
  const [dh, ds] = [new Float64Array(4), Float64Array.of(1, 2, 3, 4)];
  cell.backward(theta, tape, ds.slice(), dh, new Float64Array(theta.length));
  expect(dh).toEqual(ds);
});

test('an update gate saturated at 0 takes the candidate alone', () => {
  const { cell, theta, tape, x } = gated(-1000);
  const h = Float64Array.of(0.1, -0.2, 0.3, -0.4);
  cell.forward(theta, x, h, h, tape);
  expect(h).toEqual(tape.slice(3 + 3 * 4, 3 + 4 * 4)); // n
});

test('starts with update gates that forget 1/2 to 1/64 of h a step, and no other bias', () => {
  const cell = new GruCell(3, 50);
  const theta = new Float64Array(cell.parameterCount);
  cell.initialise(theta, new Random(1));
  const biases = theta.subarray(3 * 50 * (3 + 50));
  for (const [k, bias] of biases.entries()) {
    if (k < 50 || k >= 100) expect(bias).toBe(0);
    else expect(bias >= Math.log(2 - 1) && bias <= Math.log(64 - 1)).toBe(true); // b_iz = log(T - 1)
  }
});
