import type { Observable } from 'rxjs';
import type { AnomalyEvent } from '../detect/episode/anomaly.ts';
import type { EpisodeRecord, IncidentEvent, OpenIncident } from '../detect/episode/incidents.ts';
import type { Reading } from '../detect/reading.ts';
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

/** What the service does and leaves, since it was started; retained on the site's `health` topic. */
export interface Health {
  readonly at: number;
  /** How much the networks learn: less or nothing while there is more to do than can be done. */
  readonly learning: 'full' | 'reduced' | 'off';
  /** Readings that were judged, and those of them that a network did not learn from for want of time. */
  readonly readings: number;
  readonly unlearned: number;
  /** What was refused or remarked on, by reason. */
  readonly refused: Readonly<Record<string, number>>;
}

/** Where alerts go. No call blocks; an alert goes out when it is written, and what cannot be sent is kept within a bound. */
export interface AlertPort {
  state(state: SeriesState): void;
  health(health: Health): void;
  event(event: AnomalyEvent): void;
  incident(event: IncidentEvent): void;
}

/** A stream's whole memory at one moment, as bytes that only the same shape of stream can read back. */
export interface Snapshot {
  readonly stream: string;
  readonly at: number;
  /** The last row of the journal that it knows; what is in later ones has come since. */
  readonly seq: number;
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

/** The log of anomalies and of what could not be read. It is written to from within the ledger's transaction. */
export interface AnomalyLogPort {
  /** Writes the episode's row. */
  record(episode: EpisodeRecord): void;
  /** Writes the incident's row. */
  recordIncident(event: IncidentEvent): void;
  /** Those that were not over when last told, in the order in which they began. */
  openIncidents(): readonly OpenIncident[];
  /** Keeps rejects for inspection, the newest `quarantine.rows` of them. */
  quarantine(rejected: readonly Rejected[]): void;
}

/** What was learned, as it was at times that the journal leads on from. Written from within the ledger's transaction. */
export interface SnapshotPort {
  /** Names of the streams that have a snapshot. */
  streams(): readonly string[];
  /** The present snapshots of a stream that are whole, the newest first, and how many are damaged. */
  load(stream: string): { readonly whole: readonly Snapshot[]; readonly damaged: number };
  /** Adds to the snapshots of each stream in the place of the oldest of three. */
  save(snapshots: readonly Snapshot[]): void;
  /** Puts one in the place of all that a stream has. */
  replace(snapshot: Snapshot): void;
  /** The row of the journal from which on it takes to bring any of a stream's snapshots up to date; null where there is none. */
  oldest(stream: string): number | null;
  /** Past states of a stream from before `at`, the newest first: a few, the fewer the older, and none that is damaged. */
  before(stream: string, at: number): readonly Snapshot[];
  /** Drops the past states from `at` on: what they know is to be forgotten. */
  forgetSince(stream: string, at: number): void;
}

/** All that changes a stream: what was heard, times at which we looked or began to listen, and what could be done. */
export type Entry =
  | { readonly kind: 'message'; readonly source: number; readonly readings: readonly Reading[] }
  | { readonly kind: 'tick'; readonly at: number }
  | { readonly kind: 'wake'; readonly at: number; readonly awayMs: number }
  | { readonly kind: 'effort'; readonly learnEvery: number };

/** Where in the site file a series comes from. */
export interface Origin {
  readonly input: number;
  readonly field: number;
}

/**
 * The durable order: what is heard is written before it is acknowledged, and together with all that followed from it. What
 * the methods are told waits for a common transaction, which comes between two messages.
 */
export interface LedgerPort {
  /** The row of the journal that the next transaction completes. */
  readonly seq: number;
  /** A message has come. False when it is a redelivery of one that was read before: it is only acknowledged once more. */
  admit(message: Message): boolean;
  /** What was read of it; `originOf` tells of any series in it where it comes from. */
  read(source: number, readings: readonly Reading[], originOf: (series: string) => Origin): void;
  /** Time is looked at. */
  tick(at: number): void;
  /** For the last `awayMs` nobody listened, see `StreamMonitor.wake`. */
  wake(at: number, awayMs: number): void;
  /** How often networks learn from now on, see `StreamMonitor.learnEvery`. */
  effort(learnEvery: number): void;
  /**
   * Has something written with the next transaction; `then` follows when that is on the disk. What is urgent is written
   * at the end of this turn, and `then` follows even if it cannot be.
   */
  write(what: () => void, then?: () => void, urgent?: boolean): void;
  /** `what` writes all streams, for when what was heard cannot be kept until it can be written. */
  onOverflow(what: () => void): void;
  /** What earlier runs wrote, in order, as far as it was not trimmed. */
  past(): Iterable<{ readonly seq: number; readonly entry: Entry }>;
  /** Of a series in an entry of the past. */
  originOf(series: string): Origin | null;
  /** What is in rows up to this one is no longer needed. */
  trim(seq: number): void;
}

/** All that the pipeline knows of the outside. */
export interface Ports {
  readonly messages$: Observable<Message>;
  readonly alerts: AlertPort;
  readonly anomalyLog: AnomalyLogPort;
  readonly snapshots: SnapshotPort;
  readonly ledger: LedgerPort;
}
