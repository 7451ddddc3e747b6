import { log, square } from '../../math/elementary.ts';
import { CONSTANTS } from '../constants.ts';
import type { Excursion } from './excursion.ts';
import { AWAY_MS, EVENTS, FROM, LENGTH_MS, RISE_MS, SIZE, SIZE_VARIANCE, TO } from './signature-slots.ts';

const { LEVEL_TOLERANCE, LENGTH_RATIO: RATIO, SIZE_DEVIATIONS, RECURS: PRIOR_OCCURRENCES } = CONSTANTS;
/** Deviation of ln size before there are data. */
export const PRIOR_DEVIATION = LEVEL_TOLERANCE;

/**
 * Whether an excursion is like the signature at `k`: about the same two values, as long and as large. An open one may be the beginning of
 * a longer or higher one; once it has `ended`, both must agree. `step`: a usual step; `usualMs`: the usual interval.
 */
export function isLike(
  s: Float64Array,
  k: number,
  x: Excursion,
  ended: boolean,
  step: number,
  usualMs: number,
): boolean {
  const movement = x.to - x.from;
  const past = s[k + TO] - s[k + FROM];
  const tolerance = Math.max(LEVEL_TOLERANCE * Math.max(Math.abs(movement), Math.abs(past)), step);
  if (Math.abs(x.from - s[k + FROM]) > tolerance) return false;
  const lengthMs = x.lengthMs + usualMs;
  const further = (x.to - s[k + TO]) * Math.sign(past);
  const rising = !ended && lengthMs <= 2 * (s[k + RISE_MS] + usualMs);
  if (further > tolerance || (!rising && further < -tolerance)) return false;
  if (movement * past < 0 && Math.abs(movement) > tolerance) return false;
  const awayMs = x.awayMs + usualMs;
  if (isLonger(lengthMs, s[k + LENGTH_MS], usualMs) || isLonger(awayMs, s[k + AWAY_MS], usualMs)) return false;
  if (log(x.size) > s[k + SIZE] + SIZE_DEVIATIONS * sizeDeviation(s, k)) return false;
  return !ended || !(isLonger(s[k + LENGTH_MS], lengthMs, usualMs) || isLonger(s[k + AWAY_MS], awayMs, usualMs));
}

/** Whether the signature at `k` goes from about `from` to about `to`. */
export function isBetween(s: Float64Array, k: number, from: number, to: number): boolean {
  const tolerance = LEVEL_TOLERANCE * Math.max(Math.abs(to - from), Math.abs(s[k + TO] - s[k + FROM]));
  return Math.abs(from - s[k + FROM]) <= tolerance && Math.abs(to - s[k + TO]) <= tolerance;
}

function sizeDeviation(s: Float64Array, k: number): number {
  const n = s[k + EVENTS];
  return Math.sqrt((PRIOR_OCCURRENCES * square(PRIOR_DEVIATION) + n * s[k + SIZE_VARIANCE]) / (PRIOR_OCCURRENCES + n));
}

/** By more than the ratio up to which durations are alike, and by two usual intervals: a duration is known to one at each end. */
const isLonger = (ms: number, than: number, usualMs: number): boolean => ms > RATIO * than + 2 * usualMs;
