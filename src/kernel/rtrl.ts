import { forward, peepGate, peepInput } from './cell';
import { creditHead, creditState, descendWhole } from './learner';
import { multiply } from './matrix';
import { partials } from './partials';
import { constant, copy, FAINT, fill, flush, fma, lanes, splat, spread } from './simd';
import { Stream } from './stream';

/** Exact real-time recurrent learning for the cells with lateral weights, equations in nn/rtrl.ts. M has S rows of cellP. */

export function advance(s: Stream): void {
  forward(s, s.tape);
  partials(s);
  const J = s.rest + ((s.G * s.G * s.H) << 2), old = J + ((s.H * s.G * s.H) << 2);
  jacobian(s, J);
  const P = s.cellP;
  let c: i32 = 0;
  for (; c + 16 <= P; c += 16) carry16(s, J, old, s.influence + (c << 2));
  for (; c < P; c += 4) carry4(s, J, old, s.influence + (c << 2));
  addImmediate(s);
  s.filled = 1;
}

export function learn(s: Stream): f32 {
  creditState(s);
  creditHead(s);
  fill(s.gradient, 0, s.cellP);
  multiply(s.gradient, s.gradient, s.ds, s.influence, s.H, s.cellP, s.cellP);         // (2)
  const norm = descendWhole(s);
  if (!isFinite(norm)) fill(s.influence, 0, s.G * s.H * s.cellP); // overflow: M starts again from 0
  return norm;
}

/** J (H, S), input-major: J[j, kH + i] = ds_t[kH + i] / dh_{t-1}[j]. The way from c to c is D alone. */
function jacobian(s: Stream, J: usize): void {
  const H = s.H, G = s.G, n: usize = H << 2, row: usize = s.N << 2;
  for (let j = 0; j < H; j++)
    for (let k = 0; k < G; k++) {
      const L = s.dh + k * row, to = J + (j * G + k) * n, W = s.Wh + j * row;
      for (let i: usize = 0; i < n; i += 16) {
        let a = splat(0);
        for (let c = i; c < row; c += n) a = fma(lanes(L + c), lanes(W + c), a);
        v128.store(to + i, a);
      }
      const self = to + (j << 2);
      store<f32>(self, load<f32>(self) + load<f32>(s.rest + k * G * n + (j << 2)));
    }
}

/** (1) without I for 16 columns of M, of which `old` gets a copy. */
function carry16(s: Stream, J: usize, old: usize, M: usize): void {
  const faint = constant(FAINT);
  const S = s.G * s.H, next: usize = s.cellP << 2, width: usize = S << 2;
  for (let i = 0, m = M, o = old; i < S; i++, m += next, o += 64) copy(o, m, 16);
  const cells = old + (s.H << 6), end = cells;
  for (let i = 0, m = M; i < S; i += 2, m += 2 * next) {
    let a0 = splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    for (let o = old, j = J + (i << 2); o < end; o += 64, j += width) {
      const x = spread(j), y = v128.load32_splat(j, 4);
      const e0 = lanes(o), e1 = v128.load(o, 16), e2 = v128.load(o, 32), e3 = v128.load(o, 48);
      a0 = fma(x, e0, a0); a1 = fma(x, e1, a1); a2 = fma(x, e2, a2); a3 = fma(x, e3, a3);
      b0 = fma(y, e0, b0); b1 = fma(y, e1, b1); b2 = fma(y, e2, b2); b3 = fma(y, e3, b3);
    }
    if (s.G == 2) {
      const o = cells + ((i % s.H) << 6), d = carousel(s, i), x = spread(d), y = v128.load32_splat(d, 4);
      a0 = fma(x, lanes(o), a0); a1 = fma(x, v128.load(o, 16), a1); a2 = fma(x, v128.load(o, 32), a2); a3 = fma(x, v128.load(o, 48), a3);
      b0 = fma(y, v128.load(o, 64), b0); b1 = fma(y, v128.load(o, 80), b1); b2 = fma(y, v128.load(o, 96), b2); b3 = fma(y, v128.load(o, 112), b3);
    }
    v128.store(m, flush(a0, faint)); v128.store(m, flush(a1, faint), 16); v128.store(m, flush(a2, faint), 32); v128.store(m, flush(a3, faint), 48);
    const w = m + next;
    v128.store(w, flush(b0, faint)); v128.store(w, flush(b1, faint), 16); v128.store(w, flush(b2, faint), 32); v128.store(w, flush(b3, faint), 48);
  }
}

/** The same for 4 columns. */
function carry4(s: Stream, J: usize, old: usize, M: usize): void {
  const faint = constant(FAINT);
  const S = s.G * s.H, next: usize = s.cellP << 2, width: usize = S << 2;
  for (let i = 0, m = M, o = old; i < S; i++, m += next, o += 16) v128.store(o, lanes(m));
  const cells = old + (s.H << 4);
  for (let i = 0, m = M; i < S; i++, m += next) {
    let a = splat(0);
    for (let o = old, j = J + (i << 2); o < cells; o += 16, j += width) a = fma(spread(j), lanes(o), a);
    if (s.G == 2) a = fma(spread(carousel(s, i)), lanes(cells + ((i % s.H) << 4)), a);
    v128.store(m, flush(a, faint));
  }
}

/** D of state number i on the memory cell of its unit: D[k, 1, i mod H] with k = i / H. */
@inline
function carousel(s: Stream, i: i32): usize {
  const k = i / s.H;
  return s.rest + (((2 * k + 1) * s.H + i - k * s.H) << 2);
}

/** Adds I_t: a parameter acts at once on the numbers of one unit only. */
function addImmediate(s: Stream): void {
  const H = s.H, X = s.X, N = s.N, theta = s.theta;
  for (let j = 0; j < H; j++) addRow(s, (j * N) << 2, load<f32>(s.tape + (j << 2)), s.dh);
  for (let j = 0; j < X; j++) addRow(s, s.Wx - theta + ((j * N) << 2), load<f32>(s.tape + ((H + j) << 2)), s.dx);
  addRow(s, s.bh - theta, 1, s.dh);
  addRow(s, s.bx - theta, 1, s.dx);
  if (s.peepP == 0) return;
  for (let k = 0; k < 3; k++) {
    const M = s.influence + (s.peep - theta) + ((k * H) << 2), L = s.dx + ((peepGate(s, k) * H) << 2), u = peepInput(s, s.tape, k);
    for (let g = 0; g < s.G; g++)
      for (let i = 0; i < H; i++) bump(M + (((g * H + i) * s.cellP + i) << 2), load<f32>(L + ((g * N + i) << 2)) * load<f32>(u + (i << 2)));
  }
}

/** Adds the immediate influence of the row of theta at `offset`, whose input is u. */
function addRow(s: Stream, offset: usize, u: f32, L: usize): void {
  const H = s.H, N = s.N, cellP = s.cellP;
  for (let g = 0; g < s.G; g++) {
    let l = L + ((g * N) << 2);
    for (let c = 0; c < N; c += H) {
      let m = s.influence + offset + ((g * H * cellP + c) << 2);
      for (let i = 0; i < H; i++, l += 4, m += (cellP + 1) << 2) bump(m, load<f32>(l) * u);
    }
  }
}

@inline
function bump(p: usize, x: f32): void {
  store<f32>(p, load<f32>(p) + x);
}
