import { log10, log2 } from '../../math/elementary.ts';
import { HOUR_MS } from '../../math/time.ts';
import type { Severity } from './anomaly.ts';

/**
 * The unit of a distance: two deviations. Normal noise ends at four to five deviations from its mean, so a reading that is one unit
 * beyond all earlier ones is more than six away.
 */
const UNIT_DEVIATIONS = 2;
/**
 * Where a quarter of the range is more, that is the unit. For normal noise the two are equal; a series with far outliers, such as
 * rain, must go further.
 */
const UNIT_SHARE = 1 / 4;
/** The effect is scaled so that one unit beyond the range, a doubling, is major at once ... */
const MAJOR = 1;
/** ... and three doublings, seven units, are critical. */
const CRITICAL = 3;

/** The effect on a series, in its unit, relative to its normal values before it began. */
export interface Departure {
  /** The newest reading. */
  value: number;
  /** Lowest and highest reading before the anomaly. */
  min: number;
  max: number;
  /** Mean and standard deviation before the anomaly, of readings cut at six deviations, so that outliers do not widen it. */
  mean: number;
  deviation: number;
  /** Mean of the readings since the anomaly began. */
  meanSince: number;
  durationMs: number;
  /** How long the present state has lasted, or an event has failed to come, as a multiple of the longest usual time; 1 or less: not late. */
  overdue: number;
  /** How rare: above 1 is anomalous. */
  score: number;
}

/** Differences of extreme numbers overflow. */
const finite = (x: number): number => Math.min(Number.MAX_VALUE, x);

const distanceIn = (distance: number, unit: number): number =>
  // A series that never changed has no unit: whatever it does counts as one.
  distance === 0 ? 0 : unit > 0 ? finite(finite(distance) / unit) : 1;

/**
 * Size of an effect, from 0. Each doubling of a distance adds 1:
 *
 *   effect = r (log2(1 + o) + t log2(1 + z) + log2(max(1, overdue)))
 *
 *   o  distance of the reading outside [min, max]                      unit of o and z: 2 deviations, or a quarter of
 *   z  distance of the mean since the beginning from the mean before   the range where that is more
 *   t  log10(1 + hours): 0 at the beginning, 0.3 after 1 h, 1 after 9 h, 1.4 after a day: an alarm that nobody ends gets worse
 *   r  2 - 1/max(1, score), from 1 to 2. Rarity can double the effect at most: it says how certain an anomaly is, not how large
 *
 * So a reading beyond all earlier ones counts at once. A value that the series has had before is minor at the beginning, whatever
 * its score, and counts by how far the mean stays away and how long. A state of a usual value, such as a motor that runs, counts by
 * its duration as a multiple of the longest so far. Steps do not count: a jump between two usual values that is over soon is minor.
 */
export function effectOf(departure: Readonly<Departure>): number {
  const { value, min, max, mean, deviation, meanSince, durationMs, overdue, score } = departure;
  const unit = Math.max(UNIT_DEVIATIONS * deviation, UNIT_SHARE * (max - min));
  const o = distanceIn(Math.max(0, value - max, min - value), unit);
  const z = distanceIn(Math.abs(meanSince - mean), unit);
  const t = log10(1 + Math.max(0, durationMs) / HOUR_MS);
  const r = 2 - 1 / Math.max(1, score);
  return r * (log2(1 + o) + t * log2(1 + z) + log2(Math.max(1, overdue)));
}

/**
 * The effect of a drift: the mean of the last days against that of the training period, with the deviation of the readings in that period.
 * The limit of a drift is narrow, because means of days hardly differ, so its score does not measure its size.
 */
export const effectOfDrift = (
  recentMean: number,
  { mean, deviation }: Pick<Departure, 'mean' | 'deviation'>,
  durationMs: number,
  score: number,
): number =>
  effectOf({
    value: recentMean,
    min: recentMean,
    max: recentMean,
    mean,
    deviation,
    meanSince: recentMean,
    durationMs,
    overdue: 1,
    score,
  });

/**
 * The effect of a sensor fault, whose score is a measured quantity over its limit: twice the limit is major, four times the limit
 * is critical.
 */
export const effectOfRatio = (score: number): number => score - 1;

/** `minor` below an effect of 1, `major` below 3, `critical` from 3 on. */
export const severityOf = (effect: number): Severity =>
  effect < MAJOR ? 'minor' : effect < CRITICAL ? 'major' : 'critical';
