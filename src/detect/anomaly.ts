/** A sensor that fails is not a process that misbehaves: the operator repairs different things. */
export type AnomalyKind = 'process' | 'sensor';

/** From the peak score: below 2, below 4, and above. */
export type Severity = 'minor' | 'major' | 'critical';

/**
 * One episode: from the first reading over the line until the stream has been quiet again.
 * `value`, `expected`, `lower` and `upper` are those of the leading series at the peak.
 */
export interface Anomaly {
  /**
   * `<stream>-p<start in base 36>`, of a sensor `<series>-s<start in base 36>`: the same readings give the same id, so
   * that receivers can drop duplicates.
   */
  readonly id: string;
  readonly stream: string;
  /** The series that contributed most at the peak. */
  readonly series: string;
  readonly kind: AnomalyKind;
  readonly severity: Severity;
  readonly startAt: number;
  readonly peakAt: number;
  /** Null while the episode is open. */
  readonly endAt: number | null;
  /** The peak score; above 1 is anomalous. */
  readonly score: number;
  readonly value: number | null;
  readonly expected: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly unit: string;
  /** Share of each series in the peak score; sums to 1. */
  readonly contributions: Readonly<Record<string, number>>;
  /** One plain sentence with numbers and units. */
  readonly reason: string;
}

export type EpisodePhase = 'opened' | 'updated' | 'closed';

/** What an episode has to tell the world: once opened, when it worsens, once closed. */
export interface AnomalyEvent {
  readonly phase: EpisodePhase;
  readonly at: number;
  readonly anomaly: Anomaly;
}
