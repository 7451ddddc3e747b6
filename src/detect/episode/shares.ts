/**
 * Shares of the weights, which sum to 1. Negative weights count as 0. Beside an infinite weight the finite ones get 0; where all
 * weights are 0, `leading` gets 1.
 */
export function sharesOf(weights: ArrayLike<number>, leading: number): Float64Array {
  const shares = Float64Array.from(weights, (weight) => (weight > 0 ? weight : 0));
  const max = shares.reduce((a, b) => Math.max(a, b), 0);
  if (max === 0) shares[leading] = 1;
  // Divided by the largest first: a sum of large numbers may be infinite.
  else
    for (let i = 0; i < shares.length; i++) shares[i] = max === Infinity ? Number(shares[i] === max) : shares[i] / max;
  const sum = shares.reduce((a, b) => a + b);
  return shares.map((share) => share / sum);
}
