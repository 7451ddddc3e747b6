import { deltas } from './cell';
import { fill } from './simd';
import { ELEMENTWISE, Stream } from './stream';

/**
 * The derivatives that real-time recurrent learning needs, from the cell's backward pass alone: with errors of 1 at the k-th
 * numbers of all units, `deltas` gives their derivatives by the sums of the gates, L_k, and by the unit's own last state, D_k.
 * L is in dx (G, N), and in dh for h_{t-1}; D (G, G, H) is in `rest`.
 */
export function partials(s: Stream): void {
  const n: usize = s.H << 2, row: usize = s.N << 2, G = s.G;
  for (let k = 0; k < G; k++) {
    fill(s.ds, 0, G * s.H);
    fill(s.ds + k * n, 1, s.H);
    deltas(s, s.tape, s.ds, s.dx + k * row, s.dh + k * row, s.rest + k * G * n);
  }
}

/** Adds to D the effect of a unit's h_{t-1} on its own state through its own recurrent weights. */
export function addSelves(s: Stream): void {
  if (s.cell == ELEMENTWISE) return;
  const row: usize = s.N << 2, n: usize = s.H << 2;
  for (let k = 0; k < s.G; k++) {
    const D = s.rest + k * s.G * n, L = s.dh + k * row;
    for (let gate: usize = 0; gate < row; gate += n)
      for (let d = D, end = d + n, l = L + gate, w = s.Wh + gate; d < end; d += 4, l += 4, w += row + 4) // along the diagonal
        store<f32>(d, load<f32>(d) + load<f32>(l) * load<f32>(w));
  }
}
