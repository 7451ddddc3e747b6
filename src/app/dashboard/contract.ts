/*
 * What the pages and the service say to each other over HTTP: JSON bodies under api/, and the data of server-sent events. The pages
 * import types from here and nothing else of the service. Times are epoch ms; a number that is not known is null.
 */

/** `GET api/session`: who asks, and for which site. */
export interface Session {
  readonly site: string;
  readonly version: string;
  /** IANA name of the site's time zone; null for UTC. */
  readonly timezone: string | null;
  /** The present time of the service, which is simulated in the demo. */
  readonly now: number;
  /** Null: a token is needed first. */
  readonly role: 'operator' | 'viewer' | null;
  /** Whether there are tokens at all, and so a log-out. */
  readonly token: boolean;
}

/** A refused request, with a sentence for the person who made it. */
export interface Refusal {
  readonly code: string;
  readonly text: string;
}

/** `POST api/command`: a command as in docs/commands.md, without `site` and `by`. The answer is a `CommandReply`. */
export interface CommandBody {
  readonly command: string;
  readonly id?: string;
  readonly series?: string;
  readonly [key: string]: unknown;
}

export interface CommandReply {
  readonly id: string | null;
  readonly command: string | null;
  readonly series: string | null;
  readonly status: 'done' | 'refused';
  readonly code: string | null;
  readonly text: string;
  /** Whether `undo` of this id takes it back. */
  readonly undo: boolean;
}

/** A problem of the service itself, as in docs/alerts.md. */
export interface ServiceProblem {
  readonly code: string;
  readonly subject: string | null;
  readonly text: string;
  readonly since: number;
}

/** Event `status` on every page. */
export interface StatusEvent {
  readonly now: number;
  readonly broker: 'connecting' | 'connected' | 'offline';
  /** Open alarms, and streams. */
  readonly alarms: number;
  readonly streams: number;
  readonly readings: number;
  readonly problems: readonly ServiceProblem[];
}
