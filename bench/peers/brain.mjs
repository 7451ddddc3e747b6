// brain.js keeps no state between calls: it is given the window of the last steps, as its users do.
import { createRequire } from 'node:module';
import { serve } from './serve.mjs';

await serve(async ({ inputSize, hiddenSize, horizon, learningRate, series }) => {
  const { default: brain } = await import('brain.js');
  const { version } = createRequire(import.meta.url)('brain.js/package.json');
  const net = new brain.recurrent.GRUTimeStep({ inputSize, hiddenLayers: [hiddenSize], outputSize: inputSize });
  const row = (t) => series[(t + series.length) % series.length];
  const window = (last, length) => Array.from({ length }, (_, k) => row(last - length + 1 + k));
  let t = 0;
  net.train([window(-1, horizon + 1)], { iterations: 1, learningRate });
  return {
    version,
    run: (steps) => {
      for (let i = 0; i < steps; i++, t++) net.train([window(t, horizon + 1)], { iterations: 1, learningRate });
    },
    forecast: () => Array.from(net.run(window(t - 1, horizon))),
  };
}, 'npm ci --prefix bench/peers --ignore-scripts');
