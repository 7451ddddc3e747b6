import { multiply, multiplyBack } from './matrix';
import { exp, fill, lanes, splat, total } from './simd';
import { Stream } from './stream';

/** The read-out, equations in nn/read-out.ts: y from h, or from h and x. */
export function forecast(s: Stream): void {
  multiply(s.y, s.c0, s.h, s.V, s.F, s.Y, s.Y);
  if (s.bins > 1) for (let d = 0; d < s.blocks; d++) softmax(s.y + ((d * s.bins) << 2), s.bins);
}

/** dh (H) = V e, the part of it that belongs to h. */
export function creditHidden(s: Stream, dh: usize): void {
  fill(dh, 0, s.H);
  multiplyBack(dh, s.V, s.error, s.H, s.Y);
}

function softmax(y: usize, n: i32): void {
  const end = y + (n << 2);
  let top = lanes(y);
  for (let p = y + 16; p < end; p += 16) top = f32x4.pmax(top, lanes(p));
  top = f32x4.pmax(top, v128.shuffle<f32>(top, top, 2, 3, 0, 1));
  top = f32x4.pmax(top, v128.shuffle<f32>(top, top, 1, 0, 3, 2));
  let sum = splat(0);
  for (let p = y; p < end; p += 16) {
    const e = exp(f32x4.sub(lanes(p), top));
    sum = f32x4.add(sum, e);
    v128.store(p, e);
  }
  const scale = splat(1 / total(sum));
  for (let p = y; p < end; p += 16) v128.store(p, f32x4.mul(lanes(p), scale));
}
