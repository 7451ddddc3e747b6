import type { Observable } from 'rxjs';
import type { AnomalyEvent } from '../detect/episode/anomaly.ts';
import type { EpisodeRecord, IncidentEvent, OpenIncident } from '../detect/episode/incidents.ts';
import type { Reading } from '../detect/reading.ts';
import type { Message } from './message.ts';

/** What the outside knows of one series, retained on its `state` topic. Null where nothing is known yet. */
export interface SeriesState {
  readonly slug: string;
  /** Its display name; null where none was given. */
  readonly label: string | null;
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
  readonly untrained: number;
  /** What was refused or remarked on, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Events dropped because too many waited for the broker. */
  readonly droppedEvents: number;
  /** Database writes dropped because too many waited for a failing database. */
  readonly droppedWrites: number;
}

/** Where alerts go. No call blocks; an alert goes out when it is written, and what cannot be sent is kept within a bound. */
export interface AlertPort {
  state(state: SeriesState): void;
  health(health: Health): void;
  event(event: AnomalyEvent): void;
  incident(event: IncidentEvent): void;
  /** Events dropped since the start because too many waited for the broker. */
  readonly droppedEvents: number;
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

/** An event that changes a stream. The journal stores these events in order, and a restart replays them. */
export type Entry =
  | { readonly kind: 'message'; readonly source: number; readonly readings: readonly Reading[] }
  | { readonly kind: 'tick'; readonly at: number }
  | { readonly kind: 'downtime'; readonly at: number; readonly downtimeMs: number }
  | { readonly kind: 'training_rate'; readonly learnEvery: number };

/** The input and field of the site file that produce a series; both are indexes. */
export interface Origin {
  readonly input: number;
  readonly field: number;
}

/**
 * Durable order: a message is acknowledged only after its readings, and everything derived from them, are on the disk. The
 * methods collect work for one shared transaction, which runs between two messages.
 */
export interface LedgerPort {
  /** Writes dropped since the start because too many waited for the database. */
  readonly droppedWrites: number;
  /** The journal row that the next transaction completes. */
  readonly seq: number;
  /** Call for each message. False: it repeats a message that was read before, and is only acknowledged again. */
  admit(message: Message): boolean;
  /** Records the readings of the admitted message; `originOf` gives the origin of each of its series. */
  recordReadings(source: number, readings: readonly Reading[], originOf: (series: string) => Origin): void;
  /** Records that the streams processed a tick at `at`, epoch ms. */
  recordTick(at: number): void;
  /** Records that the service received nothing in the `downtimeMs` before `at`; Infinity: unknown. */
  recordDowntime(at: number, downtimeMs: number): void;
  /** Records that networks train on one of every `learnEvery` samples from now on; 0: none. */
  recordTrainingRate(learnEvery: number): void;
  /**
   * Runs `task` in the next transaction, and `afterwards` when that transaction is on the disk. An urgent write commits at the
   * end of this turn, and its `afterwards` runs even if the database cannot be written. While the database fails, writes wait
   * within a bound; beyond it the oldest is dropped and counted, and its `afterwards` runs.
   */
  write(task: () => void, afterwards?: () => void, urgent?: boolean): void;
  /** `saveAll` saves every stream. It is called in a transaction when the journal had to drop entries. */
  onOverflow(saveAll: () => void): void;
  /** The entries of earlier runs that were not trimmed, in order. */
  entries(): Iterable<{ readonly seq: number; readonly entry: Entry }>;
  /** The origin of a series that an entry names. */
  originOf(series: string): Origin | null;
  /** Allows the ledger to delete the rows up to `seq`. */
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
