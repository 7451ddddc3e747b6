import { DAY_MS, MINUTE_MS, WEEK_MS } from '../math/time.ts';

/**
 * Every constant between a reading and its score, with its unit and its reason. One meaning has one constant, however many questions use
 * it. A number that is declared elsewhere is the size or resolution of a table, a guard against overflow, or follows from one of these (the
 * list is in test/detect/constants.test.ts). The drift test has a score of its own and keeps its constants.
 *
 * A file takes its constants from here when it is loaded. So a benchmark that assigns other values before it loads the detector
 * measures with those (`--constant`, bench/accuracy.mjs). Nothing else may assign.
 */
const VALUES = {
  // Lengths of memories, and sizes of samples.

  /** Readings. Fewest in a long memory, over which scales, means, densities and usual values are measured. */
  MIN_SPAN: 2000,
  /** ms. A long memory lasts a week at any rate of readings, so that it has seen each weekday. */
  LONG_MEMORY_MS: WEEK_MS,
  /** Days over which levels by hour are counted; older ones weigh less than 1/e. Four weeks, so that each weekday counts. */
  OCCUPANCY_DAYS: 28,
  /** Weeks. Excursions fade with this time constant: a daily event is an alarm again after three to four months without it. */
  MEMORY_WEEKS: 8,
  /**
   * Values of a calibration. They are halved in weight when those of a week have been counted, and at least so many: 500 to 1,000 of them
   * are the tail.
   */
  HALVE_AT: 50_000,
  /**
   * Values from which a scale is known: from n values it is known to 1 / sqrt(2 n) only, so with fewer readings a score is multiplied by
   * sqrt(n / 100). Also in the recent scale of steps, and dwells in the memory of a state.
   */
  SURE_AFTER: 100,
  /** Readings, or occurrences, in the mean of the recent past. */
  RECENT_SPAN: 12,
  /**
   * Readings in a mean of the recent past that needs more: a variance, and what changes slowly. Before there are so many, no kind has a
   * score.
   */
  SLOW_SPAN: 48,
  /**
   * Occurrences from which on something recurs: a signature is a habit, if it comes more often than alarms are asked for, and a rare
   * level or dwell belongs to the normal life of the series (evidence/recurrence-gate.ts). The assumption before there are data counts
   * as so many.
   */
  RECURS: 3,
  /** ms. Longest spell: an event that comes again within it is the same event. And the age of a stream at which an excursion counts half, because so much is still new. */
  SPELL_MS: DAY_MS,
  /** ms. An excursion or a hold is over after this time without a reading that belongs to it. Readings within this time are much alike. */
  CALM_MS: 5 * MINUTE_MS,

  // From a quantity to a rarity.

  /**
   * Deviations. A value, step or dwell further out counts as this many, so that one cannot distort a mean and a scale. So far out a mean
   * has shifted.
   */
  WINSOR: 6,
  /** Share of the past that counts as the tail, modelled instead of counted. Records are no rarer: their rate cannot be estimated. */
  TAIL: 0.02,
  /** Readings from which on a rarity is reduced, because chance alone gives rare values in a long past. */
  CHANCE_FROM: 1000,
  /** Decades of rarity. Subtracted from each rarity for each factor of 10 in readings above CHANCE_FROM, and added below it. */
  CHANCE_PER_DECADE: 0.65,
  /**
   * Decades of rarity. A deviation of the mean as rare as one of 10,000 is a shift, and such a level in its hour, or dwell, is not learned
   * at first (evidence/recurrence-gate.ts).
   */
  RARE: 4,
  /** Variances. Added to each variance, as measurement noise of two series that always agree, and of one that does not change. */
  RIDGE: 1e-3,
  /**
   * Share. A recent scale of steps, or a change, that is smaller than this part of the usual one counts as none. A habit that comes less
   * often than this part of the rate of alarms is no longer one. A mean may have shifted if its deviation is above its limit less this part.
   */
  MIN_SHARE: 0.25,
  /**
   * Deviations up to which something is like others: a mean like a mode, a change like those of a state, a variation like a memoryless one.
   * Of noise, 99.7 % are.
   */
  ALIKE_DEVIATIONS: 3,
  /** Share of the larger of two movements. Two values are alike up to it, and up to a usual step; so are the levels of a state. */
  LEVEL_TOLERANCE: 0.2,
  /**
   * Deviations. An excursion is like others if ln of its size is at most so many above their mean: with three, a lost correlation is like
   * noise half as large.
   */
  SIZE_DEVIATIONS: 2,
  /** Ratio up to which two durations are alike. */
  LENGTH_RATIO: 2,
  /** Usual changes between readings. A smaller change is noise: it leaves no state, and is no turn. */
  MOVEMENT: 15,

  // Forecast.

  /**
   * Nats a reading. The share of the network rises from 0 at minus this margin over the baseline to 1 at plus this margin. Trust, in the
   * network or in days of rest, rises from 0 at this margin to 1 at twice as much.
   */
  BLEND_MARGIN: 0.1,
  /** Learning rate of the density of levels (Adam). */
  DENSITY_LEARNING_RATE: 0.01,

  // Records.

  /** Factor. A series that sets records, as a river in spring, sets more: their rate is three times their share in the last week. */
  RECORD_TREND: 3,
  /** Usual steps. A record by fewer counts in proportion: a drifting series sets such records with every reading. */
  FULL_RECORD_STEPS: 2,
  /** Share of the range. Mean excess of a record, before there are data. */
  EXCESS_PRIOR: 0.1,

  // All kinds together (evidence/score.ts). A sum equal to the alarm threshold gives an evidence of 1.

  /** Weight of a kind: evidence for each decade of rarity. */
  WEIGHT: 0.2,
  /** The same of a record, which is outside of all that was calibrated. */
  RECORD_WEIGHT: 0.6,
  /**
   * The same of a rare level, where anomalies are absorbed. Where they are held the mean shift, whose reference does not learn there,
   * asks nearly the same, and nine of ten false alarms of noise with heavy tails were levels.
   */
  ABSORBED_LEVEL: 0.365,
  /** The same of a series that leaves its group: the residual has no level or season of its own. */
  CORRELATION_WEIGHT: 0.3,
  /** The same of single steps, and of their order. */
  STEP_WEIGHT: 0.15,
  /** Share. The part above the threshold of the collective sum, and of a level rare in its hour, counts this much of itself. */
  EXCESS_SHARE: 0.1,
  /** Score. A reading above this is an outlier: a recent past of them does not change which steps are usual. */
  OUTLIER: 4,

  // From the evidence to the return period, and from that to the score.

  /** Score for a factor of ten in the return period, or in the number of chances. */
  SCORE_PER_DECADE: 0.3,
  /** Share. A factor of ten in the rate of readings counts as this much of one in chances: at shorter intervals they are more alike. */
  RATE_SHARE: 0.25,
  /** Factor. Where anomalies are held the threshold is this much higher: a held alarm lasts, so a false one costs more. */
  HELD_THRESHOLD: 1.15,
  /**
   * Share. A past event counts this much among those that are at least as novel. Eight noises, a reading every 5 minutes, one alarm a week
   * asked for: 0.18 to 0.86 of them come with 1, 0.58 to 1.5 with 0.5.
   */
  EVENT_SHARE: 0.5,
  /** Readings belong to an excursion from the evidence on that the prior gives so many times as often as alarms are asked for. */
  LINE_PER_ALARM: 200,
};

export const CONSTANTS: Readonly<typeof VALUES> = VALUES;
