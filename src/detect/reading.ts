/** Units of time for the rate of a counter. */
export const RATE_UNITS = ['second', 'minute', 'hour', 'day'] as const;
export type RateUnit = (typeof RATE_UNITS)[number];

/** One measurement of one series. `value` is finite; `at` is event time in epoch ms. */
export interface Reading {
  /** The series' slug: `[a-z0-9_-]+`, unique on the site. */
  readonly series: string;
  readonly at: number;
  readonly value: number;
  /** When it arrived, epoch ms: silence is measured in this time. */
  readonly receivedAt: number;
  /** The time given by the device, epoch ms, where it is not possible: then `at` is the time of arrival. */
  readonly saidAt?: number;
}

/** Options of one series. For a counter, limits and unit are those of the rate. */
export interface SeriesInfo {
  readonly slug: string;
  /** The name in sentences; if absent, the slug is used. */
  readonly label?: string | undefined;
  /** As shown in sentences, for example "°C"; empty if there is none. */
  readonly unit: string;
  /** Physically possible values; a reading outside is a sensor fault, never learned. */
  readonly range: readonly [number, number] | null;
  /** Which deviations matter. */
  readonly only: 'both' | 'above' | 'below';
  /** Largest possible change of a value within a usual interval; absent for no limit. */
  readonly maxStep?: number | undefined;
  /** The values count up, and their rise per this unit of time is watched; absent for values that are measurements. */
  readonly counter?: RateUnit | undefined;
  /** A deviation smaller than this, in the unit of the series, is no alarm; 0 if absent. */
  readonly minDeviation?: number | undefined;
  /** The same in percent of the expected value; both must be reached. */
  readonly minDeviationPercent?: number | undefined;
}

/** Whether the operator asks for deviations in the direction of `by`. */
export const isAsked = (only: SeriesInfo['only'], by: number): boolean =>
  only === 'both' || by > 0 === (only === 'above');
