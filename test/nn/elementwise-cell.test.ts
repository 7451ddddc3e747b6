import { expect, test } from 'vitest';
import { Random } from '../../src/math/random.ts';
import { ElementwiseCell } from '../../src/nn/elementwise-cell.ts';
import { jacobians, normals, sigmoid } from './reference.ts';

test('one unit, one input: all five equations by hand', () => {
  // x = 2, h_{t-1} = 9 (read by nobody), c_{t-1} = 0.8; in the order f, z, o:
  const theta = Float64Array.of(
    ...[-0.5, 0.25, 1], // W
    ...[-1.25, 2.5, 3], // w
    ...[2 + Math.log(3), -2, -2], // b
  );
  // f = sigma(-1 - 1 + 2 + log 3) = sigma(log 3)        = 3/4          (1)
  // z = tanh(0.5 + 2 - 2)                               = tanh(0.5)    (2)
  // o = sigma(2 + 3 c - 2)                              = sigma(3 c)   (4)
  const c = (3 / 4) * 0.8 + (1 / 4) * Math.tanh(0.5); // (3)
  const [next, tape] = [new Float64Array(2), new Float64Array(6)];
  new ElementwiseCell(1, 1).forward(theta, Float64Array.of(2), Float64Array.of(9, 0.8), next, tape);
  expect(next[0]).toBeCloseTo(sigmoid(3 * c) * c, 14); // (5)
  expect(next[1]).toBeCloseTo(c, 14);
  for (const [k, value] of [2, 0.8, 3 / 4, Math.tanh(0.5), sigmoid(3 * c), c].entries())
    expect(tape[k]).toBeCloseTo(value, 14);
});

test('no unit depends on another: s_t[j] depends on the c_{t-1} of its own unit only, and on no h_{t-1}', () => {
  const [H, random] = [4, new Random(1)];
  const cell = new ElementwiseCell(3, H);
  const [theta, s] = [normals(cell.parameterCount, random), normals(2 * H, random)];
  const tape = new Float64Array(cell.tapeSize);
  cell.forward(theta, normals(3, random), s, s, tape);
  const { J } = jacobians(cell, theta, tape);
  for (let k = 0; k < 2 * H; k++) for (let j = 0; j < 2 * H; j++) expect(J[k][j] !== 0).toBe(j === H + (k % H));
});

test('a forget gate saturated at 1 keeps c, whatever comes, and passes its error back unchanged', () => {
  const cell = new ElementwiseCell(3, 4);
  const theta = new Float64Array(cell.parameterCount);
  cell.initialise(theta, new Random(1));
  theta.fill(1000, 3 * 4 * (3 + 1), 3 * 4 * (3 + 1) + 4); // b_f
  const [s, tape] = [Float64Array.of(0, 0, 0, 0, 0.1, -0.2, 30, -40), new Float64Array(cell.tapeSize)];
  for (let t = 0; t < 1000; t++) cell.forward(theta, Float64Array.of(Math.sin(t), -2, 3), s, s, tape);
  expect([...s.subarray(4)]).toEqual([0.1, -0.2, 30, -40]);

  let [ds, dsPrevious] = [Float64Array.of(0, 0, 0, 0, 1, 2, 3, 4), new Float64Array(8)];
  for (let t = 0; t < 1000; t++) {
    cell.backward(theta, tape, ds, dsPrevious.fill(0), new Float64Array(theta.length));
    [ds, dsPrevious] = [dsPrevious, ds];
  }
  expect([...ds]).toEqual([0, 0, 0, 0, 1, 2, 3, 4]);
});

test('starts with forget gates of 1/2 to 63/64 and no other bias', () => {
  const cell = new ElementwiseCell(3, 50);
  const theta = new Float64Array(cell.parameterCount);
  cell.initialise(theta, new Random(1));
  for (const [k, bias] of theta.subarray(3 * 50 * (3 + 1)).entries()) {
    if (k >= 50) expect(bias).toBe(0);
    else expect(sigmoid(bias) >= 1 / 2 && sigmoid(bias) <= 63 / 64).toBe(true); // b_f = log(T - 1)
  }
});
