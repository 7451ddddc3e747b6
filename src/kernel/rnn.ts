import { constant, FAINT, flush, lanes, ONE, splat, tanh } from './simd';
import { Stream } from './stream';

/** Elman network, equations in nn/rnn-cell.ts. Record: h_{t-1}, x_t, h_t. */

export function forward(s: Stream, record: usize): void {
  const faint = constant(FAINT);
  const n: usize = s.H << 2, h = record + ((s.H + s.X) << 2);
  for (let i: usize = 0; i < n; i += 16) {
    const t = flush(tanh(f32x4.add(lanes(s.a + i), lanes(s.b + i))), faint);
    v128.store(h + i, t);
    v128.store(s.h + i, t);
  }
}

export function deltas(s: Stream, record: usize, ds: usize, dx: usize, back: usize): void {
  const faint = constant(FAINT);
  const n: usize = s.H << 2, h = record + ((s.H + s.X) << 2);
  for (let i: usize = 0; i < n; i += 16) {
    const t = lanes(h + i);
    v128.store(dx + i, flush(f32x4.mul(lanes(ds + i), f32x4.sub(constant(ONE), f32x4.mul(t, t))), faint));
    v128.store(back + i, splat(0));
  }
}
