import type { AnomalyKind, Severity } from '../../../detect/episode/anomaly.ts';

/** `GET api/setup`: what the page can do, and the state of the last search. */
export interface SetupBody {
  readonly now: number;
  /** `add`: the chosen inputs are lines for the site file; `whole`: a new site file, where the service runs without one. */
  readonly mode: 'add' | 'whole';
  /** The site file, where there is one. */
  readonly file: string | null;
  readonly streams: readonly StreamSensitivity[];
}

export interface StreamSensitivity {
  readonly stream: string;
  /** The series of a group; null for a series by itself. */
  readonly series: readonly string[] | null;
  readonly label: string | null;
  /** Now, that of the site file, and that of the operator; null where he has set none. */
  readonly sensitivity: number;
  readonly ofSite: number;
  readonly set: number | null;
}

/** How a search is. */
export interface SearchState {
  readonly state: 'idle' | 'running' | 'done' | 'failed';
  /** Number of the search, for `POST api/discover/yaml`. */
  readonly search: number;
  readonly at: number | null;
  readonly passedMs: number;
  readonly forMs: number;
  readonly messages: number;
  readonly topics: number;
  /** Why it failed, with the remedy. */
  readonly error: string | null;
}

/**
 * `POST api/discover` with `{ forMs, filters }` begins a search, `POST api/discover/stop` ends it early, `GET api/discover` says how
 * it is.
 */
export interface DiscoverBody extends SearchState {
  /** The findings so far; empty while there is too much of it to show before the end. */
  readonly inputs: readonly FoundInput[];
  readonly inputsBeyond: number;
  /** Numbers that are no signal, by reason. */
  readonly notProposed: readonly { readonly why: string; readonly fields: number; readonly example: string }[];
}

export interface FoundInput {
  readonly topic: string;
  readonly format: string;
  readonly topics: number;
  /** Live messages, without stored copies. */
  readonly live: number;
  readonly everyMs: number | null;
  readonly fields: readonly FoundField[];
}

export interface FoundField {
  /** Names the field in `POST api/discover/yaml`. */
  readonly key: string;
  readonly path: string;
  readonly name: string | null;
  readonly unit: string;
  readonly counter: string | null;
  readonly last: number;
  readonly min: number;
  readonly max: number;
  /** Whether an input of the present site file reads it already. */
  readonly watched: boolean;
}

/** `POST api/discover/yaml` with `{ search, fields }`: the keys of the chosen fields. */
export interface ChosenYaml {
  readonly mode: SetupBody['mode'];
  readonly yaml: string;
  readonly series: number;
  /** The check of the program on the whole file. */
  readonly ok: boolean;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** `GET api/sensitivity?stream=&since=`: past events, and from which sensitivity on each would have been an alarm. */
export interface SensitivityBody {
  readonly now: number;
  readonly since: number;
  readonly stream: StreamSensitivity;
  /** Up to here all events are known since `scoresSince`; above, there may be more that were never stored. */
  readonly knownUpTo: number;
  /** Since when the history keeps the scores of events that were no alarm; null where none does. */
  readonly scoresSince: number | null;
  /** The newest first. */
  readonly events: readonly PastEvent[];
  /** Older events of the period that are not sent. */
  readonly beyond: boolean;
}

export interface PastEvent {
  /** Null for one that was no alarm: it is known by its score only. */
  readonly id: string | null;
  readonly at: number;
  readonly until: number | null;
  readonly series: string;
  readonly severity: Severity | null;
  readonly kind: AnomalyKind;
  readonly reason: string;
  readonly verdict: 'fault' | 'normal' | null;
  /** An alarm with every sensitivity above this; null: the sensitivity does not matter. */
  readonly need: number | null;
}
