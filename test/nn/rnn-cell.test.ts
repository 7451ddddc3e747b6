import { expect, test } from 'vitest';
import { RnnCell } from '../../src/nn/rnn-cell.ts';

test('one unit, one input: tanh(0.5·2 + 0.1 + 0.25·0.4 + 0.3) = tanh(1.5)', () => {
  const theta = Float64Array.of(0.5, 0.25, 0.1, 0.3); // W_ih, W_hh, b_ih, b_hh
  const h = new Float64Array(1);
  new RnnCell(1, 1).forward(theta, Float64Array.of(2), Float64Array.of(0.4), h, new Float64Array(3));
  expect(h[0]).toBeCloseTo(Math.tanh(1.5), 15);
});

test('two units, one input: each has its row of W_ih and W_hh', () => {
  // a_1 = 1·2 + (3·0.1 + 4·0.2) + (-2 - 1), a_2 = -1·2 + (5·0.1 + 6·0.2) + (0.5 + 0.25)
  const theta = Float64Array.of(1, -1, 3, 4, 5, 6, -2, 0.5, -1, 0.25);
  const h = new Float64Array(2);
  new RnnCell(1, 2).forward(theta, Float64Array.of(2), Float64Array.of(0.1, 0.2), h, new Float64Array(5));
  expect(h[0]).toBeCloseTo(Math.tanh(0.1), 15);
  expect(h[1]).toBeCloseTo(Math.tanh(0.45), 15);
});

test('one unit back: da = 1 - h^2, times x, h_{t-1}, 1 and 1 for theta, times W_hh for h_{t-1}', () => {
  const [theta, tape] = [Float64Array.of(0.5, 0.25, 0.1, 0.3), Float64Array.of(2, 0.4, 0.8)]; // x, h_{t-1}, h_t
  const [dh, dTheta] = [new Float64Array(1), new Float64Array(4)];
  new RnnCell(1, 1).backward(theta, tape, Float64Array.of(1), dh, dTheta);
  expect(dh[0]).toBeCloseTo(0.25 * 0.36, 15);
  for (const [k, factor] of [2, 0.4, 1, 1].entries()) expect(dTheta[k]).toBeCloseTo(factor * 0.36, 15);
});
