import type { Observable } from 'rxjs';
import type { AnomalyEvent } from '../../detect/episode/anomaly.ts';
import type { Habit } from '../../detect/episode/habit.ts';
import type { ModeReturn, OperatingMode } from '../../detect/episode/operating-mode.ts';
import type { EpisodeRecord, IncidentEvent, OpenIncident } from '../../detect/episode/incidents.ts';
import type { Reading } from '../../detect/reading.ts';
import type { CommandPort, WindowPort } from './command-ports.ts';
import type { HistoryPort } from '../history/port.ts';
import type { Outside } from '../input.ts';
import type { KnownSignals } from '../known-signals.ts';
import type { Message } from '../message.ts';
import type { Rejected } from '../reject.ts';
import type { Snapshot } from './snapshot.ts';

export type * from './command-ports.ts';
export type { Rejected } from '../reject.ts';
export type { Snapshot } from './snapshot.ts';

/** The published state of one series, retained on its `state` topic. A field is null while it has no value. */
export interface SeriesState {
  readonly slug: string;
  /** Its display name; null when the site file gives none. */
  readonly label: string | null;
  readonly at: number;
  readonly phase: 'learning' | 'ready' | 'silent';
  /** 0 to 1; at 1 alarms are possible. */
  readonly warmup: number;
  /** Time until then if readings come as often as so far, ms. */
  readonly readyInMs: number | null;
  /** Cycles that the series has not completed yet: its usual values at another hour, or on another day, are not known. */
  readonly unseen: readonly ('day' | 'week')[];
  /** Until when its deviation stays an alarm and is not learned if it does not end, epoch ms; null where it is not held. */
  readonly heldUntil: number | null;
  /** Until when only a higher score than that of the last episode opens another one, epoch ms. */
  readonly coolDownUntil: number | null;
  /** Until when its present event, whose score is above 1, opens no alarm, because one like it did, epoch ms. */
  readonly sameEventUntil: number | null;
  readonly value: number | null;
  readonly expected: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly score: number | null;
  readonly anomaly: 'ON' | 'OFF';
  /** Whether the level has moved slowly away from the learned one; separate from `anomaly`, because it may last for months. */
  readonly drift: 'ON' | 'OFF';
  /** Whether the operator has stopped learning. */
  readonly frozen: 'ON' | 'OFF';
  /** Until when, epoch ms; null where it has no end, or is not. */
  readonly frozenUntil: number | null;
  /** The sensitivity with which it is scored: that of the site file, or one that the operator has set. */
  readonly sensitivity: number;
  /** Whether the operator has muted its alerts. */
  readonly muted: 'ON' | 'OFF';
  /** Whether it is in a maintenance window. */
  readonly maintenance: 'ON' | 'OFF';
  /** Until when, epoch ms; null where it is not. */
  readonly maintenanceUntil: number | null;
  /** How many nats per reading the network forecasts better than the baseline; null without a network. */
  readonly margin: number | null;
  /** A sentence about the level of the series, if it returned to one at which it stayed before; else null. */
  readonly mode: string | null;
  readonly unit: string;
}

/**
 * Publishes states and alerts. No call blocks. An alert is sent after it is written to the database; unsent alerts wait in a
 * bounded queue.
 */
export interface AlertPort {
  state(state: SeriesState): void;
  event(event: AnomalyEvent): void;
  incident(event: IncidentEvent): void;
  habit(habit: Habit): void;
  mode(mode: ModeReturn): void;
}

/** Stores episodes, incidents, habits and rejected messages. Its methods are called within the ledger's transaction. */
export interface AnomalyLogPort {
  /** Writes the episode's row. */
  record(episode: EpisodeRecord): void;
  /** Writes the incident's row. */
  recordIncident(event: IncidentEvent): void;
  /** The incidents that were open when last recorded, in order of their start. */
  openIncidents(): readonly OpenIncident[];
  /** Writes the habit's row. */
  recordHabit(habit: Habit): void;
  /** Replaces the rows of the habits of a stream by these: its habits now. */
  recordHabitsOf(stream: string, habits: readonly Habit[]): void;
  /** Replaces the rows of the operating modes of a stream by these. */
  recordModesOf(stream: string, modes: readonly OperatingMode[]): void;
  /** Stores rejects for inspection; the newest `quarantine.rows` are kept. */
  quarantine(rejected: readonly Rejected[]): void;
}

/**
 * Stores snapshots of streams. The journal has the events since the oldest needed snapshot. Its methods are called within the
 * ledger's transaction.
 */
export interface SnapshotPort {
  /** Names of the streams that have a snapshot. */
  streams(): readonly string[];
  /** The undamaged current snapshots of a stream, the newest first, and the number of damaged ones. */
  load(stream: string): { readonly whole: readonly Snapshot[]; readonly damaged: number };
  /** Adds a snapshot to each stream; it replaces the oldest of three. */
  save(snapshots: readonly Snapshot[]): void;
  /** Replaces all snapshots of a stream by this one. */
  replace(snapshot: Snapshot): void;
  /**
   * The first journal row needed to bring any current snapshot of a stream up to date; null when the stream has no snapshot.
   */
  oldest(stream: string): number | null;
  /**
   * Undamaged older snapshots of a stream from before `at`, the newest first. Only a few are kept, fewer the older they are.
   */
  before(stream: string, at: number): readonly Snapshot[];
  /** Deletes the snapshots from `at` on, when the operator has the stream forget that time. */
  forgetSince(stream: string, at: number): void;
}

/** What the operator says of an event of a series: a fault, normal, or null to take that back. */
export type Mark = 'fault' | 'normal' | null;

/**
 * A past event of a series: by when its signature came first, or by its time and its farthest value (null: not known). All
 * epoch ms.
 */
export type EventTime =
  { readonly firstAt: number } | { readonly from: number; readonly until: number; readonly value: number | null };

/** What a command of the operator does to a stream: plain data, so that the journal can repeat it. */
export type StreamAction =
  | { readonly do: 'freeze' | 'resume' | 'accept' | 'accept_drift'; readonly stream: string }
  /** `value` null: that of the site file. */
  | { readonly do: 'sensitivity'; readonly stream: string; readonly value: number | null }
  /** `series` null: all series of the stream. */
  | { readonly do: 'reset'; readonly stream: string; readonly series: string | null }
  /** Of the stream these series are in maintenance from now on, and no others. */
  | { readonly do: 'maintenance'; readonly stream: string; readonly series: readonly string[] }
  /** The device of these series of the stream says that it is there, or gone. */
  | {
      readonly do: 'availability';
      readonly stream: string;
      readonly series: readonly string[];
      readonly online: boolean;
    }
  | {
      readonly do: 'mark';
      readonly stream: string;
      readonly series: string;
      readonly mark: Mark;
      readonly event: EventTime;
    };

/** An event that changes a stream. The journal stores these events in order, and a restart replays them. */
export type Entry =
  | { readonly kind: 'message'; readonly source: number; readonly readings: readonly Reading[] }
  | { readonly kind: 'tick'; readonly at: number }
  | { readonly kind: 'downtime'; readonly at: number; readonly downtimeMs: number }
  | { readonly kind: 'training_rate'; readonly learnEvery: number }
  | { readonly kind: 'command'; readonly at: number; readonly action: StreamAction };

/** The input and field of the site file that produce a series; both are indexes. */
export interface Origin {
  readonly input: number;
  readonly field: number;
}

/**
 * Durable order: a message is acknowledged only after its readings, and everything derived from them, are on the disk.
 * The methods collect work for one shared transaction, which runs between two messages.
 */
export interface LedgerPort {
  /** Writes dropped since the start because too many waited for the database. */
  readonly droppedWrites: number;
  /** The journal row that the next transaction completes. */
  readonly seq: number;
  /** Call for each message. False: it repeats a message that was processed before, and is only acknowledged again. */
  admit(message: Message): boolean;
  /** Records the readings of the admitted message; `originOf` gives the origin of each of its series. */
  recordReadings(source: number, readings: readonly Reading[], originOf: (series: string) => Origin): void;
  /** Records that the streams processed a tick at `at`, epoch ms. */
  recordTick(at: number): void;
  /** Records that the service received nothing in the `downtimeMs` before `at`; Infinity: unknown. */
  recordDowntime(at: number, downtimeMs: number): void;
  /** Records that networks train on one of every `learnEvery` samples from now on; 0: none. */
  recordTrainingRate(learnEvery: number): void;
  /** Records that the operator's command was carried out at `at`, epoch ms, between the entries before and after it. */
  recordCommand(at: number, action: StreamAction): void;
  /**
   * Runs `task` in the next transaction, and `afterwards` when that transaction is on the disk. An urgent write commits
   * at the end of this turn, and its `afterwards` runs even if the database cannot be written. While the database
   * fails, writes wait within a bound; beyond it the oldest is dropped and counted, and its `afterwards` runs.
   */
  write(task: () => void, afterwards?: () => void, urgent?: boolean): void;
  /** `saveAll` saves every stream. It is called in a transaction when the journal had to drop entries. */
  onOverflow(saveAll: () => void): void;
  /** The entries that were not trimmed, in order; those after row `after`. */
  entries(after?: number): Iterable<{ readonly seq: number; readonly entry: Entry }>;
  /** The origin of a series that an entry names. */
  originOf(series: string): Origin | null;
  /** Allows the ledger to delete the rows up to `seq`. */
  trim(seq: number): void;
}

/** Everything through which the pipeline communicates with the outside. */
export interface Ports {
  readonly messages$: Observable<Message>;
  readonly alerts: AlertPort;
  readonly anomalyLog: AnomalyLogPort;
  readonly snapshots: SnapshotPort;
  readonly ledger: LedgerPort;
  /** Absent in a replay. */
  readonly commands?: CommandPort;
  /** Absent where there is no maintenance. */
  readonly maintenance?: WindowPort;
  /** Absent where no history is kept. */
  readonly history?: HistoryPort;
  /** What the mappers of formats get from outside; absent: nothing. */
  readonly formats?: Outside;
  /** The signals that earlier runs have met; absent: none, and none are kept. */
  readonly signals?: KnownSignals;
}
