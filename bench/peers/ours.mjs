// zankyo's network: job.kernel 'wasm' or 'float64', and the settings of bench/our-options.mjs.
import { ourOptions } from '../our-options.mjs';
import { serve } from './serve.mjs';

await serve(async (job) => {
  const { Memory } = await import('../../dist/math/memory.js');
  const { buildNetwork } = await import('../../dist/nn/build-network.js');
  const kernel = job.kernel === 'wasm' ? (await import('../../dist/io/files/kernel-file.js')).loadKernel() : null;
  const options = ourOptions(job);
  const network = buildNetwork(new Memory(), options, kernel);
  if (options.cell === 'gru') network.core.restart(Float64Array.from(job.theta)); // the weights that the peers start with

  const error = new Float64Array(options.inputSize);
  let rows;
  let t;
  const feed = (others) => {
    rows = others.map((row) => Float64Array.from(row));
    t = 0;
  };
  feed(job.series);
  const next = () => {
    const x = rows[t];
    t = t + 1 === rows.length ? 0 : t + 1;
    return x;
  };
  const infer = (steps) => {
    for (let i = 0; i < steps; i++) network.advance(next());
  };
  const train = (steps) => {
    for (let i = 0; i < steps; i++) {
      const x = next();
      for (let d = 0; d < error.length; d++) error[d] = network.output[d] - x[d];
      network.learn(error);
      network.advance(x);
    }
  };
  return { version: '', run: job.task === 'train' ? train : infer, forecast: () => network.output, feed };
}, 'npm run build');
