import { fma, lanes, splat, spread } from './simd';

/*
 * Matrices stand input-major: W (n, N) has a row of N numbers for each of its n inputs, so that forward a row is
 * scaled by one input, and backward a row meets the errors in one dot product. Sizes are multiples of 4.
 */

/** y (N) = init (N) + x (n) W (n, N), rows of W `width` numbers apart. */
export function multiply(y: usize, init: usize, x: usize, W: usize, n: i32, N: i32, width: i32): void {
  const row: usize = width << 2, end = x + (n << 2);
  let c: i32 = 0;
  // Eight sums at once hide the time that one multiplication and addition take; two rows a turn, that of the turn itself.
  for (; c + 32 <= N; c += 32) {
    const o: usize = c << 2;
    let a0 = lanes(init + o), a1 = v128.load(init + o, 16), a2 = v128.load(init + o, 32), a3 = v128.load(init + o, 48);
    let a4 = v128.load(init + o, 64), a5 = v128.load(init + o, 80), a6 = v128.load(init + o, 96), a7 = v128.load(init + o, 112);
    for (let p = x, w = W + o; p < end; p += 8, w += 2 * row) {
      const b = spread(p), d = v128.load32_splat(p, 4), z = w + row;
      a0 = fma(b, lanes(w), a0); a1 = fma(b, v128.load(w, 16), a1); a2 = fma(b, v128.load(w, 32), a2); a3 = fma(b, v128.load(w, 48), a3);
      a4 = fma(b, v128.load(w, 64), a4); a5 = fma(b, v128.load(w, 80), a5); a6 = fma(b, v128.load(w, 96), a6); a7 = fma(b, v128.load(w, 112), a7);
      a0 = fma(d, lanes(z), a0); a1 = fma(d, v128.load(z, 16), a1); a2 = fma(d, v128.load(z, 32), a2); a3 = fma(d, v128.load(z, 48), a3);
      a4 = fma(d, v128.load(z, 64), a4); a5 = fma(d, v128.load(z, 80), a5); a6 = fma(d, v128.load(z, 96), a6); a7 = fma(d, v128.load(z, 112), a7);
    }
    v128.store(y + o, a0); v128.store(y + o, a1, 16); v128.store(y + o, a2, 32); v128.store(y + o, a3, 48);
    v128.store(y + o, a4, 64); v128.store(y + o, a5, 80); v128.store(y + o, a6, 96); v128.store(y + o, a7, 112);
  }
  for (; c + 16 <= N; c += 16) {
    const o: usize = c << 2;
    let a0 = lanes(init + o), a1 = v128.load(init + o, 16), a2 = v128.load(init + o, 32), a3 = v128.load(init + o, 48);
    let b0 = splat(0), b1 = b0, b2 = b0, b3 = b0;
    for (let p = x, w = W + o; p < end; p += 8, w += 2 * row) {
      const b = spread(p), d = v128.load32_splat(p, 4);
      a0 = fma(b, lanes(w), a0); a1 = fma(b, v128.load(w, 16), a1); a2 = fma(b, v128.load(w, 32), a2); a3 = fma(b, v128.load(w, 48), a3);
      b0 = fma(d, lanes(w + row), b0); b1 = fma(d, v128.load(w + row, 16), b1); b2 = fma(d, v128.load(w + row, 32), b2); b3 = fma(d, v128.load(w + row, 48), b3);
    }
    v128.store(y + o, f32x4.add(a0, b0)); v128.store(y + o, f32x4.add(a1, b1), 16);
    v128.store(y + o, f32x4.add(a2, b2), 32); v128.store(y + o, f32x4.add(a3, b3), 48);
  }
  for (; c < N; c += 4) {
    const o: usize = c << 2;
    let a0 = lanes(init + o), a1 = splat(0), a2 = a1, a3 = a1;
    for (let p = x, w = W + o; p < end; p += 16, w += 4 * row) {
      a0 = fma(spread(p), lanes(w), a0); a1 = fma(v128.load32_splat(p, 4), lanes(w + row), a1);
      a2 = fma(v128.load32_splat(p, 8), lanes(w + 2 * row), a2); a3 = fma(v128.load32_splat(p, 12), lanes(w + 3 * row), a3);
    }
    v128.store(y + o, f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)));
  }
}

/** The four sums of the lanes of four vectors, as one. */
@inline
function gather(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}

/** x (n) += W (n, N) d (N), rows of W N numbers apart. */
export function multiplyBack(x: usize, W: usize, d: usize, n: i32, N: i32): void {
  const row: usize = N << 2, end = d + (N << 2), last = x + (n << 2), last8 = x + ((n & ~7) << 2);
  for (; x < last8; x += 32, W += 8 * row) {
    const w1 = W + row, w2 = w1 + row, w3 = w2 + row, w4 = w3 + row, w5 = w4 + row, w6 = w5 + row, w7 = w6 + row;
    let a0 = splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
    for (let q = d, c: usize = 0; q < end; q += 16, c += 16) {
      const e = lanes(q);
      a0 = fma(e, lanes(W + c), a0); a1 = fma(e, lanes(w1 + c), a1); a2 = fma(e, lanes(w2 + c), a2); a3 = fma(e, lanes(w3 + c), a3);
      a4 = fma(e, lanes(w4 + c), a4); a5 = fma(e, lanes(w5 + c), a5); a6 = fma(e, lanes(w6 + c), a6); a7 = fma(e, lanes(w7 + c), a7);
    }
    v128.store(x, f32x4.add(lanes(x), gather(a0, a1, a2, a3)));
    v128.store(x, f32x4.add(v128.load(x, 16), gather(a4, a5, a6, a7)), 16);
  }
  for (; x < last; x += 16, W += 4 * row) {
    const w1 = W + row, w2 = w1 + row, w3 = w2 + row;
    let a0 = splat(0), a1 = a0, a2 = a0, a3 = a0;
    for (let q = d, c: usize = 0; q < end; q += 16, c += 16) {
      const e = lanes(q);
      a0 = fma(e, lanes(W + c), a0); a1 = fma(e, lanes(w1 + c), a1); a2 = fma(e, lanes(w2 + c), a2); a3 = fma(e, lanes(w3 + c), a3);
    }
    v128.store(x, f32x4.add(lanes(x), gather(a0, a1, a2, a3)));
  }
}

/** G (n, N) = sum over K steps of u_t (n) d_t (N)^T; u_t stand `uWidth` numbers apart, d_t N. */
export function outerSum(G: usize, u: usize, uWidth: i32, n: i32, d: usize, N: i32, K: i32): void {
  const uRow: usize = uWidth << 2, row: usize = N << 2, end = u + K * uRow;
  let c: i32 = 0;
  for (; c + 16 <= N; c += 16) {
    const o: usize = c << 2;
    for (let j = 0; j < n; j += 2) {
      let a0 = splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
      for (let p = u, q = d + o; p < end; p += uRow, q += row) {
        const x = spread(p + (j << 2)), y = spread(p + (j << 2) + 4);
        const e0 = lanes(q), e1 = v128.load(q, 16), e2 = v128.load(q, 32), e3 = v128.load(q, 48);
        a0 = fma(x, e0, a0); a1 = fma(x, e1, a1); a2 = fma(x, e2, a2); a3 = fma(x, e3, a3);
        b0 = fma(y, e0, b0); b1 = fma(y, e1, b1); b2 = fma(y, e2, b2); b3 = fma(y, e3, b3);
      }
      const g = G + j * row + o;
      v128.store(g, a0); v128.store(g, a1, 16); v128.store(g, a2, 32); v128.store(g, a3, 48);
      v128.store(g + row, b0); v128.store(g + row, b1, 16); v128.store(g + row, b2, 32); v128.store(g + row, b3, 48);
    }
  }
  for (; c < N; c += 4) {
    const o: usize = c << 2;
    for (let j = 0; j < n; j += 4) {
      let a0 = splat(0), a1 = a0, a2 = a0, a3 = a0;
      for (let p = u + (j << 2), q = d + o, stop = p + K * uRow; p < stop; p += uRow, q += row) {
        const e = lanes(q);
        a0 = fma(spread(p), e, a0); a1 = fma(v128.load32_splat(p, 4), e, a1); a2 = fma(v128.load32_splat(p, 8), e, a2); a3 = fma(v128.load32_splat(p, 12), e, a3);
      }
      const g = G + j * row + o;
      v128.store(g, a0); v128.store(g + row, a1); v128.store(g + 2 * row, a2); v128.store(g + 3 * row, a3);
    }
  }
}

/** g (N) = sum over K steps of d_t (N). */
export function sumRows(g: usize, d: usize, N: i32, K: i32): void {
  const row: usize = N << 2;
  for (let c: usize = 0; c < row; c += 16) {
    let a = splat(0);
    for (let q = d + c, end = q + K * row; q < end; q += row) a = f32x4.add(a, lanes(q));
    v128.store(g + c, a);
  }
}
