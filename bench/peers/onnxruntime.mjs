import { createRequire } from 'node:module';
import { gruModel } from './gru-model.mjs';
import { serve } from './serve.mjs';

await serve(async ({ inputSize, hiddenSize, series, theta }) => {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json');
  const session = await InferenceSession.create(gruModel(theta, hiddenSize, inputSize), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  });
  const inputs = series.map((row) => new Tensor('float32', Float32Array.from(row), [1, 1, inputSize]));
  let h = new Tensor('float32', new Float32Array(hiddenSize), [1, 1, hiddenSize]);
  let y = new Float32Array(inputSize);
  let t = 0;
  return {
    version,
    run: async (steps) => {
      for (let i = 0; i < steps; i++, t++) {
        const out = await session.run({ x: inputs[t % inputs.length], h });
        h = out.h_next;
        y = out.y.data;
      }
    },
    forecast: () => y,
  };
}, 'npm ci --prefix bench/peers --ignore-scripts');
