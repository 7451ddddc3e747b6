import type { SeriesInfo } from '../reading.ts';

/** Whether the operator cares for such a deviation from what was expected: it reaches both that were said to be least. */
export const exceedsMinDeviation = (
  { minDeviation = 0, minDeviationPercent = 0 }: Pick<SeriesInfo, 'minDeviation' | 'minDeviationPercent'>,
  deviation: number,
  expected: number,
): boolean => !(Math.abs(deviation) < Math.max(minDeviation, (minDeviationPercent / 100) * Math.abs(expected)));
