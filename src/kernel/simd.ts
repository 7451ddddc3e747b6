/*
 * Four Float32 lanes at a time. Pointers are bytes, counts are numbers; whatever is counted is a multiple of 4 and stands
 * on a multiple of 16 bytes.
 */

/**
 * The numbers that loops calculate with. V8 makes a SIMD constant anew at each use, in three instructions; from memory
 * it is one, and Adam takes half the time (3.1 instead of 5.9 us for 4296 parameters).
 */
const TABLE = memory.data<f32>([
  1, 0.5, 1e-12,
  8, -8, -6.019835384e-9, 7.083362236e-6, 2.684483644e-3, 1.269977038e-1, 9.999990649e-1,
  1.952975854e-4, 2.279734121e-2, 4.603276307e-1,
  -87, 1.44269504, 1.42860677e-6, -0.693148613, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6,
  0.9, 0.999, 1e-33,
  3, -3,
]);
/** By place in the table; FAINT is for `flush`, three are Adam's, and the last two the limits of an LSTM's memory cell. */
export const ONE = 0, HALF = 1, FAINT = 2, KEEP1 = 22, KEEP2 = 23, LEAST = 24, MAX_CELL = 25, MIN_CELL = 26;
const TANH = 3, EXP = 13;

/** The i-th number of the table in all four lanes. */
@inline
export function constant(i: i32): v128 {
  return v128.load32_splat(TABLE + (i << 2));
}

/** a b + c. Two roundings: plain SIMD128 has no fused form, and so gives the same bits on every machine. */
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

@inline
export function lanes(p: usize): v128 {
  return v128.load(p);
}

@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** The number at p in all four lanes. */
@inline
export function spread(p: usize): v128 {
  return v128.load32_splat(p);
}

/**
 * x, rounded to a multiple of 1.2e-19 where c is FAINT: two such numbers have a product that is 0 or normal, never denormal.
 * Sums that fade, as those of a sensor that says always the same, would end in denormal numbers, which x86 handles in
 * microcode: a constant input would train 15 times slower after 1e5 steps.
 */
@inline
export function flush(x: v128, c: v128): v128 {
  return f32x4.sub(f32x4.add(x, c), c);
}

/** The same for n numbers in place. */
export function flushAll(x: usize, n: i32): void {
  const faint = constant(FAINT);
  for (let end = x + (n << 2); x < end; x += 16) v128.store(x, flush(lanes(x), faint));
}

/**
 * tanh, as x P(x^2) / Q(x^2): a minimax fit made for this file, on [-8, 8], beyond which it is 1 in Float32. Off by 4e-7 at most.
 */
@inline
export function tanh(x: v128): v128 {
  const a = f32x4.pmin(f32x4.pmax(x, constant(TANH + 1)), constant(TANH));
  const s = f32x4.mul(a, a);
  let p = fma(s, constant(TANH + 2), constant(TANH + 3));
  p = fma(s, p, constant(TANH + 4));
  p = fma(s, p, constant(TANH + 5));
  p = fma(s, p, constant(TANH + 6));
  let q = fma(s, constant(TANH + 7), constant(TANH + 8));
  q = fma(s, q, constant(TANH + 9));
  q = fma(s, q, constant(ONE));
  return f32x4.div(f32x4.mul(a, p), q);
}

/** The logistic function, 1/2 + tanh(x/2)/2. */
@inline
export function sigmoid(x: v128): v128 {
  const half = constant(HALF);
  return fma(tanh(f32x4.mul(x, half)), half, half);
}

/** e^x for x in [-87, 0], 2^k e^r with |r| <= ln(2)/2 and e^r by its series to r^7/7!; less than -87 counts as -87. */
@inline
export function exp(x: v128): v128 {
  const a = f32x4.pmax(x, constant(EXP));
  const k = f32x4.nearest(f32x4.mul(a, constant(EXP + 1)));
  const r = fma(k, constant(EXP + 2), fma(k, constant(EXP + 3), a)); // ln 2 in two parts
  let e = fma(r, constant(EXP + 4), constant(EXP + 5));
  e = fma(r, e, constant(EXP + 6));
  e = fma(r, e, constant(EXP + 7));
  e = fma(r, e, constant(EXP + 8));
  e = fma(r, e, constant(HALF));
  e = fma(r, e, constant(ONE));
  e = fma(r, e, constant(ONE));
  return f32x4.mul(e, i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(k), i32x4.splat(127)), 23));
}

/** The sum of the lanes. */
@inline
export function total(a: v128): f32 {
  return f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1) + (f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3));
}

/** |x|^2 of n numbers. */
export function squares(x: usize, n: i32): f32 {
  let a = splat(0), b = a, c = a, d = a;
  const end = x + (n << 2), end16 = x + ((n & ~15) << 2);
  for (; x < end16; x += 64) {
    const p = lanes(x), q = v128.load(x, 16), r = v128.load(x, 32), s = v128.load(x, 48);
    a = fma(p, p, a); b = fma(q, q, b); c = fma(r, r, c); d = fma(s, s, d);
  }
  for (; x < end; x += 16) { const p = lanes(x); a = fma(p, p, a); }
  return total(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
}

export function copy(to: usize, from: usize, n: i32): void {
  for (let i: usize = 0, end: usize = n << 2; i < end; i += 16) v128.store(to + i, lanes(from + i));
}

export function add(to: usize, from: usize, n: i32): void {
  for (let i: usize = 0, end: usize = n << 2; i < end; i += 16)
    v128.store(to + i, f32x4.add(lanes(to + i), lanes(from + i)));
}

export function fill(to: usize, x: f32, n: i32): void {
  for (let i: usize = 0, end: usize = n << 2; i < end; i += 16) v128.store(to + i, splat(x));
}
