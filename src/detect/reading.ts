/** The time that the rate of a counter is given in. */
export const RATE_UNITS = ['second', 'minute', 'hour', 'day'] as const;
export type RateUnit = (typeof RATE_UNITS)[number];

/** One measurement of one series. `value` is finite; `at` is event time in epoch ms. */
export interface Reading {
  /** The series' slug: `[a-z0-9_-]+`, unique on the site. */
  readonly series: string;
  readonly at: number;
  readonly value: number;
  /** When it reached us, epoch ms: the time in which silence is measured. */
  readonly receivedAt: number;
  /** What the device gave as the time, epoch ms, where that cannot be: then `at` is by arrival. */
  readonly saidAt?: number;
}

/** What the operator said about one series; of a counter, limits and unit are those of the rate. */
export interface SeriesInfo {
  readonly slug: string;
  /** The name in sentences; the slug where none was given. */
  readonly label?: string | undefined;
  /** As shown in sentences, for example "°C"; empty where none was given. */
  readonly unit: string;
  /** Physically possible values; a reading outside is a sensor fault, never learned. */
  readonly range: readonly [number, number] | null;
  /** Which deviations matter. */
  readonly only: 'both' | 'above' | 'below';
  /** The furthest that a value can move within a usual interval; absent for no limit. */
  readonly maxStep?: number | undefined;
  /** The values count up, and what is watched is their rise in this time; absent for values that are one. */
  readonly counter?: RateUnit | undefined;
  /** A deviation smaller than this, in the series' unit, is no alarm; 0 where left out. */
  readonly minDeviation?: number | undefined;
  /** The same in percent of what was expected; both must be reached. */
  readonly minDeviationPercent?: number | undefined;
}

/** Whether a deviation by so much is in a direction that matters. */
export const isAsked = (only: SeriesInfo['only'], by: number): boolean =>
  only === 'both' || by > 0 === (only === 'above');
