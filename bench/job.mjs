import { Random } from '../dist/math/random.js';

const ROWS = 4096;

/** The input of all contenders of one contest: the sizes, a series to forecast, and initial weights. */
export const makeJob = (task, hiddenSize, inputSize) => ({
  task,
  inputSize,
  hiddenSize,
  horizon: 16,
  learningRate: 1e-3,
  series: makeSeries(inputSize),
  theta: makeWeights(hiddenSize, inputSize),
});

/** Waves of unequal length with noise, in four digits: the series can be learned, and the errors never become 0. */
function makeSeries(inputSize) {
  const random = new Random(1);
  const value = (t, d) => 0.7 * Math.sin((2 * Math.PI * t) / (24 + 7 * d) + d) + 0.1 * random.normal();
  return Array.from({ length: ROWS }, (_, t) =>
    Array.from({ length: inputSize }, (_, d) => Number(value(t, d).toFixed(4))),
  );
}

/** In the order of nn.GRU and nn.Linear: W_ih (3H, I), W_hh (3H, H), b_ih, b_hh (3H; r, z, n), W_o (I, H), b_o (I). */
function makeWeights(H, I) {
  const random = new Random(2);
  const length = 3 * H * (I + H + 2) + I * (H + 1);
  return Array.from({ length }, () => Number(((2 * random.uniform() - 1) / Math.sqrt(H)).toFixed(6)));
}
