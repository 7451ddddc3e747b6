import { begin, update } from './adam';
import { creditHidden } from './head';
import { outerSum } from './matrix';
import { add, copy, fill, lanes, splat, squares } from './simd';
import { Stream } from './stream';

/** The common part of all learners: from the error at the read-out to the update by Adam. */

/** Fills ds (S) with dL/ds_t, which reaches h alone. */
export function creditState(s: Stream): void {
  creditHidden(s, s.ds);
  fill(s.ds + (s.H << 2), 0, s.H);
}

/** Fills the read-out's part of the gradient with [h; x]^T e, and e for its biases. */
export function creditHead(s: Stream): void {
  const g = s.gradient + (s.cellP << 2);
  outerSum(g, s.h, s.F, s.F, s.error, s.Y, 1);
  copy(g + ((s.F * s.Y) << 2), s.error, s.Y);
}

/** Keeps the read-out's gradient until an update is due. */
export function keepHead(s: Stream): void {
  creditHead(s);
  add(s.headGradient, s.gradient + (s.cellP << 2), s.P - s.cellP);
}

/** Fills the read-out's part of the gradient with the kept sums. */
export function recallHead(s: Stream): void {
  const n = s.P - s.cellP;
  copy(s.gradient + (s.cellP << 2), s.headGradient, n);
  fill(s.headGradient, 0, n);
}

/**
 * Updates the weights by the gradient, clipped to the maximum norm; a gradient that is not finite changes nothing. The cell's
 * gradient is at g, still to be multiplied by the factors (`period` numbers, repeated); its square is an argument. Returns the
 * norm of the whole gradient before clipping. The norm is needed before the first weight changes, so Adam cannot consume the
 * gradient block by block while it is computed.
 */
export function descend(s: Stream, g: usize, factors: usize, period: i32, square: f32): f32 {
  const head = s.gradient + (s.cellP << 2), n = s.P - s.cellP;
  const norm = Mathf.sqrt(square + squares(head, n));
  if (!isFinite(norm)) return norm;
  const clip = norm > s.clip ? s.clip / norm : 1;
  for (let f = factors, end = f + (period << 2); f < end; f += 16) v128.store(f, f32x4.mul(lanes(f), splat(clip)));
  begin(s);
  update(s, s.theta, s.cellP, g, factors, period);
  fill(s.a, clip, 4);
  update(s, s.V, n, head, s.a, 4);
  return norm;
}

/** The same for a gradient that is complete in s.gradient. */
export function descendWhole(s: Stream): f32 {
  fill(s.a, 1, 4);
  return descend(s, s.gradient, s.a, 4, squares(s.gradient, s.cellP));
}
