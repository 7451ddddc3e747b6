import type { OperatorFunction } from 'rxjs';
import type { Site } from '../../config/schema/site.ts';
import type { Tuning } from '../../config/schema/tuning.ts';
import type { AnomalyEvent } from '../../detect/episode/anomaly.ts';
import type { Habit } from '../../detect/episode/habit.ts';
import type { ModeReturn, OperatingMode } from '../../detect/episode/operating-mode.ts';
import type { SeriesInfo } from '../../detect/reading.ts';
import type { Log } from '../../log.ts';
import type { DecodedMessage } from '../../stream/decode-messages.ts';
import type { Reason } from '../../stream/reject.ts';
import type { Watched } from './recent-readings.ts';
import type { Stream } from './stream.ts';

/** A stream to be made in a thread. */
export interface StreamSpec {
  readonly stream: string;
  readonly series: readonly SeriesInfo[];
  readonly tuning: Tuning;
  readonly source: number | null;
  /** How far the history of each series has come; null where none is kept. */
  readonly history: readonly HistoryPlace[] | null;
}

/** The journal up to row `seq` is in the history of a series, and `minute` is the present one of it. */
export interface HistoryPlace {
  readonly seq: number;
  readonly minute: number;
}

/** Time of arrival of the cause of an event, epoch ms; undefined: now. `replayed`: the cause comes from the journal. */
export type When = readonly [at: number | undefined, replayed: boolean];

/** Receives the results of the threads, in the order in which the readings were passed to them. */
export interface ThreadHandlers {
  /** Row of the journal that is replayed; Infinity where none is. */
  readonly seq: () => number;
  readonly episode: (event: AnomalyEvent, ...when: When) => void;
  readonly habit: (habit: Habit, ...when: When) => void;
  readonly mode: (mode: ModeReturn, modes: readonly OperatingMode[], ...when: When) => void;
  /** The state of a stream is to be published; meanwhile its status is that of this reading. */
  readonly state: (stream: Stream, at: number) => void;
  readonly reject: (reason: Reason, topic: string) => void;
  readonly history: (stream: Stream, d: number, at: number, bucket: Float64Array) => void;
  /** Number of readings that were scored, and of those that were not trained on because of the load. */
  readonly counted: (readings: number, untrained: number) => void;
  /** The stream has thrown, and gets no further readings. */
  readonly stopped: (stream: Stream, error: unknown) => void;
  readonly log: Log;
}

/** A stream in another thread, and the place of one of its series. */
export interface ThreadPlace {
  readonly monitor: Stream;
  readonly d: number;
}

/**
 * Worker threads that process the streams (app/workers). The pipeline keeps all state that does not belong to a single stream. An object that
 * is passed to a thread is processed later, in order; `settle` waits until everything is processed.
 */
export interface Threads {
  /** A pipeline begins to use them; streams that it does not keep are removed. */
  begin(site: Site, handlers: ThreadHandlers, kept: ReadonlySet<Stream>): void;
  /** The journal was replayed. */
  replayed(): void;
  create(spec: StreamSpec): Stream;
  /** Passes readings to the streams. Emits nothing. `placeOf`: null to drop a reading. */
  detect(
    placeOf: (series: string, decoded: DecodedMessage) => ThreadPlace | null,
  ): OperatorFunction<DecodedMessage, never>;
  /** Checks all of these streams for silence, at `at`, and whether their states are to be published. */
  beat(streams: readonly Stream[], at: number): void;
  /** Waits until everything passed to the threads is processed, and its results are handled. Throws `worker_lost`. */
  settle(): void;
  /** Reads the state of all streams at once. */
  refresh(): void;
  watch(stream: Stream, d: number): Watched;
  endWatch(watched: Watched): void;
}
