/**
 * Exponential, logarithm and their relatives, with the same bits on every machine.
 *
 * The standard leaves Math.exp, Math.log, Math.tanh and ** to the engine. V8's are compiled C: where a CPU has a fused multiply-add
 * (arm64), the compiler uses it, and 2 to 5 % of the scores of a replay differ from those on x86-64 in the last digits. JavaScript's
 * own + - * / and Math.sqrt round each result once, as IEEE 754 says, so functions made of them agree everywhere.
 *
 * Methods and coefficients are those of fdlibm, which V8 uses too. On x86-64 exp, expm1, log, log10, tanh, sinh, cos and nearly all of
 * log1p, asinh and sin have the bits that V8 gives there. The largest error of each, in ulp (units in the last place), is in its test.
 *
 * fdlibm 5.3: Copyright (C) 1993-2004 by Sun Microsystems, Inc. All rights reserved. Developed at SunSoft, a Sun Microsystems, Inc.
 * business. Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice is preserved.
 */

const number = new Float64Array(1);
const words = new Int32Array(number.buffer); // little-endian, as is every CPU that the documents name

/** ln 2 in two parts: a multiple of the first by up to 2^11 is exact. */
const LN2_HIGH = 6.931471803691238e-1, LN2_LOW = 1.9082149292705877e-10;
/** log10(2) in two parts. */
const LOG10_2_HIGH = 3.0102999566361177e-1, LOG10_2_LOW = 3.694239077158931e-13;

/** 2^k at k + 1074, for k = -1074 (the smallest number) ... 1023. */
const POWERS = new Float64Array(1074 + 1024);
for (let k = -1, half = 1; k >= -1074; k--) POWERS[1074 + k] = half /= 2;
for (let k = 0, twice = 1; k < 1024; k++, twice *= 2) POWERS[1074 + k] = twice;

/** 2^k for an integer k, exactly; 0 below -1074, Infinity above 1023. */
export const power2 = (k: number): number => (k < -1074 ? 0 : k > 1023 ? Infinity : POWERS[1074 + k]);

/** The largest power of two that is not above x > 0; 0 for 0, Infinity for Infinity. */
export function powerBelow(x: number): number {
  number[0] = x;
  const k = (words[1] >> 20) - 1023;
  return k > 1023 ? x : k > -1023 ? POWERS[1074 + k] : x > 0 ? powerBelow(x * 2 ** 52) / 2 ** 52 : 0;
}

/** x^2 and x^3: ** is left to the engine like Math.pow. */
export const square = (x: number): number => x * x;
export const cube = (x: number): number => x * x * x;

/** e^x = 2^k e^r,  |r| <= ln(2) / 2,  e^r = 1 + 2r / (R - r),  R = r (e^r + 1) / (e^r - 1) = 2 + r^2/6 - r^4/360 + ... */
export function exp(x: number): number {
  number[0] = x;
  expAt(number, 0);
  return number[0];
}

/**
 * a[i] = e^a[i]. The functions named At work in place, for loops that must not allocate: V8 makes an object of every number that goes
 * into a call or comes out, unless it inlines the function.
 */
export function expAt(a: Float64Array, i: number): void {
  const x = Math.max(-750, Math.min(715, a[i])); // beyond it is 0 or Infinity
  const k = Math.round(Math.LOG2E * x);
  const high = x - k * LN2_HIGH, low = k * LN2_LOW;
  const r = high - low, t = r * r;
  const c = r - t * (1.6666666666666602e-1 + t * (-2.7777777777015593e-3 + t * (6.613756321437934e-5
    + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8))));
  a[i] = (1 - (low - (r * c) / (2 - c) - high)) * POWERS[1074 + (k >> 1)] * POWERS[1074 + k - (k >> 1)];
}

/** The logistic function of a[i], in place: 0 of -Infinity, 1 of Infinity. */
export function sigmoidAt(a: Float64Array, i: number): void {
  a[i] = -a[i];
  expAt(a, i);
  a[i] = 1 / (1 + a[i]);
}

/** e^x - 1, without loss near 0. */
export function expm1(x: number): number {
  number[0] = x;
  expm1At(number, 0);
  return number[0];
}

/** The same of a[i], in place. */
function expm1At(a: Float64Array, i: number): void {
  const x = a[i];
  if (Math.abs(x) < 2 ** -54) return;
  if (x > 709.78 || x < -38) {
    expAt(a, i);
    a[i] -= 1;
    return;
  }
  const k = Math.round(Math.LOG2E * x);
  const high = x - k * LN2_HIGH, low = k * LN2_LOW;
  const r = high - low, half = 0.5 * r, h = r * half;
  const r1 = 1 + h * (-3.333333333333313e-2 + h * (1.5873015872548146e-3 + h * (-7.93650757867488e-5
    + h * (4.008217827329362e-6 + h * -2.0109921818362437e-7))));
  const t = 3 - r1 * half;
  let e = h * ((r1 - t) / (6 - r * t));
  if (k === 0) {
    a[i] = r - (r * e - h);
    return;
  }
  const c = high - r - low; // what r lost of the argument
  e = r * (e - c) - c - h;
  if (k === 1 && r < -0.25) a[i] = -2 * (e - (r + 0.5));
  else if (k < -1 || k > 56) a[i] = (1 - (e - r)) * POWERS[1073 + k] * 2 - 1;
  else if (k < 20) a[i] = (1 - POWERS[1074 - k] - (e - r)) * POWERS[1074 + k];
  else a[i] = (r - (e + POWERS[1074 - k]) + 1) * POWERS[1074 + k];
}

/** tanh a[i], in place: tanh |x| = 1 - 2 / (e^2|x| + 1). */
export function tanhAt(a: Float64Array, i: number): void {
  const x = a[i], size = Math.abs(x);
  if (size < 2 ** -28) return;
  a[i] = size < 1 ? -2 * size : Math.min(44, 2 * size);
  expm1At(a, i);
  const t = a[i], y = size < 1 ? -t / (t + 2) : 1 - 2 / (t + 2);
  a[i] = x < 0 ? -y : y;
}

/**
 * The natural logarithm: x = 2^k (1 + f),  s = f / (2 + f),  ln(1 + f) = 2 atanh(s) = f - s (f - R) = f - f^2/2 + s (f^2/2 + R),
 * R = 2/3 s^2 + 2/5 s^4 + ... -Infinity for 0, NaN below.
 */
export function log(x: number): number {
  if (!(x >= 2 ** -1022 && x < Infinity)) return x > 0 && x < 1 ? log(x * 2 ** 54) - 54 * Math.LN2 : logBeyond(x);
  const k = exponent(x);
  const f = x * POWERS[1074 - k] - 1, s = f / (2 + f), z = s * s, w = z * z;
  const R = w * (3.999999999940942e-1 + w * (2.2222198432149784e-1 + w * 1.5313837699209373e-1))
    + z * (6.666666666666735e-1 + w * (2.857142874366239e-1 + w * (1.818357216161805e-1 + w * 1.4798198605116586e-1)));
  const h = 0.5 * f * f;
  return f >= 0.3799991607666 && f < 0.4200000762939
    ? k * LN2_HIGH - (h - (s * (h + R) + k * LN2_LOW) - f)
    : k * LN2_HIGH - (s * (f - R) - k * LN2_LOW - f);
}

/**
 * a[i] = log(a[i]) for `from` <= i < `to`, with the bits of `log`. A loop that calls `log` takes twice as long: V8 does not inline a
 * function of this size in all places, and then makes an object of each result.
 */
export function logsAt(a: Float64Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const x = a[i];
    if (!(x >= 2 ** -1022 && x < Infinity)) {
      a[i] = log(x);
      continue;
    }
    number[0] = x;
    const k = (words[1] >> 20) - 1023 + (((words[1] & 0xfffff) + 0x95f64) >> 20);
    const f = x * POWERS[1074 - k] - 1, s = f / (2 + f), z = s * s, w = z * z;
    const R = w * (3.999999999940942e-1 + w * (2.2222198432149784e-1 + w * 1.5313837699209373e-1))
      + z * (6.666666666666735e-1 + w * (2.857142874366239e-1 + w * (1.818357216161805e-1 + w * 1.4798198605116586e-1)));
    const h = 0.5 * f * f;
    a[i] = f >= 0.3799991607666 && f < 0.4200000762939
      ? k * LN2_HIGH - (h - (s * (h + R) + k * LN2_LOW) - f)
      : k * LN2_HIGH - (s * (f - R) - k * LN2_LOW - f);
  }
}

/** Of 0, negative numbers, Infinity and NaN. */
const logBeyond = (x: number): number => (x === 0 ? -Infinity : x > 0 ? x : NaN);

/** The integer k for which x / 2^k is in [sqrt(1/2), sqrt(2)), for a normal x > 0. */
function exponent(x: number): number {
  number[0] = x;
  return (words[1] >> 20) - 1023 + (((words[1] & 0xfffff) + 0x95f64) >> 20);
}

/** ln(1 + x), without loss near 0. -Infinity for -1, NaN below. */
export function log1p(x: number): number {
  if (!(x > -1 && x < Infinity)) return logBeyond(1 + x);
  if (Math.abs(x) < 2 ** -54) return x;
  let k = 0, f = x, c = 0;
  if (x <= -0.2928932188134524 || x >= 0.41421356237309503) {
    const u = 1 + x;
    k = exponent(u);
    f = u * POWERS[1074 - k] - 1;
    c = (x >= 1 ? 1 - (u - x) : x - (u - 1)) / u; // what u lost in rounding
  }
  const h = 0.5 * f * f, s = f / (2 + f), z = s * s;
  const R = z * (6.666666666666735e-1 + z * (3.999999999940942e-1 + z * (2.857142874366239e-1 + z * (2.2222198432149784e-1
    + z * (1.818357216161805e-1 + z * (1.5313837699209373e-1 + z * 1.4798198605116586e-1))))));
  return k === 0 ? f - (h - s * (h + R)) : k * LN2_HIGH - (h - (s * (h + R) + (k * LN2_LOW + c)) - f);
}

/** The logarithm to base 2, exact for powers of two. */
export function log2(x: number): number {
  if (!(x >= 2 ** -1022 && x < Infinity)) return log(x) / Math.LN2;
  const k = exponent(x);
  return k + log(x * POWERS[1074 - k]) * Math.LOG2E;
}

/** The logarithm to base 10, exact for powers of ten. */
export function log10(x: number): number {
  if (!(x >= 2 ** -1022 && x < Infinity)) return log(x) / Math.LN10;
  number[0] = x;
  const power = (words[1] >> 20) - 1023;
  const k = power < 0 ? power + 1 : power;
  return k * LOG10_2_LOW + 4.342944819032518e-1 * log(x * POWERS[1074 - k]) + k * LOG10_2_HIGH;
}

/** x^y = e^(y ln x), x >= 0. Off by 2 + |y ln x| ulp at most: 10^3 is not quite 1000. `power2`, `square` and `cube` are exact or round. */
export const pow = (x: number, y: number): number => (y === 0 ? 1 : exp(y * log(x)));

/** The cube root of x >= 0: e^(ln(x) / 3), and a step of Newton. */
export function cbrt(x: number): number {
  if (!(x > 0 && x < Infinity)) return x;
  const t = exp(log(x) / 3);
  return t - (t - x / (t * t)) / 3;
}

/** sinh |x| = (t + t / (t + 1)) / 2,  t = e^|x| - 1. */
export function sinh(x: number): number {
  const a = Math.abs(x), half = x < 0 ? -0.5 : 0.5;
  if (a < 2 ** -28) return x;
  if (a >= 22) return half * exp(a);
  const t = expm1(a);
  return half * (a < 1 ? 2 * t - (t * t) / (t + 1) : t + t / (t + 1));
}

/** asinh |x| = ln(|x| + sqrt(x^2 + 1)). */
export function asinh(x: number): number {
  const a = Math.abs(x), s = a * a;
  if (a < 2 ** -28) return x;
  let y: number;
  if (a > 2 ** 28) y = log(a) + Math.LN2;
  else if (a > 2) y = log(2 * a + 1 / (Math.sqrt(s + 1) + a));
  else y = log1p(a + s / (1 + Math.sqrt(1 + s)));
  return x < 0 ? -y : y;
}

/** The sine of x in radians, |x| at most 10^6. */
export const sin = (x: number): number => sine(x, 0);

/** The cosine of x in radians, |x| at most 10^6. */
export const cos = (x: number): number => sine(x, 1);

/** pi / 2 in two parts: a multiple of the first by up to 2^20 is exact. */
const QUARTER_HIGH = 1.5707963267341256, QUARTER_LOW = 6.077100506506192e-11;

/** sin(x + quarters pi/2), by the rest r + low of x beyond a multiple of pi/2. */
function sine(x: number, quarters: number): number {
  const n = Math.round(x * (2 / Math.PI));
  const high = x - n * QUARTER_HIGH, part = n * QUARTER_LOW;
  const r = high - part, low = high - r - part, z = r * r;
  const turn = (n + quarters) & 3;
  let y: number;
  if ((turn & 1) === 0) {
    const v = z * r;
    const p = 8.33333333332249e-3 + z * (-1.984126982985795e-4 + z * (2.7557313707070068e-6
      + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
    y = r - (z * (0.5 * low - v * p) - low - v * -1.6666666666666632e-1);
  } else {
    const p = z * (4.16666666666666e-2 + z * (-1.388888888887411e-3 + z * (2.480158728947673e-5
      + z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 + z * -1.1359647557788195e-11)))));
    // 1 - z/2 in two steps where much is taken from 1: q, near |r| / 4 and with half as many digits, goes first, exactly.
    const a = Math.abs(r), q = a < 0.3 ? 0 : a > 0.78125 ? 0.28125 : rough(a / 4);
    y = 1 - q - (0.5 * z - q - (z * p - r * low));
  }
  return turn > 1 ? -y : y;
}

/** x without the lower half of its digits. */
function rough(x: number): number {
  number[0] = x;
  words[0] = 0;
  return number[0];
}
