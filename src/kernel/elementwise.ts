import { constant, FAINT, flush, fma, lanes, ONE, sigmoid, splat, tanh } from './simd';
import { Stream } from './stream';

/** Element-wise LSTM, equations in nn/elementwise-cell.ts. Record: h_{t-1} (unread), x_t, c_{t-1}, c_t, f, z, o. */

export function forward(s: Stream, record: usize): void {
  const faint = constant(FAINT);
  const n: usize = s.H << 2, old = record + ((s.H + s.X) << 2), gates = old + 2 * n;
  const a = s.a, c = s.c, h = s.h, w = s.peep;
  for (let k: usize = 0; k < n; k += 16) {
    const before = lanes(c + k);
    const f = sigmoid(fma(lanes(w + k), before, lanes(a + k)));                        // (1)
    const z = tanh(fma(lanes(w + n + k), before, lanes(a + n + k)));                   // (2)
    const now = flush(fma(f, f32x4.sub(before, z), z), faint);                       // (3)
    const o = sigmoid(fma(lanes(w + 2 * n + k), now, lanes(a + 2 * n + k)));           // (4)
    v128.store(h + k, flush(f32x4.mul(o, now), faint));                              // (5)
    v128.store(c + k, now);
    v128.store(old + k, before);
    v128.store(old + n + k, now);
    v128.store(gates + k, f);
    v128.store(gates + n + k, z);
    v128.store(gates + 2 * n + k, o);
  }
}

export function deltas(s: Stream, record: usize, ds: usize, dx: usize, back: usize): void {
  const faint = constant(FAINT);
  const n: usize = s.H << 2, old = record + ((s.H + s.X) << 2), gates = old + 2 * n;
  const one = constant(ONE), w = s.peep;
  for (let k: usize = 0; k < n; k += 16) {
    const D = lanes(ds + k), before = lanes(old + k), now = lanes(old + n + k);
    const f = lanes(gates + k), z = lanes(gates + n + k), o = lanes(gates + 2 * n + k);
    const dO = flush(f32x4.mul(f32x4.mul(D, now), f32x4.mul(o, f32x4.sub(one, o))), faint);                       // (5), (4)
    const dC = flush(fma(dO, lanes(w + 2 * n + k), fma(D, o, lanes(ds + n + k))), faint);                           // (5), (4)
    const dF = flush(f32x4.mul(f32x4.mul(dC, f32x4.sub(before, z)), f32x4.mul(f, f32x4.sub(one, f))), faint);     // (3), (1)
    const dZ = flush(f32x4.mul(f32x4.mul(dC, f32x4.sub(one, f)), f32x4.sub(one, f32x4.mul(z, z))), faint);        // (3), (2)
    v128.store(dx + k, dF);
    v128.store(dx + n + k, dZ);
    v128.store(dx + 2 * n + k, dO);
    v128.store(back + k, splat(0));
    const dB = fma(dF, lanes(w + k), fma(dZ, lanes(w + n + k), f32x4.mul(dC, f)));                                  // (3), (1), (2)
    v128.store(back + n + k, flush(dB, faint));
  }
}
