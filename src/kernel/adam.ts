import { constant, FAINT, fma, KEEP1, KEEP2, lanes, LEAST, spread } from './simd';
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
  const dm = s.m - s.theta, dv = s.v - s.theta, last = factors + ((period - 4) << 2), end = p + (n << 2);
  let f = factors;
  for (; p + 16 < end; p += 32, g += 32) { // two a turn: 2.6 instead of 2.7 us
    const f2 = f == last ? factors : f + 16, m = p + dm, v = p + dv;
    const G0 = fma(lanes(g), lanes(f), faint), G1 = fma(v128.load(g, 16), lanes(f2), faint);
    const m0 = mean(keep1, lanes(m), G0, faint), m1 = mean(keep1, v128.load(m, 16), G1, faint);
    const v0 = square(keep2, lanes(v), G0, faint, least), v1 = square(keep2, v128.load(v, 16), G1, faint, least);
    v128.store(m, m0);
    v128.store(m, m1, 16);
    v128.store(v, v0);
    v128.store(v, v1, 16);
    v128.store(p, move(lanes(p), m0, v0, c, e));
    v128.store(p, move(v128.load(p, 16), m1, v1, c, e), 16);
    f = f2 == last ? factors : f2 + 16;
  }
  if (p < end) {
    const G = fma(lanes(g), lanes(f), faint);
    const m = mean(keep1, lanes(p + dm), G, faint), v = square(keep2, lanes(p + dv), G, faint, least);
    v128.store(p + dm, m);
    v128.store(p + dv, v);
    v128.store(p, move(lanes(p), m, v, c, e));
  }
}

/*
 * The gradient comes with FAINT added, which has rounded it as `flush` does (simd.ts). One subtraction takes it away from gradient
 * and mean together, and leaves the mean rounded as well.
 */

@inline
function mean(keep: v128, m: v128, G: v128, faint: v128): v128 {
  return f32x4.sub(fma(keep, m, G), faint);
}

@inline
function square(keep: v128, v: v128, G: v128, faint: v128, least: v128): v128 {
  const g = f32x4.sub(G, faint);
  return f32x4.pmax(fma(keep, v, f32x4.mul(g, g)), least);
}

@inline
function move(theta: v128, m: v128, v: v128, c: v128, e: v128): v128 {
  return f32x4.sub(theta, f32x4.div(m, f32x4.add(f32x4.sqrt(f32x4.mul(v, c)), e)));
}
