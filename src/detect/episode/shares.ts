/**
 * Shares of the weights, which are 0 or more, so that they sum to 1. What is beyond all measure leaves nothing for the
 * rest; where nothing weighs anything, `leading` has all.
 */
export function sharesOf(weights: ArrayLike<number>, leading: number): Float64Array {
  const shares = Float64Array.from(weights, (weight) => (weight > 0 ? weight : 0));
  const most = shares.reduce((a, b) => Math.max(a, b), 0);
  if (most === 0) shares[leading] = 1;
  // Over the largest first: a sum of large numbers may be infinite.
  else
    for (let i = 0; i < shares.length; i++)
      shares[i] = most === Infinity ? Number(shares[i] === most) : shares[i] / most;
  const sum = shares.reduce((a, b) => a + b);
  return shares.map((share) => share / sum);
}
