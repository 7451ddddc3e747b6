// TensorFlow.js: job.backend 'cpu' or 'wasm'. The window is made anew with today's weights on every step: its tape does
// not outlive an update. The products with the inputs are made for the whole window at once, and few, fused operations
// are used, since each costs more to launch than to compute.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { serve } from './serve.mjs';

const require = createRequire(import.meta.url);

await serve(async (job) => {
  const { inputSize: I, hiddenSize: H, horizon: K, series, theta } = job;
  const { default: tf } = await import('@tensorflow/tfjs');
  if (job.backend === 'wasm') {
    const { setWasmPaths, setThreadsCount } = (await import('@tensorflow/tfjs-backend-wasm')).default;
    setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
    setThreadsCount(1);
  }
  await tf.setBackend(job.backend);
  await tf.ready();

  let at = 0;
  const take = (length) => theta.slice(at, (at += length));
  const matrix = (rows, columns) => tf.variable(tf.transpose(tf.tensor2d(take(rows * columns), [rows, columns])));
  const vector = (length) => tf.variable(tf.tensor1d(take(length)));
  const [W, U, b, c] = [matrix(3 * H, I), matrix(3 * H, H), vector(3 * H), vector(3 * H)];
  const [V, d] = [matrix(I, H), vector(I)];
  const weights = [W, U, b, c, V, d];

  /** h after one step: rz and n are the products with the input, biases included. */
  const step = (rz, n, h) => {
    const recurrent = tf.fused.matMul({ a: h, b: U, bias: c });
    const [fromR, fromN] = tf.split(recurrent, [2 * H, H], 1);
    const [r, z] = tf.split(tf.sigmoid(tf.add(rz, fromR)), 2, 1);
    const candidate = tf.tanh(tf.add(n, tf.mul(r, fromN)));
    return tf.add(candidate, tf.mul(z, tf.sub(h, candidate)));
  };
  const inputProducts = (x) => tf.split(tf.fused.matMul({ a: x, b: W, bias: b }), [2 * H, H], 1);
  const readOut = (h) => tf.fused.matMul({ a: h, b: V, bias: d });

  // Twice the series, so that every window is one piece of it.
  const flat = Float32Array.from([...series, ...series].flat());
  const rows = (first, count) => {
    const from = ((first + series.length) % series.length) * I;
    return tf.tensor2d(flat.subarray(from, from + count * I), [count, I]);
  };
  let t = 0;
  let h = tf.zeros([1, H]); // before the window on the task "train", now on "infer"
  let y = new Float32Array(I);
  const optimizer = tf.train.adam(job.learningRate);

  const unroll = (keepFirst) => {
    const [rz, n] = inputProducts(rows(t - K, K)).map((products) => tf.split(products, K, 0));
    let state = h;
    for (let k = 0; k < K; k++) {
      state = step(rz[k], n[k], state);
      if (k === 0) keepFirst?.(state);
    }
    return readOut(state);
  };
  const train = (steps) => {
    for (let i = 0; i < steps; i++, t++) {
      let next;
      tf.tidy(() => {
        const loss = () =>
          tf.losses.meanSquaredError(
            rows(t, 1),
            unroll((first) => (next = tf.keep(first.clone()))),
          );
        optimizer.minimize(loss, false, weights);
      });
      h.dispose();
      h = next;
    }
  };
  const infer = (steps) => {
    for (let i = 0; i < steps; i++, t++) {
      const [next, output] = tf.tidy(() => {
        const state = step(...inputProducts(rows(t, 1)), h);
        return [state, readOut(state)];
      });
      y = output.dataSync();
      output.dispose();
      h.dispose();
      h = next;
    }
  };
  return job.task === 'train'
    ? { version: tf.version_core, run: train, forecast: () => tf.tidy(() => unroll().dataSync()) }
    : { version: tf.version_core, run: infer, forecast: () => y };
}, 'npm ci --prefix bench/peers --ignore-scripts');
