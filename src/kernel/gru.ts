import { constant, FAINT, flush, fma, lanes, ONE, sigmoid, tanh } from './simd';
import { Stream } from './stream';

/** Gated recurrent unit, equations in nn/gru-cell.ts. Record: h_{t-1}, x_t, r, z, n, m. */

export function forward(s: Stream, record: usize): void {
  const faint = constant(FAINT);
  const n: usize = s.H << 2, gates = record + ((s.H + s.X) << 2);
  const a = s.a, b = s.b, h = s.h;
  for (let i: usize = 0; i < n; i += 16) {
    const r = sigmoid(f32x4.add(lanes(a + i), lanes(b + i)));                          // (1)
    const z = sigmoid(f32x4.add(lanes(a + n + i), lanes(b + n + i)));                  // (2)
    const m = lanes(b + 2 * n + i);                                                   // (3)
    const N = tanh(fma(r, m, lanes(a + 2 * n + i)));                                  // (4)
    v128.store(h + i, flush(fma(z, f32x4.sub(lanes(record + i), N), N), faint));      // (5)
    v128.store(gates + i, r);
    v128.store(gates + n + i, z);
    v128.store(gates + 2 * n + i, N);
    v128.store(gates + 3 * n + i, m);
  }
}

export function deltas(s: Stream, record: usize, ds: usize, dx: usize, dh: usize, back: usize): void {
  const faint = constant(FAINT);
  const n: usize = s.H << 2, gates = record + ((s.H + s.X) << 2);
  const one = constant(ONE);
  for (let i: usize = 0; i < n; i += 16) {
    const D = lanes(ds + i);
    const r = lanes(gates + i), z = lanes(gates + n + i), N = lanes(gates + 2 * n + i), m = lanes(gates + 3 * n + i);
    const open = f32x4.sub(one, z);
    const dz = f32x4.mul(f32x4.mul(D, f32x4.sub(lanes(record + i), N)), f32x4.mul(z, open));               // (5), (2)
    const dn = flush(f32x4.mul(f32x4.mul(D, open), f32x4.sub(one, f32x4.mul(N, N))), faint);              // (5), (4)
    const dr = flush(f32x4.mul(f32x4.mul(dn, m), f32x4.mul(r, f32x4.sub(one, r))), faint);                // (4), (1)
    const dz0 = flush(dz, faint);
    v128.store(back + i, flush(f32x4.mul(D, z), faint));                                                  // (5)
    v128.store(dx + i, dr);
    v128.store(dx + n + i, dz0);
    v128.store(dx + 2 * n + i, dn);
    v128.store(dh + i, dr);
    v128.store(dh + n + i, dz0);
    v128.store(dh + 2 * n + i, f32x4.mul(dn, r));                                                         // (4), (3)
  }
}
