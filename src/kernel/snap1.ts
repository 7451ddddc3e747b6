import { forward, peepGate, peepInput } from './cell';
import { creditHead, creditState, descend } from './learner';
import { addSelves, partials } from './partials';
import { constant, FAINT, fill, flush, fma, lanes, splat, spread, total } from './simd';
import { ELEMENTWISE, Stream } from './stream';

/**
 * SnAp-1, as in nn/snap1.ts; exact for the element-wise cell. Every row of theta is made of blocks of H, one number for each
 * unit, so M (G, P) has the unit's derivatives D above each other and all is done four units at a time.
 * The same pass sums |M|^2 of each unit's own state.
 */

export function advance(s: Stream): void {
  forward(s, s.tape);
  partials(s);
  addSelves(s);
  fill(s.reach, 0, s.H);
  const H = s.H, X = s.X, N = s.N, theta = s.theta, one = s.back;
  store<f32>(one, 1);
  if (s.cell != ELEMENTWISE) {
    carry(s, 0, H, N, s.tape, s.dh);
    carry(s, s.bh - theta, 1, N, one, s.dh);
  }
  carry(s, s.Wx - theta, X, N, s.tape + (H << 2), s.dx);
  carry(s, s.bx - theta, 1, N, one, s.dx);
  if (s.peepP > 0) for (let k = 0; k < 3; k++) carryPeephole(s, k);
  s.filled = 1;
}

export function learn(s: Stream): f32 {
  creditState(s);
  creditHead(s);
  // Row by row the gradient is ds M, (2'); for its square, the sums of |M|^2 from `carry` are enough.
  const norm = descend(s, s.influence, s.ds, s.H, weighedSquare(s));
  if (!isFinite(norm)) fill(s.influence, 0, s.G * s.cellP); // overflow: M starts again from 0
  return norm;
}

/** |ds M|^2 = sum over units of ds^2 |M|^2. */
function weighedSquare(s: Stream): f32 {
  let sum = splat(0);
  for (let i: usize = 0, n: usize = s.H << 2; i < n; i += 16) {
    const ds = lanes(s.ds + i);
    sum = fma(f32x4.mul(ds, ds), lanes(s.reach + i), sum);
  }
  return total(sum);
}

/** (1') for `rows` rows of N from `offset` (bytes into theta), whose inputs stand at u and whose partials at L. */
function carry(s: Stream, offset: usize, rows: i32, N: i32, u: usize, L: usize): void {
  const M = s.influence + offset, end = u + (rows << 2);
  if (s.G == 1) carryOne(s, M, N << 2, u, end, L);
  else carryTwo(s, M, N << 2, u, end, L);
}

/** One number of state a unit. Two columns and two rows a turn: a step forward takes 1.24 us, with one column 1.37. */
function carryOne(s: Stream, M: usize, row: usize, u: usize, end: usize, L: usize): void {
  const faint = constant(FAINT), n: usize = s.H << 2, D = s.rest, reach = s.reach;
  let c: usize = 0, i: usize = 0;
  for (; c + 16 < row; c += 32) {
    const j = i + 16 == n ? 0 : i + 16; // the second column's units
    const d0 = lanes(D + i), d1 = lanes(D + j), l0 = lanes(L + c), l1 = v128.load(L + c, 16);
    let p = u, m = M + c, a0 = splat(0), a1 = a0;
    for (; p + 4 < end; p += 8, m += 2 * row) {
      const x = spread(p), y = v128.load32_splat(p, 4), w = m + row;
      const m0 = carried(d0, lanes(m), l0, x, faint), m1 = carried(d1, v128.load(m, 16), l1, x, faint);
      v128.store(m, m0);
      v128.store(m, m1, 16);
      const w0 = carried(d0, lanes(w), l0, y, faint), w1 = carried(d1, v128.load(w, 16), l1, y, faint);
      v128.store(w, w0);
      v128.store(w, w1, 16);
      a0 = fma(w0, w0, fma(m0, m0, a0));
      a1 = fma(w1, w1, fma(m1, m1, a1));
    }
    if (p < end) {
      const x = spread(p);
      const m0 = carried(d0, lanes(m), l0, x, faint), m1 = carried(d1, v128.load(m, 16), l1, x, faint);
      a0 = fma(m0, m0, a0);
      a1 = fma(m1, m1, a1);
      v128.store(m, m0);
      v128.store(m, m1, 16);
    }
    v128.store(reach + i, f32x4.add(lanes(reach + i), a0));
    v128.store(reach + j, f32x4.add(lanes(reach + j), a1)); // i is j where there are four units
    i = j + 16 == n ? 0 : j + 16;
  }
  if (c == row) return;
  const d = lanes(D + i), l = lanes(L + c);
  let a = lanes(reach + i);
  for (let p = u, m = M + c; p < end; p += 4, m += row) {
    const m0 = carried(d, lanes(m), l, spread(p), faint);
    a = fma(m0, m0, a);
    v128.store(m, m0);
  }
  v128.store(reach + i, a);
}

/** D M + L u. */
@inline
function carried(d: v128, m: v128, l: v128, u: v128, faint: v128): v128 {
  return flush(fma(d, m, f32x4.mul(l, u)), faint);
}

/** Two numbers of state a unit. */
function carryTwo(s: Stream, M: usize, row: usize, u: usize, end: usize, L: usize): void {
  const faint = constant(FAINT), n: usize = s.H << 2, next: usize = s.cellP << 2, D = s.rest;
  for (let c: usize = 0, i: usize = 0; c < row; c += 16, i = i + 16 == n ? 0 : i + 16) {
    const l0 = lanes(L + c), l1 = lanes(L + row + c);
    const d00 = lanes(D + i), d01 = lanes(D + n + i), d10 = lanes(D + 2 * n + i), d11 = lanes(D + 3 * n + i);
    let reach = lanes(s.reach + i);
    for (let p = u, m = M + c; p < end; p += 4, m += row) {
      const x = spread(p), m0 = lanes(m), m1 = lanes(m + next);
      const new0 = flush(fma(d00, m0, fma(d01, m1, f32x4.mul(l0, x))), faint);
      reach = fma(new0, new0, reach);
      v128.store(m, new0);
      v128.store(m + next, flush(fma(d10, m0, fma(d11, m1, f32x4.mul(l1, x))), faint));
    }
    v128.store(s.reach + i, reach);
  }
}

/** (1') for the k-th peepholes, each of which sees its own unit's memory cell. G is 2. */
function carryPeephole(s: Stream, k: i32): void {
  const faint = constant(FAINT);
  const n: usize = s.H << 2, row: usize = s.N << 2, next: usize = s.cellP << 2, D = s.rest;
  const M = s.influence + (s.peep - s.theta) + k * n, L = s.dx + peepGate(s, k) * n, u = peepInput(s, s.tape, k);
  for (let i: usize = 0; i < n; i += 16) {
    const x = lanes(u + i), m0 = lanes(M + i), m1 = lanes(M + next + i);
    const new0 = flush(fma(lanes(D + i), m0, fma(lanes(D + n + i), m1, f32x4.mul(lanes(L + i), x))), faint);
    const new1 = fma(lanes(D + 2 * n + i), m0, fma(lanes(D + 3 * n + i), m1, f32x4.mul(lanes(L + row + i), x)));
    v128.store(s.reach + i, fma(new0, new0, lanes(s.reach + i)));
    v128.store(M + i, new0);
    v128.store(M + next + i, flush(new1, faint));
  }
}
