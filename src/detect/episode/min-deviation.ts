import type { SeriesInfo } from '../reading.ts';

/** Whether a deviation from the expected value reaches both `min_deviation` and `min_deviation_percent`. */
export const exceedsMinDeviation = (
  { minDeviation = 0, minDeviationPercent = 0 }: Pick<SeriesInfo, 'minDeviation' | 'minDeviationPercent'>,
  deviation: number,
  expected: number,
): boolean => !(Math.abs(deviation) < Math.max(minDeviation, (minDeviationPercent / 100) * Math.abs(expected)));
