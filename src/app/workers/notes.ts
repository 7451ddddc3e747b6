import type { AnomalyEvent } from '../../detect/episode/anomaly.ts';
import type { Habit } from '../../detect/episode/habit.ts';
import type { ModeReturn, OperatingMode } from '../../detect/episode/operating-mode.ts';
import type { Log } from '../../log.ts';
import type { Reason } from '../../stream/reject.ts';
import type { StatusRecord } from './status-record.ts';

/** What a stream has to tell, with the place in the order of all that led to it. Few: they are objects. */
export type Note = { readonly position: number } & NoteBody;

export type NoteBody =
  | (When & { readonly kind: 'episode'; readonly event: AnomalyEvent })
  | (When & { readonly kind: 'habit'; readonly habit: Habit })
  | (When & { readonly kind: 'mode'; readonly mode: ModeReturn; readonly modes: readonly OperatingMode[] })
  /** The state of a stream is to be published, as of `at`. */
  | { readonly kind: 'state'; readonly stream: number; readonly at: number; readonly record: StatusRecord }
  | { readonly kind: 'reject'; readonly place: number; readonly reason: Reason }
  | { readonly kind: 'failed'; readonly stream: number; readonly error: unknown }
  | { readonly kind: 'log'; readonly line: Parameters<Log> };

interface When {
  /** Time of arrival, epoch ms. */
  readonly at: number;
  /** Whether it comes from the journal. */
  readonly replayed: boolean;
}

/** What a thread has made of a batch. */
export interface Done {
  readonly kind: 'done';
  /** The rows of the batch, to be used again. */
  readonly rows: Float64Array<ArrayBuffer>;
  /** Rows of the history. */
  readonly history: Float64Array<ArrayBuffer>;
  readonly historyRows: number;
  /** Readings that were scored, and those that were not trained on because of the load; replayed ones are not counted. */
  readonly readings: number;
  readonly untrained: number;
  readonly notes: readonly Note[];
}

/** The answer to a call. */
export interface Answer {
  readonly kind: 'answer';
  readonly value?: unknown;
  readonly error?: unknown;
  readonly notes: readonly Note[];
}

/** The thread ends by an error that it did not expect. It is the last message, and answers nothing. */
export interface Lost {
  readonly kind: 'lost';
  readonly cause: Error;
}

/** A batch, or a call of a method of the `Shard`. */
export type Ask =
  | {
      readonly kind: 'batch';
      readonly rows: Float64Array<ArrayBuffer>;
      readonly count: number;
      readonly spare: Float64Array<ArrayBuffer> | undefined;
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly unknown[] };
