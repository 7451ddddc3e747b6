import type { Anomaly } from '../../../detect/episode/anomaly.ts';

/** A part of a whole, 0 to 1. */
export interface Share {
  readonly name: string;
  readonly share: number;
}

/** One alarm, as every page shows it. Times are epoch ms. */
export interface AlarmFacts
  extends
    Pick<Anomaly, 'id' | 'stream' | 'series' | 'kind' | 'severity' | 'startAt' | 'openedAt' | 'confidence'>,
    Pick<Anomaly, 'value' | 'expected' | 'lower' | 'upper' | 'unit' | 'reason'> {
  /** Null: infinite. */
  readonly score: number | null;
}

/** One alarm with its course and its causes. */
export interface AlarmDetails extends AlarmFacts, Pick<Anomaly, 'peakAt' | 'endAt' | 'endedBy'> {
  /** Shares of the kinds of evidence, and of the series, in the peak score, the largest first. */
  readonly evidence: readonly Share[];
  readonly contributions: readonly Share[];
}
