import { deltas, forward, peepGate, peepInput } from './cell';
import { creditHead, creditState, descendWhole, keepHead, recallHead } from './learner';
import { multiplyBack, outerSum, sumRows } from './matrix';
import { add, copy, fill, fma, lanes, splat, squares } from './simd';
import { ELEMENTWISE, GRU, Stream } from './stream';

/** BPTT(K; M), as in nn/tbptt.ts: the tape stores the activations, so the backward pass needs no second forward pass. */

export function advance(s: Stream): void {
  const slot = s.slot;
  forward(s, s.record(slot));
  if (s.every > 1) fill(s.waiting + ((slot * s.H) << 2), 0, s.H);
  s.slot = slot + 1 == s.horizon ? 0 : slot + 1;
  s.filled = min(s.filled + 1, s.horizon);
  s.since = s.since + 1;
}

/** Returns the gradient's norm, -1 when no update is due. */
export function learn(s: Stream): f32 {
  const newest = s.slot == 0 ? s.horizon - 1 : s.slot - 1;
  creditState(s);
  if (s.every > 1) {
    copy(s.waiting + ((newest * s.H) << 2), s.ds, s.H);
    keepHead(s);
    if (s.since < s.every) return -1;
    recallHead(s);
    fill(s.ds, 0, s.H);
  } else creditHead(s);
  s.since = 0;
  goBack(s, newest);
  gather(s);
  return descendWhole(s);
}

/** From the newest step to the oldest: fills dx and dh (K, N), slot by slot, and the norms of the lags. */
function goBack(s: Stream, newest: i32): void {
  const row: usize = s.N << 2, lateral = s.cell != ELEMENTWISE;
  let ds = s.ds, back = s.back, slot = newest;
  for (let lag = 0, last = s.filled - 1; lag <= last; lag++) {
    if (s.every > 1) {
      const waiting = s.waiting + ((slot * s.H) << 2);
      add(ds, waiting, s.H);
      fill(waiting, 0, s.H);
    }
    store<f32>(s.lags + (lag << 2), Mathf.sqrt(squares(ds, s.G * s.H)));
    deltas(s, s.record(slot), ds, s.dx + slot * row, s.dh + slot * row, back);
    if (lateral && lag < last) multiplyBack(back, s.Wh, s.dh + slot * row, s.H, s.N);
    const next = back;
    back = ds;
    ds = next;
    slot = slot == 0 ? s.horizon - 1 : slot - 1;
  }
}

/** Gathers the cell's gradient over all steps: each matrix is one product of the inputs and the errors of its sums. */
function gather(s: Stream): void {
  const H = s.H, X = s.X, N = s.N, width = s.width;
  const K = s.filled, g = s.gradient, tape = s.tape;
  if (s.cell == ELEMENTWISE) outerSum(g, tape + (H << 2), width, X, s.dx, N, K);
  else if (s.cell == GRU) {
    outerSum(g, tape, width, H, s.dh, N, K);
    outerSum(g + (s.Wx - s.theta), tape + (H << 2), width, X, s.dx, N, K);
    sumRows(g + (s.bh - s.theta), s.dh, N, K);
  } else {
    outerSum(g, tape, width, H + X, s.dx, N, K);
    sumRows(g + (s.bh - s.theta), s.dx, N, K);
  }
  sumRows(g + (s.bx - s.theta), s.dx, N, K);
  if (s.peepP > 0) for (let k = 0; k < 3; k++) gatherPeephole(s, k);
}

function gatherPeephole(s: Stream, k: i32): void {
  const n: usize = s.H << 2, row: usize = s.N << 2, K = s.filled;
  const g = s.gradient + (s.peep - s.theta) + k * n, errors = s.dx + peepGate(s, k) * n, inputs = peepInput(s, s.tape, k);
  for (let i: usize = 0; i < n; i += 16) {
    let a = splat(0);
    for (let t = 0; t < K; t++) a = fma(lanes(errors + t * row + i), lanes(inputs + t * s.W + i), a);
    v128.store(g + i, a);
  }
}
