/**
 * A sensor that fails is not a process that misbehaves: the operator repairs different things. Drift is a slow change
 * against the time in which the series was first learned.
 */
export type AnomalyKind = 'process' | 'sensor' | 'drift';

/** From the peak score: below 2, below 4, and above. */
export type Severity = 'minor' | 'major' | 'critical';

/** Why an episode is over: it was calm again, the operator said so, or its series is no longer in the group. */
export type Ending = 'calm' | 'accepted' | 'reset' | 'forgotten' | 'removed';

/**
 * One episode: from the first reading that was raised until the stream has been quiet again.
 * `value`, `expected`, `lower` and `upper` are those of the leading series at the peak.
 */
export interface Anomaly {
  /**
   * `<stream>-p<opened in base 36>`, of a drift `-d`, of a sensor `<series>-s`: the same readings give the same id, so
   * that receivers can drop duplicates.
   */
  readonly id: string;
  readonly stream: string;
  /** The series that contributed most at the peak. */
  readonly series: string;
  /** Its display name, where one was given; not in the database. */
  readonly label?: string;
  readonly kind: AnomalyKind;
  readonly severity: Severity;
  /** Since when the score had been raised without interruption, which a late detection tells only afterwards. */
  readonly startAt: number;
  /** When the alarm was raised. */
  readonly openedAt: number;
  readonly peakAt: number;
  /** When the score was last over the line; null while the episode is open. */
  readonly endAt: number | null;
  /** Null while the episode is open. */
  readonly endedBy: Ending | null;
  /** The peak score; above 1 is anomalous. */
  readonly score: number;
  /** How sure the alarm is, 0 to 1, apart from how bad; null where it was not known yet (rows of version 0.1). */
  readonly confidence: number | null;
  readonly value: number | null;
  readonly expected: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly unit: string;
  /** Share of each series in the peak score; sums to 1. */
  readonly contributions: Readonly<Record<string, number>>;
  /** Share of each kind of evidence that spoke at the peak; sums to 1. */
  readonly evidence: Readonly<Record<string, number>>;
  /** One plain sentence with numbers and units. */
  readonly reason: string;
  /** Id of the episode that began the incident which this one is part of; null until the site has grouped it. */
  readonly incident: string | null;
}

export type EpisodePhase = 'opened' | 'updated' | 'closed';

/** What an episode has to tell the world: once opened, when it worsens or moves on, once closed. */
export interface AnomalyEvent {
  readonly phase: EpisodePhase;
  readonly at: number;
  readonly anomaly: Anomaly;
  /** Of an update that tells of a move (level-changes.ts): which since the episode opened, from 1. */
  readonly levelChange?: number;
}
