import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/math/random.ts';
import { LstmCell, MAX_CELL } from '../../src/nn/lstm-cell.ts';
import { normals, sigmoid } from './reference.ts';

describe('one unit, one input, by hand', () => {
  // x = 2, h_{t-1} = 0.5, c_{t-1} = 0.8; in the order i, f, g, o:
  const theta = Float64Array.of(
    ...[0.25, -0.5, -0.5, 1], // W_i
    ...[0.5, 3, 1, -1], // W_h
    ...[0.75, -1, 0.5, 0.5], // b_i
    ...[-1.5, 0.5 + Math.log(3), 0.5, -2 - Math.log(3)], // b_h
  );
  const [x, s] = [Float64Array.of(2), Float64Array.of(0.5, 0.8)];

  test('without peepholes: i = 1/2, f = 3/4, g = tanh(0.5), o = 1/4', () => {
    // i = sigma(0.5 + 0.75 + 0.25 - 1.5)              = sigma(0)         (1)
    // f = sigma(-1 - 1 + 1.5 + 0.5 + log 3)           = sigma(log 3)     (2)
    // g = tanh(-1 + 0.5 + 0.5 + 0.5)                  = tanh(0.5)        (3)
    // o = sigma(2 + 0.5 - 0.5 - 2 - log 3)            = sigma(-log 3)    (5)
    const c = (3 / 4) * 0.8 + (1 / 2) * Math.tanh(0.5); // (4)
    const next = new Float64Array(2);
    new LstmCell(1, 1).forward(theta, x, s, next, new Float64Array(9));
    expect(next[0]).toBeCloseTo((1 / 4) * Math.tanh(c), 14); // (6)
    expect(next[1]).toBeCloseTo(c, 14);
  });

  test('with peepholes: input and forget gate see c_{t-1}, the output gate sees c_t', () => {
    const peepholes = [0.3, -0.7, 1.1]; // p_i, p_f, p_o
    const c = sigmoid(Math.log(3) - 0.7 * 0.8) * 0.8 + sigmoid(0.3 * 0.8) * Math.tanh(0.5);
    const next = new Float64Array(2);
    new LstmCell(1, 1, true).forward(Float64Array.of(...theta, ...peepholes), x, s, next, new Float64Array(9));
    expect(next[0]).toBeCloseTo(sigmoid(-Math.log(3) + 1.1 * c) * Math.tanh(c), 14);
    expect(next[1]).toBeCloseTo(c, 14);
  });
});

test('peepholes of 0 are no peepholes', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const [plain, peeping] = [new LstmCell(2, 3), new LstmCell(2, 3, true)];
      const random = new Random(seed);
      const [theta, x, s] = [plain.parameterCount, 2, 6].map((length) => normals(length, random));
      const [next, nextPeeping] = [new Float64Array(6), new Float64Array(6)];
      plain.forward(theta, x, s, next, new Float64Array(plain.tapeSize));
      peeping.forward(
        Float64Array.of(...theta, ...new Array<number>(9).fill(0)),
        x,
        s,
        nextPeeping,
        new Float64Array(26),
      );
      expect(nextPeeping).toEqual(next);
    }),
  );
});

test('the constant error carousel: forget gate open, input gate shut, c stays and so does its error', () => {
  const cell = new LstmCell(3, 4);
  const theta = new Float64Array(cell.parameterCount);
  cell.initialise(theta, new Random(1));
  const biases = 4 * 4 * (3 + 4);
  theta.fill(-1000, biases, biases + 4); // b_ii
  theta.fill(1000, biases + 4, biases + 8); // b_if
  const c = [0.1, -0.2, 2, -2.9];
  const [s, tape] = [Float64Array.of(0, 0, 0, 0, ...c), new Float64Array(cell.tapeSize)];
  for (let t = 0; t < 1000; t++) cell.forward(theta, Float64Array.of(Math.sin(t), -2, 3), s, s, tape);
  expect([...s.subarray(4)]).toEqual(c);

  let [ds, dsPrevious] = [Float64Array.of(0, 0, 0, 0, 1, 2, 3, 4), new Float64Array(8)];
  for (let t = 0; t < 1000; t++) {
    cell.backward(theta, tape, ds, dsPrevious.fill(0), new Float64Array(theta.length));
    [ds, dsPrevious] = [dsPrevious, ds];
  }
  expect([...ds]).toEqual([0, 0, 0, 0, 1, 2, 3, 4]);
});

test('a memory cell beyond 3 is clipped, and no error passes through the clip', () => {
  // One unit with open gates, i = f = 1 and g = 1: c grows by 1 a step until the limit.
  const cell = new LstmCell(1, 1);
  const theta = new Float64Array(cell.parameterCount);
  theta.set([1000, 1000, 1000, 0], 8); // b_i of i, f, g, o
  const [x, s, tape] = [Float64Array.of(0), new Float64Array(2), new Float64Array(cell.tapeSize)];
  const cells = Array.from({ length: 6 }, () => {
    cell.forward(theta, x, s, s, tape);
    return s[1];
  });
  expect(cells).toEqual([1, 2, 3, 3, 3, 3]);
  const [dsPrevious, dTheta] = [new Float64Array(2), new Float64Array(theta.length)];
  cell.backward(theta, tape, Float64Array.of(0, 1), dsPrevious, dTheta);
  expect([...dsPrevious]).toEqual([0, 0]);
  expect(dTheta.every((d) => d === 0)).toBe(true);
});

test('peepholes cannot drive a memory cell away: units move again after a long excursion', () => {
  const cell = new LstmCell(1, 4, true);
  const theta = new Float64Array(cell.parameterCount);
  cell.initialise(theta, new Random(2));
  theta.fill(0.5, theta.length - 12); // each cell opens its own gates
  const [s, tape] = [new Float64Array(8), new Float64Array(cell.tapeSize)];
  for (let t = 0; t < 10_000; t++) cell.forward(theta, Float64Array.of(3), s, s, tape);
  expect(Math.max(...s.subarray(4).map(Math.abs))).toBeLessThanOrEqual(MAX_CELL);
  const before = [...s];
  for (let t = 0; t < 64; t++) cell.forward(theta, Float64Array.of(-3), s, s, tape);
  for (const [i, c] of s.subarray(4).entries()) expect(Math.abs(c - before[4 + i])).toBeGreaterThan(1);
});

test.each([false, true])('starts with forget gates of 1/2 to 63/64 and no other bias (peepholes %s)', (peepholes) => {
  const cell = new LstmCell(3, 50, peepholes);
  const theta = new Float64Array(cell.parameterCount);
  cell.initialise(theta, new Random(1));
  const biases = theta.subarray(4 * 50 * (3 + 50)); // and the peepholes after them
  for (const [k, bias] of biases.entries()) {
    if (k < 50 || k >= 100) expect(bias).toBe(0);
    else expect(sigmoid(bias) >= 1 / 2 && sigmoid(bias) <= 63 / 64).toBe(true); // b_if
  }
});
