/**
 * Above this an influence is noise: the last bit of a parameter changes the state more than everything else.
 * Its square is still finite, so an optimiser can compute the norm of the gradient and clip it.
 */
const MAX_INFLUENCE = 1e100;

/**
 * Zeroes all of M (any shape) when one of its numbers is above 1e100 or not finite; M then accumulates again from 0. A
 * network that is chaotic or at an unstable point amplifies a small change of theta without limit, and one Infinity in M
 * would stop learning permanently. Back-propagation has a finite horizon and does not need this.
 */
export function forgetBeyondMeasure(M: Float64Array): void {
  for (let q = 0; q < M.length; q++) {
    if (Math.abs(M[q]) <= MAX_INFLUENCE) continue;
    M.fill(0);
    return;
  }
}
