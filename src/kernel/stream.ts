/** Cells and learners by number, as nn/simd-core.ts passes them. */
export const RNN = 0, GRU = 1, LSTM = 2, PEEPHOLE = 3, ELEMENTWISE = 4;
export const TBPTT = 0, SNAP1 = 1, RTRL = 2;

/**
 * One network in one block of memory: this header, then everything that it stores, in the order of use. Sizes are padded
 * to 4; the weights of the padding are 0 and stay 0, because their inputs and errors are always 0.
 *
 *   theta = W_h (H, N), W_x (X, N), b_h (N), b_x (N), peepholes, V (F, Y), c (Y)
 *
 * N = gates H, the gates in PyTorch's order. The element-wise cell has no W_h and b_h; its recurrent vector stands in the
 * peepholes' place.
 */
@unmanaged
export class Stream {
  cell: i32;
  learner: i32;
  X: i32;
  H: i32;
  /** Sums of the gates. */
  N: i32;
  /** Numbers of state per unit, G = S / H: 2 with a memory cell c. */
  G: i32;
  /** The read-out: `blocks` softmax of `bins`, or plain numbers where bins is 1; Y sums from F inputs. */
  blocks: i32;
  bins: i32;
  Y: i32;
  F: i32;
  horizon: i32;
  every: i32;
  learningRate: f32;
  clip: f32;

  /** Lengths: all of theta, the cell's part, its peepholes. */
  P: i32;
  cellP: i32;
  peepP: i32;

  // A snapshot contains everything from here to the end of the block.
  /** The next slot of the tape, slots filled, steps since the last way back (i32 each), beta1^t, beta2^t, the last norm (f32). */
  clock: usize;
  theta: usize;
  Wh: usize;
  Wx: usize;
  bh: usize;
  bx: usize;
  peep: usize;
  V: usize;
  c0: usize;
  m: usize;
  v: usize;
  /** State and input stand in a row, c (H), h (H), x (X): the read-out sees h, or h and x. */
  c: usize;
  h: usize;
  x: usize;
  y: usize;
  error: usize;
  /** |dL/ds| of each lag in the last way back. */
  lags: usize;
  tape: usize;
  /** Length of a record of the tape. */
  width: i32;
  /** ds/dtheta of real-time recurrent learning: (S, P), or (G, P) of SnAp-1. */
  influence: usize;
  /** Of SnAp-1, the sum over theta of the squares of dh/dtheta (H). */
  reach: usize;
  /** If updates are not due at each step: dL/dh of each slot, and the sum of the read-out's gradient so far. */
  waiting: usize;
  headGradient: usize;
  end: usize;

  // Scratch, shared by all streams: its contents are valid only during one call.
  a: usize;
  b: usize;
  ds: usize;
  back: usize;
  dx: usize;
  dh: usize;
  gradient: usize;
  rest: usize;
  scratchEnd: usize;

  /** The norm of the last update's gradient; kept with the clock. */
  @inline get norm(): usize { return this.clock + 20; }
  @inline get W(): usize { return this.width << 2; }
  @inline get slot(): i32 { return load<i32>(this.clock); }
  @inline set slot(i: i32) { store<i32>(this.clock, i); }
  @inline get filled(): i32 { return load<i32>(this.clock, 4); }
  @inline set filled(i: i32) { store<i32>(this.clock, i, 4); }
  @inline get since(): i32 { return load<i32>(this.clock, 8); }
  @inline set since(i: i32) { store<i32>(this.clock, i, 8); }
  /** The record of slot i. */
  @inline record(i: i32): usize { return this.tape + i * this.W; }
}

@inline
const pad = (n: i32): i32 => (n + 3) & ~3;

/** Where the next piece begins. */
let at: usize = 0;

/** Room for n numbers; the next piece stands on a boundary of 16 bytes again. */
function take(n: i32): usize {
  const piece = at;
  at += pad(n) << 2;
  return piece;
}

/** Sets the address of every piece of s: stored pieces from `data` on, scratch from `scratch` on. Writes to neither. */
export function lay(
  s: Stream, data: usize, scratch: usize, cell: i32, learner: i32, inputSize: i32, hiddenSize: i32,
  blocks: i32, bins: i32, direct: bool, horizon: i32, every: i32,
): void {
  const X = pad(inputSize), H = pad(hiddenSize), Y = pad(blocks * bins);
  const lateral = cell != ELEMENTWISE;
  const gates = cell == RNN ? 1 : cell == LSTM || cell == PEEPHOLE ? 4 : 3;
  const N = gates * H, G = cell >= LSTM ? 2 : 1, F = direct ? H + X : H;
  const slots = learner == TBPTT ? horizon : 1;
  s.cell = cell;
  s.learner = learner;
  s.X = X; s.H = H; s.N = N; s.G = G;
  s.blocks = blocks; s.bins = bins; s.Y = Y; s.F = F;
  s.horizon = slots; s.every = learner == TBPTT ? every : 1;
  s.peepP = cell >= PEEPHOLE ? 3 * H : 0;

  at = data;
  s.clock = take(8);
  s.theta = at;
  s.Wh = take(lateral ? H * N : 0);
  s.Wx = take(X * N);
  s.bh = take(lateral ? N : 0);
  s.bx = take(N);
  s.peep = take(s.peepP);
  s.cellP = <i32>(at - s.theta) >> 2;
  s.V = take(F * Y);
  s.c0 = take(Y);
  s.P = <i32>(at - s.theta) >> 2;
  s.m = take(s.P);
  s.v = take(s.P);
  s.c = take(G == 2 ? H : 0);
  s.h = take(H);
  s.x = take(X);
  s.y = take(Y);
  s.error = take(Y);
  s.lags = take(learner == TBPTT ? pad(horizon) : 0);
  s.width = H + X + (cell == RNN ? 1 : cell == GRU ? 4 : cell == ELEMENTWISE ? 5 : 7) * H;
  s.tape = take(slots * s.width);
  s.influence = take(learner == SNAP1 ? G * s.cellP : learner == RTRL ? G * H * s.cellP : 0);
  s.reach = take(learner == SNAP1 ? H : 0);
  s.waiting = take(s.every > 1 ? slots * H : 0);
  s.headGradient = take(s.every > 1 ? s.P - s.cellP : 0);
  s.end = at;

  at = scratch;
  s.a = take(N);
  s.b = take(N);
  s.ds = take(2 * H);
  s.back = take(2 * H);
  s.dx = take(max(slots, 2) * N);
  s.dh = cell == GRU ? take(max(slots, 2) * N) : s.dx; // only the GRU's reset gate parts the two ways into a unit
  s.gradient = take(s.P);
  s.rest = take(G * G * H + (learner == RTRL ? G * H * (H + 16) : 0));
  s.scratchEnd = at;
}
