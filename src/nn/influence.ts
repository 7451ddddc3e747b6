/**
 * Above this an influence is noise: the last bit of a parameter moves the state more than all the rest.
 * Its square is still a number, so an optimiser can take the length of the gradient and shorten it.
 */
const LARGEST = 1e100;

/**
 * Zeroes all of M (any shape) when one of its numbers is above 1e100 or none: influence is gathered anew. A network that
 * is chaotic, or balanced on an unstable point, magnifies a small change of theta without end, and one
 * Infinity in M would end learning for good. Back-propagation is safe from this by its finite horizon.
 */
export function forgetBeyondMeasure(M: Float64Array): void {
  for (let q = 0; q < M.length; q++) {
    if (Math.abs(M[q]) <= LARGEST) continue;
    M.fill(0);
    return;
  }
}
