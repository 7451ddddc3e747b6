import { DAY_MS, WEEK_MS } from '../math/time.ts';

/**
 * Every constant between a reading and its score, with its unit and its reason, in the order of the five steps. A number that is
 * declared elsewhere is the size or resolution of a table, a guard against overflow, or follows from one of these (the list is in
 * test/detect/constants.test.ts). The drift test has a score of its own and keeps its constants.
 *
 * A file takes its constants from here when it is loaded. So a benchmark that assigns other values before it loads the detector
 * measures with those (`--constant`, bench/accuracy.mjs). Nothing else may assign.
 */
const VALUES = {
  // Observe: the long memory, and the axes of level and step.

  /** Readings. Fewest in the long memory, over which scales, means and usual values are measured. */
  MIN_SPAN: 2000,
  /** ms. The long memory lasts a week at any rate of readings, so that it has seen each weekday. */
  LONG_MEMORY_MS: WEEK_MS,
  /** Deviations. A value or step further out counts as this many in mean and scale, so that one cannot distort them. */
  WINSOR: 6,

  // Forecast.

  /** Readings. Fewest in the baseline's density of the whole day: 167 for each hour, so that the counts of 32 bins are more than chance. */
  BASELINE_SPAN: 4000,
  /** Readings. The density of the whole day counts as this many in each hour of the day. */
  BASELINE_SHARED: 32,
  /** Readings. Count of each bin of a histogram before the first one: what was never seen is rare, not impossible. */
  COUNT_PRIOR: 0.05,
  /** Nats. Largest loss of one reading in the mean losses. */
  MAX_LOSS: 20,
  /** Nats a reading. The trust in the network rises from 0 at BLEND_MARGIN to 1 at so much more. */
  TRUST_RANGE: 0.4,
  /**
   * Share of the way back to their initial values that the network's parameters move in 1024 updates: patterns that do not recur are
   * forgotten within 100,000 updates. Detection is the same with and without it, and worse at 5 times as much (docs/detection.md).
   */
  REGENERATION: 0.01,
  /**
   * Nats a reading. The share of the network rises from 0 at minus this margin over the baseline to 1 at plus this margin.
   */
  BLEND_MARGIN: 0.1,

  // Evidence of all kinds: from a quantity to a rarity.

  /** Readings of history below which no kind has a score. */
  READY_AFTER: 40,
  /**
   * Readings from which a scale is known: from n readings it is known to 1 / sqrt(2 n) only, so with fewer a score is multiplied by
   * sqrt(n / 100). Also of the recent scale of steps.
   */
  SURE_AFTER: 100,
  /** Share of the past that counts as the tail, modelled instead of counted. Records are no rarer: their rate cannot be estimated. */
  TAIL: 0.02,
  /** Values. Past values are halved in weight when those of a week have been counted, and at least so many: 400 to 800 of them are the tail. */
  HALVE_AT: 40_000,
  /** Readings from which on chance takes from a rarity, and up to which. */
  CHANCE_FROM: 1000,
  CHANCE_UP_TO: 50_000,
  /** Decades of rarity. Taken from each rarity for each factor of 10 in readings relative to 1,000; below that it adds. */
  CHANCE_PER_DECADE: 0.65,

  // Evidence: extreme.

  /** Factor. A series that sets records, as a river in spring, sets more: their rate is three times their share in the last week. */
  RECORD_TREND: 3,
  /** Usual steps. A record by fewer counts in proportion: a drifting series sets such records with every reading. */
  FULL_RECORD_STEPS: 2,
  /** Records, and share of the range. Prior of the mean excess: five excesses of a tenth of the range. */
  EXCESS_PRIOR_COUNT: 5,
  EXCESS_PRIOR: 0.1,

  // Evidence: level, correlation, sequence, volatility.

  /**
   * Readings over which the surprisal of a level, and the residual against the group, are averaged; the loss of a sequence over half
   * of them, and the squares of steps over four times as many.
   */
  EVIDENCE_SPAN: 12,
  /** Learning rate of the density of levels (Adam). */
  DENSITY_LEARNING_RATE: 0.01,
  /** Samples. Fewest in mean and covariance of the group, which are those of the last week. */
  REGRESSION_SPAN: 5000,
  /** Readings. Counts spread over all bins of the volatility before the first one: a new one is rare, not impossible. */
  VOLATILITY_PRIOR: 10,
  /** Readings of the scales of step and volatility: of nearly all history. */
  VOLATILITY_LONG_SPAN: 1e6,
  /** Variances. Added to each, so that two series that always agree, and one that stands still, leave room for measurement noise. */
  RIDGE: 1e-3,

  // Evidence: jump, and the states of duration.

  /**
   * Share of the long run. Smallest recent variance of steps: after a calm period an ordinary step, as of a river that thaws, is no
   * spike. And the part of the deviation of all values below which a change leaves no state.
   */
  MIN_SHARE: 0.25,

  // Evidence: sequence.

  /** Nats. The logarithm of the test martingale is calibrated from here on: a lower one, of forecasts that come true, is as common. */
  SEQUENCE_LEAST: -4,
  /** Readings over which a forecast is tested: a wrong order of a few readings, and a state that lasts too long for the forecast. */
  SEQUENCE_SHORT: 8,
  SEQUENCE_LONG: 64,

  // Evidence: flatline, flatline_exit.

  /** Decades of rarity. Largest of a flatline: by itself it is no alarm, sensor/stuck-detector.ts reports stuck sensors. */
  MAX_FLATLINE_RARITY: 7,

  // Evidence: mean_shift.

  /** Readings in the recent mean. */
  SHIFT_SPAN: 10,
  /** Deviations, and decades of rarity. Both limits must be exceeded: |z|, and the rarity of |z| in its own history. */
  SHIFT_Z: 6.4,
  SHIFT_RARITY: 4,
  /** Deviations. A mean within so many of a mode, or of the changes of a state, is in it: of noise, 99.7 % are. */
  MODE_DEVIATIONS: 3,

  // Evidence: duration.

  /** Usual changes, within the state and within the series. A larger change leaves a state. */
  STATE_CHANGES: 10,
  /** Factor by which the usual change, a median, follows the changes with each reading. */
  MEDIAN_FACTOR: 1.05,
  /** Dwells of a state, or of all states, from which what is usual is known; older ones weigh less than 1/e. */
  DWELL_SPAN: 200,
  /**
   * Largest coefficient of variation of the cube root of a dwell. That of a memoryless dwell (exponential) is 0.36. One that varies
   * more comes in bursts or from noise: nothing follows from its being long.
   */
  MAX_DWELL_VARIATION: 0.42,
  /**
   * Dwells over which the deviation of ended ones is averaged, and of a state before its rate of exits is known. It is judged after
   * twice as many. After another life has begun the past counts as so many.
   */
  FEW_DWELLS: 4,

  // Evidence: cycle.

  /** Usual changes between readings. A smaller movement up or down is no turn: noise has none. */
  TURN_CHANGES: 15,
  /** Share of the smallest movement that is a turn. A series turns at an unusual level from there on, and at steady levels below it. */
  TURN_SHARE: 0.5,

  // Evidence: occupancy.

  /** Days on which an hour must have been seen until it is judged; its surprisals are history after two thirds of them. */
  HOUR_JUDGED_DAYS: 9.5,
  /**
   * Days over which levels are counted; older ones weigh less than 1/e. Four weeks, so that each weekday counts; with fewer
   * independent days than half of them, each weekday twice, a rarity counts in proportion to them.
   */
  OCCUPANCY_DAYS: 28,

  // Evidence: all kinds together.

  /** Weights of the kinds in the three sums (evidence/score.ts). A sum equal to the alarm threshold gives a score of 1. */
  COLLECTIVE_EXTREME: 0.6,
  COLLECTIVE_LEVEL: 0.365,
  COLLECTIVE_FORECAST_ERROR: 0.03,
  COLLECTIVE_SEQUENCE: 0.135,
  COLLECTIVE_VOLATILITY: 0.195,
  POINT_FORECAST_ERROR: 0.15,
  POINT_JUMP: 0.15,
  POINT_FLATLINE: 0.125,
  POINT_FLATLINE_EXIT: 0.065,
  CONTEXTUAL_FORECAST_ERROR: 0.2,
  CONTEXTUAL_SEQUENCE: 0.25,
  CONTEXTUAL_CORRELATION: 0.3,
  CONTEXTUAL_DURATION: 0.2,
  CONTEXTUAL_OCCUPANCY: 0.2,
  /**
   * Share. Where anomalies are held, a rare level counts this much of itself: the mean shift, whose reference does not learn there,
   * asks nearly the same, and nine of ten false alarms of noise with heavy tails were levels.
   */
  HELD_LEVEL: 0.53,
  /** Share. The part above the threshold of the collective sum, and of a level rare in its hour, counts this much of itself. */
  EXCESS_SHARE: 0.1,

  // Rate: from the evidence to the return period, and from that to the score.

  /** Score for a factor of ten in the return period, or in the number of chances. */
  SCORE_PER_DECADE: 0.3,
  /** ms between readings: the interval at which the weights of the evidence were set. */
  REFERENCE_INTERVAL_MS: 300_000,
  /** Share. A factor of ten in the rate of readings counts as this much of one in chances: at shorter intervals they are more alike. */
  RATE_SHARE: 0.25,
  /** Factor. Where anomalies are held the threshold is this much higher: a held alarm lasts, so a false one costs more. */
  HELD_THRESHOLD: 1.15,
  /** Weeks. What was seen k times in w weeks is no rarer than k / (w + 2): the first week of a series is no measure of a rate. */
  NOVELTY_LEAST_WEEKS: 2,
  /** Weeks. In the first days everything is new: an excursion at this age of the stream counts half, a later one more. */
  HALF_WEIGHT_WEEKS: 2 / 7,
  /** Weeks. Excursions fade with this time constant: a habit that does not come for two months is no longer one. */
  MEMORY_WEEKS: 8,
  /**
   * An excursion has ended after so long, ms, and so many readings, below the line (runs declustering; S. Coles, "An Introduction to
   * Statistical Modeling of Extreme Values", 2001, section 5.3). The averages of the kinds of evidence fade within 12 readings.
   */
  RUN_MS: 15 * 60_000,
  RUN_READINGS: 5,
  /** Readings belong to an excursion from the evidence on that the prior gives so many times as often as alarms are asked for. */
  LINE_PER_ALARM: 200,
  /** ms. Longest spell: what comes again within it is one event. */
  SPELL_MS: DAY_MS,
  /** A spell is no longer than this part of the time observed: what comes all the time is known after hours, not after days. */
  SPELLS_IN_AGE: 10,
  /**
   * Occurrences from which on something recurs: a signature is a habit, if it comes more often than alarms are asked for, and a rare
   * level or dwell belongs to the normal life of the series (evidence/recurrence-gate.ts). A prior spread counts as so many.
   */
  RECURS: 3,
  /** Share. It stays one down to half of that rate: one that comes about once a week would be announced five times a year. */
  STILL_A_HABIT: 0.5,
  /** Share of the larger of two movements. Two values are alike up to it, and up to a usual step; so are the levels of a state. */
  LEVEL_TOLERANCE: 0.2,
  /** Ratio up to which two durations are alike. */
  LENGTH_RATIO: 1.6,
  /** Deviations. An excursion is like others if ln of its size is at most so many above their mean. */
  SIZE_DEVIATIONS: 2,
  /** Occurrences spread evenly over the day that the distribution over its parts begins with. */
  EVEN_OCCURRENCES: 2,
  /** Share. Weight of the newest occurrence in the means of a signature, or of the level of a state: at least this. */
  LEAST_WEIGHT: 0.1,

  // Learn: what may become normal.

  /**
   * ms. A hold ends after calm readings for so long: at a reading a second three of them are a pause in a fault. With a minute 14 of 37
   * change points on a pump rig at 1 Hz are missed instead of 16.
   */
  CALM_MS: 60_000,
  /** Score. A reading above this is an outlier: up to OUTLIER_PATIENCE of them do not change which steps are usual. */
  OUTLIER: 4,
  /** Readings: the size of a sample, not a time. Twenty tell another noise from some spikes at any rate of readings. */
  OUTLIER_PATIENCE: 20,
  /** Decades of rarity. A level in its hour, or a dwell, as rare as one of 1,000 is not learned at first (evidence/recurrence-gate.ts). */
  RARE: 3,
};

export const CONSTANTS: Readonly<typeof VALUES> = VALUES;
