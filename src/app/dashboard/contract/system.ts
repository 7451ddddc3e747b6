/** `GET api/system`: the figures of the service. Counts are since its start; bytes are bytes. */
export interface SystemBody {
  readonly now: number;
  readonly version: string;
  readonly uptimeMs: number;
  readonly broker: {
    readonly state: 'connecting' | 'connected' | 'offline';
    readonly url: string;
    readonly connections: number;
  };
  /** The inputs with the most messages, and how many more there are. */
  readonly inputs: readonly { readonly topic: string; readonly messages: number }[];
  readonly inputsBeyond: number;
  readonly queues: readonly {
    readonly name: 'broker' | 'database' | 'notifications';
    readonly waiting: number;
    readonly dropped: number;
  }[];
  readonly commits: {
    readonly count: number;
    /** Mean time of one, ms; null before the first. */
    readonly meanMs: number | null;
    readonly everyMs: number;
    /** How long the database has not been writable, ms; null while it is. */
    readonly failingMs: number | null;
  };
  readonly disk: {
    readonly database: number;
    /** Written by the process since its start; null where the system does not count it. */
    readonly written: number | null;
    /** A day, at the rate of the last 24 hours in which the service ran; null in the first hour, when the start is most of it. */
    readonly perDay: number | null;
    /** The time from which that rate is, at most a day, also before the last start. */
    readonly perDayOverMs: number | null;
    /** How long an SD card of 32 GB lasts at this rate, at most 1000 (card/wear.ts). */
    readonly cardYears: number | null;
    readonly limitPerDay: number;
  };
  /** Shares of one core, and events a second, since the question before; null with the first one. */
  readonly rates: { readonly cpu: number | null; readonly readings: number | null };
  readonly memory: { readonly rss: number; readonly heap: number };
  readonly readings: number;
  readonly learning: 'full' | 'reduced' | 'off';
  readonly streams: { readonly learning: number; readonly ready: number; readonly silent: number };
  readonly targets: readonly {
    readonly name: string;
    readonly sent: number;
    readonly failed: number;
    readonly failingSince: number | null;
  }[];
  /** The most frequent first. */
  readonly rejected: readonly RejectCount[];
  readonly quarantined: { readonly rows: number; readonly limit: number };
}

export interface RejectCount {
  readonly reason: string;
  readonly count: number;
  /** A sentence for the operator. */
  readonly text: string;
  /** Whether the reading was used all the same. */
  readonly note: boolean;
}

/** `GET api/quarantine?reason=&before=`: rejected messages, the newest first. */
export interface QuarantineBody {
  readonly rows: readonly QuarantinedMessage[];
  /** `before` of the next page; null where there is none. */
  readonly next: number | null;
  /** Stored messages by reason. */
  readonly reasons: readonly { readonly reason: string; readonly rows: number }[];
}

export interface QuarantinedMessage {
  readonly id: number;
  readonly at: number;
  readonly topic: string;
  readonly reason: string;
  readonly text: string;
  /** The stored beginning of the payload: as text, or in hexadecimal digits where it is not all text. */
  readonly payload: string;
  readonly form: 'text' | 'hex';
  readonly bytes: number;
  /** Whether there may have been more bytes than are stored. */
  readonly cut: boolean;
}

/** `GET api/audit?before=`: the commands of operators, the newest first. */
export interface AuditBody {
  readonly rows: readonly AuditRow[];
  readonly next: number | null;
}

export interface AuditRow {
  readonly n: number;
  readonly id: string | null;
  readonly at: number;
  /** The way it came: cli, mqtt, ... */
  readonly source: string;
  readonly by: string | null;
  /** Null where the request could not be read. */
  readonly command: string | null;
  readonly series: string | null;
  /** Its other values: `value 0.8`. */
  readonly details: string;
  readonly note: string | null;
  readonly status: 'waiting' | 'done' | 'refused';
  readonly code: string | null;
  readonly text: string;
  /** The command that took it back. */
  readonly undoneBy: string | null;
}

/** `GET api/log?after=`: lines of the log after number `after`, the oldest first. */
export interface LogBody {
  readonly lines: readonly LogLine[];
}

/** A line of the log, as it was written; a secret in it is masked. */
export interface LogLine {
  readonly n: number;
  readonly at: number;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  /** As JSON, shortened. */
  readonly fields: string;
}
