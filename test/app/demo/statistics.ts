export const mean = (x: readonly number[]): number => x.reduce((sum, v) => sum + v, 0) / x.length;

export const deviation = (x: readonly number[]): number => {
  const m = mean(x);
  return Math.sqrt(mean(x.map((v) => (v - m) ** 2)));
};

/** Pearson's correlation of two courses of equal length. */
export const correlation = (x: readonly number[], y: readonly number[]): number => {
  const [mx, my] = [mean(x), mean(y)];
  return mean(x.map((v, i) => (v - mx) * (y[i] - my))) / (deviation(x) * deviation(y));
};

/** Correlation of x with y `lag` steps later. */
export const lagged = (x: readonly number[], y: readonly number[], lag: number): number =>
  correlation(x.slice(0, x.length - lag), y.slice(lag));
