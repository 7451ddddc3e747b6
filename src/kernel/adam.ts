import { constant, FAINT, flush, fma, KEEP1, KEEP2, lanes, LEAST, spread } from './simd';
import { Stream } from './stream';

/**
 * Adam, equations in nn/adam.ts, with the factors that all numbers share moved out of the loop: m and v stand here as
 * m / (1 - beta1) and v / (1 - beta2), and theta moves by m / (sqrt(c v) + e).
 */

/** Counts an update. */
export function begin(s: Stream): void {
  // Not to the last denormal, where 0.9 of a number is the number.
  const power1 = max<f32>(load<f32>(s.clock, 12) * 0.9, 1e-30), power2 = max<f32>(load<f32>(s.clock, 16) * 0.999, 1e-30);
  store<f32>(s.clock, power1, 12);
  store<f32>(s.clock, power2, 16);
}

/** Moves n numbers of theta from p on against their gradient, which is g times the factors: `period` numbers, over and over. */
export function update(s: Stream, p: usize, n: i32, g: usize, factors: usize, period: i32): void {
  const stride: f32 = s.learningRate * 0.1 / (1 - load<f32>(s.clock, 12));
  // By way of memory, like all constants of loops (simd.ts).
  store<f32>(s.b, 0.001 / ((1 - load<f32>(s.clock, 16)) * stride * stride));
  store<f32>(s.b, 1e-8 / stride, 4);
  const c = spread(s.b), e = spread(s.b + 4), keep1 = constant(KEEP1), keep2 = constant(KEEP2), least = constant(LEAST);
  const faint = constant(FAINT);
  const dm = s.m - s.theta, dv = s.v - s.theta, last = factors + ((period - 4) << 2);
  for (let end = p + (n << 2), f = factors; p < end; p += 16, g += 16, f = f == last ? factors : f + 16) {
    const G = flush(f32x4.mul(lanes(g), lanes(f)), faint);
    const m = flush(fma(keep1, lanes(p + dm), G), faint);
    const v = f32x4.pmax(fma(keep2, lanes(p + dv), f32x4.mul(G, G)), least);
    v128.store(p + dm, m);
    v128.store(p + dv, v);
    v128.store(p, f32x4.sub(lanes(p), f32x4.div(m, f32x4.add(f32x4.sqrt(f32x4.mul(v, c)), e))));
  }
}
