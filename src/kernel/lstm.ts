import { constant, FAINT, flush, fma, lanes, MAX_CELL, MIN_CELL, ONE, sigmoid, splat, tanh } from './simd';
import { PEEPHOLE, Stream } from './stream';

/** Long short-term memory, equations in nn/lstm-cell.ts. Record: h_{t-1}, x_t, c_{t-1}, c_t, i, f, g, o, tanh c_t. */

export function forward(s: Stream, record: usize): void {
  const faint = constant(FAINT), most = constant(MAX_CELL), least = constant(MIN_CELL);
  const n: usize = s.H << 2, old = record + ((s.H + s.X) << 2), gates = old + 2 * n;
  const a = s.a, b = s.b, c = s.c, h = s.h, peep = s.peep;
  const peepholes = s.cell == PEEPHOLE;
  for (let k: usize = 0; k < n; k += 16) {
    const before = lanes(c + k);
    let ai = f32x4.add(lanes(a + k), lanes(b + k));
    let af = f32x4.add(lanes(a + n + k), lanes(b + n + k));
    let ao = f32x4.add(lanes(a + 3 * n + k), lanes(b + 3 * n + k));
    if (peepholes) {
      ai = fma(lanes(peep + k), before, ai);
      af = fma(lanes(peep + n + k), before, af);
    }
    const i = sigmoid(ai);                                                           // (1)
    const f = sigmoid(af);                                                           // (2)
    const g = tanh(f32x4.add(lanes(a + 2 * n + k), lanes(b + 2 * n + k)));             // (3)
    const sum = flush(fma(f, before, f32x4.mul(i, g)), faint);
    const now = f32x4.pmin(f32x4.pmax(sum, least), most);                            // (4)
    if (peepholes) ao = fma(lanes(peep + 2 * n + k), now, ao);
    const o = sigmoid(ao);                                                           // (5)
    const t = tanh(now);
    v128.store(h + k, flush(f32x4.mul(o, t), faint));                                // (6)
    v128.store(c + k, now);
    v128.store(old + k, before);
    v128.store(old + n + k, now);
    v128.store(gates + k, i);
    v128.store(gates + n + k, f);
    v128.store(gates + 2 * n + k, g);
    v128.store(gates + 3 * n + k, o);
    v128.store(gates + 4 * n + k, t);
  }
}

export function deltas(s: Stream, record: usize, ds: usize, dx: usize, back: usize): void {
  const faint = constant(FAINT);
  const n: usize = s.H << 2, old = record + ((s.H + s.X) << 2), gates = old + 2 * n;
  const one = constant(ONE), most = constant(MAX_CELL), peep = s.peep, peepholes = s.cell == PEEPHOLE;
  for (let k: usize = 0; k < n; k += 16) {
    const D = lanes(ds + k), before = lanes(old + k);
    const i = lanes(gates + k), f = lanes(gates + n + k), g = lanes(gates + 2 * n + k), o = lanes(gates + 3 * n + k);
    const t = lanes(gates + 4 * n + k);
    const dO = flush(f32x4.mul(f32x4.mul(D, t), f32x4.mul(o, f32x4.sub(one, o))), faint);                 // (6), (5)
    let dC = fma(f32x4.mul(D, o), f32x4.sub(one, f32x4.mul(t, t)), lanes(ds + n + k));                     // (6)
    if (peepholes) dC = fma(dO, lanes(peep + 2 * n + k), dC);                                              // (5)
    dC = v128.and(flush(dC, faint), f32x4.lt(f32x4.abs(lanes(old + n + k)), most));                        // (4), clipped
    const dI = flush(f32x4.mul(f32x4.mul(dC, g), f32x4.mul(i, f32x4.sub(one, i))), faint);                // (4), (1)
    const dF = flush(f32x4.mul(f32x4.mul(dC, before), f32x4.mul(f, f32x4.sub(one, f))), faint);           // (4), (2)
    let dB = f32x4.mul(dC, f);                                                                            // (4), the carousel
    if (peepholes) dB = fma(dI, lanes(peep + k), fma(dF, lanes(peep + n + k), dB));
    v128.store(dx + k, dI);
    v128.store(dx + n + k, dF);
    v128.store(dx + 2 * n + k, flush(f32x4.mul(f32x4.mul(dC, i), f32x4.sub(one, f32x4.mul(g, g))), faint)); // (4), (3)
    v128.store(dx + 3 * n + k, dO);
    v128.store(back + k, splat(0));
    v128.store(back + n + k, flush(dB, faint));
  }
}
