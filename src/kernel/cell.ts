import * as elementwise from './elementwise';
import * as gru from './gru';
import * as lstm from './lstm';
import { multiply } from './matrix';
import * as rnn from './rnn';
import { copy } from './simd';
import { ELEMENTWISE, GRU, RNN, Stream } from './stream';

/** Advances the state by the input in s.x and fills the record. */
export function forward(s: Stream, record: usize): void {
  const H = s.H, X = s.X, N = s.N;
  copy(record, s.h, H + X);
  multiply(s.a, s.bx, s.x, s.Wx, X, N, N);
  if (s.cell != ELEMENTWISE) multiply(s.b, s.bh, s.h, s.Wh, H, N, N);
  if (s.cell == GRU) gru.forward(s, record);
  else if (s.cell == RNN) rnn.forward(s, record);
  else if (s.cell == ELEMENTWISE) elementwise.forward(s, record);
  else lstm.forward(s, record);
}

/**
 * The backward pass through the units alone. From ds = dL/ds_t (S) it fills the errors of the gates' sums: dx (N) towards the
 * input and dh (N) towards h_{t-1}. It fills back (S) with the part of dL/ds_{t-1} that does not pass through W_h.
 */
export function deltas(s: Stream, record: usize, ds: usize, dx: usize, dh: usize, back: usize): void {
  if (s.cell == GRU) gru.deltas(s, record, ds, dx, dh, back);
  else if (s.cell == RNN) rnn.deltas(s, record, ds, dx, back);
  else if (s.cell == ELEMENTWISE) elementwise.deltas(s, record, ds, dx, back);
  else lstm.deltas(s, record, ds, dx, back);
}

/** The gate that the k-th of three peepholes feeds: the first, the second, the last. */
@inline
export function peepGate(s: Stream, k: i32): i32 {
  return k < 2 ? k : s.N / s.H - 1;
}

/** Its input: c_{t-1}, c_{t-1}, c_t. */
@inline
export function peepInput(s: Stream, record: usize, k: i32): usize {
  return record + ((s.H + s.X + (k < 2 ? 0 : s.H)) << 2);
}
