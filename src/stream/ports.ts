import type { Observable } from 'rxjs';
import type { Anomaly, AnomalyEvent } from '../detect/anomaly.ts';
import type { IncidentEvent } from '../detect/incidents.ts';
import type { Message } from './message.ts';

/** What the outside knows of one series, retained on its `state` topic. Null where nothing is known yet. */
export interface SeriesState {
  readonly slug: string;
  readonly at: number;
  readonly phase: 'learning' | 'ready' | 'silent';
  /** 0 to 1; 1 once alarms may be raised. */
  readonly warmup: number;
  readonly value: number | null;
  readonly expected: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly score: number | null;
  readonly anomaly: 'ON' | 'OFF';
  /** Whether it is slowly elsewhere than when it was learned; apart from `anomaly`, as it may last for months. */
  readonly drift: 'ON' | 'OFF';
  /** By how many nats a reading the network forecasts better than the baseline; null where there is no network. */
  readonly margin: number | null;
  readonly unit: string;
}

/** Where alerts go. No call blocks; what cannot be sent now is kept within a bound and sent later. */
export interface AlertPort {
  state(state: SeriesState): void;
  event(event: AnomalyEvent): void;
  incident(event: IncidentEvent): void;
}

/** A stream's whole memory at one moment, as bytes that only the same shape of stream can read back. */
export interface Snapshot {
  readonly stream: string;
  readonly at: number;
  readonly version: number;
  /** What the bytes are made for; a stream of another shape refuses them. */
  readonly shape: string;
  readonly bytes: Uint8Array;
}

export interface Rejected {
  readonly at: number;
  readonly topic: string;
  readonly reason: string;
  readonly payload: Uint8Array;
}

/** The log of anomalies and of what could not be read. Every call has committed when it returns. */
export interface AnomalyLogPort {
  /** Writes the episode's row and, in the same transaction, the state that produced it. */
  record(event: AnomalyEvent, snapshot: Snapshot): void;
  /** Writes the incident's row. */
  recordIncident(event: IncidentEvent): void;
  /** All episodes of the incidents that were not over, the oldest first. */
  inOpenIncidents(): readonly Anomaly[];
  /** Keeps a reject for inspection, the newest `quarantine.rows` of them. */
  quarantine(rejected: readonly Rejected[]): void;
}

export interface SnapshotPort {
  /** Names of the streams that have a snapshot. */
  streams(): readonly string[];
  /** The newest snapshot of a stream, null when there is none; throws an `AppError` when it is damaged. */
  load(stream: string): Snapshot | null;
  /** Replaces the snapshots of these streams in one transaction. */
  save(snapshots: readonly Snapshot[]): void;
  /** Past states of a stream from before `at`, the newest first: a few, the fewer the older, and none that is damaged. */
  before(stream: string, at: number): readonly Snapshot[];
  /** Drops the past states from `at` on: what they know is to be forgotten. */
  forgetSince(stream: string, at: number): void;
}

/** All that the pipeline knows of the outside. */
export interface Ports {
  readonly messages$: Observable<Message>;
  readonly alerts: AlertPort;
  readonly anomalyLog: AnomalyLogPort;
  readonly snapshots: SnapshotPort;
}
