import type { Anomaly } from '../../detect/episode/anomaly.ts';
import type { TimeWindow } from '../../io/files/label-windows.ts';
import type { Trace } from './trace.ts';

/** The data of one run over a recording for its charts. */
export interface RunView {
  readonly firstAt: number;
  readonly lastAt: number;
  readonly columns: readonly string[];
  /** Name of the series of each column. */
  readonly series: readonly string[];
  readonly trace: Pick<Trace, 'at' | 'score' | 'series'>;
  readonly episodes: readonly Anomaly[];
  /** Text beside the name of the d-th column; null for none. */
  readonly noteOf: (d: number) => string | null;
  /** The contender that made the forecasts. */
  readonly forecaster: string;
  /** The labelled times; null when there are no labels. */
  readonly labels: readonly TimeWindow[] | null;
}
