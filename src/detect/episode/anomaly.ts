/**
 * A sensor fault and a process anomaly are different kinds, because the operator repairs different things. Drift is a slow change
 * since the training period.
 */
export type AnomalyKind = 'process' | 'sensor' | 'drift';

/** From the largest effect in the episode (severity.ts). It never falls. */
export type Severity = 'minor' | 'major' | 'critical';

/** Why an episode has ended: the score was low again, the operator ended it, or its series is no longer in the group. */
export type Ending = 'calm' | 'accepted' | 'reset' | 'forgotten' | 'removed';

/**
 * One episode: from the first reading with a raised score until the stream is normal again.
 * `value`, `expected`, `lower` and `upper` are those of the leading series at the peak.
 */
export interface Anomaly {
  /**
   * `<stream>-p<openedAt in base 36>`, for drift `<stream>-d...`, for a sensor `<series>-s...`. The same readings give the same
   * id, so that receivers can drop duplicates.
   */
  readonly id: string;
  readonly stream: string;
  /** The series that contributed most at the peak. */
  readonly series: string;
  /** Its display name, where one was given; not in the database. */
  readonly label?: string;
  readonly kind: AnomalyKind;
  readonly severity: Severity;
  /** When the score rose above `hysteresis` for the last time before the alarm: earlier than `openedAt` if detection was late. */
  readonly startAt: number;
  /** When the alarm was raised. */
  readonly openedAt: number;
  readonly peakAt: number;
  /** When the score was last above 1; null while the episode is open. */
  readonly endAt: number | null;
  /** Null while the episode is open. */
  readonly endedBy: Ending | null;
  /** The peak score; above 1 is anomalous. */
  readonly score: number;
  /** Confidence in the alarm, 0 to 1, independent of its severity; null in rows of version 0.1, which had none. */
  readonly confidence: number | null;
  readonly value: number | null;
  readonly expected: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  /**
   * Where the forecast is two intervals, `lower` to gap[0] or gap[1] to `upper`. Not in the database.
   */
  readonly gap?: readonly [number, number];
  readonly unit: string;
  /** Share of each series in the peak score; sums to 1. */
  readonly contributions: Readonly<Record<string, number>>;
  /** Share of each kind of evidence in the peak score, without those of 0; sums to 1. */
  readonly evidence: Readonly<Record<string, number>>;
  /** One plain sentence with numbers and units. */
  readonly reason: string;
  /** Id of the episode that began the incident which this one is part of; null until the site has grouped it. */
  readonly incident: string | null;
}

export type EpisodePhase = 'opened' | 'updated' | 'closed';

/** A change of an episode to publish: opened once, updated when the severity rises or the level changes, closed once. */
export interface AnomalyEvent {
  readonly phase: EpisodePhase;
  readonly at: number;
  readonly anomaly: Anomaly;
  /** Of an open episode: until when it stays an alarm and is not learned, if the deviation does not end; absent where it is not held. */
  readonly heldUntil?: number;
  /** Of a closed episode: until when only a higher score than its peak opens another one; absent where there is no such time. */
  readonly coolDownUntil?: number;
  /** In an update for a level change (level-changes.ts): its number in the episode, from 1. */
  readonly levelChange?: number;
}
