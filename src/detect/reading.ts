/** One measurement of one series. `value` is finite; `at` is event time in epoch ms. */
export interface Reading {
  /** The series' slug: `[a-z0-9_-]+`, unique on the site. */
  readonly series: string;
  readonly at: number;
  readonly value: number;
  /** When it reached us, epoch ms: the time in which silence is measured. */
  readonly receivedAt: number;
}

/** What the operator said about one series. */
export interface SeriesInfo {
  readonly slug: string;
  /** As shown in sentences, for example "°C"; empty where none was given. */
  readonly unit: string;
  /** Physically possible values; a reading outside is a sensor fault, never learned. */
  readonly range: readonly [number, number] | null;
  /** Which deviations matter. */
  readonly only: 'both' | 'above' | 'below';
}
