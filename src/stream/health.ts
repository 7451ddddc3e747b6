/** The codes of problems of the service itself. */
export const PROBLEM_CODES = [
  'stall',
  'no_readings',
  'no_data',
  'database',
  'snapshot_old',
  'training_reduced',
  'memory',
  'card_wear',
  'stream_stopped',
  'notify_failing',
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** A problem of the service itself. Code and subject identify it while it lasts. */
export interface Problem {
  readonly code: ProblemCode;
  /** The input or stream that it is about; null: the service. */
  readonly subject: string | null;
  /** One or two sentences: number, cause and remedy. */
  readonly text: string;
  /** Epoch ms. */
  readonly since: number;
}

/** How many streams are in each phase: `silent` where every sensor is, `learning` during the warm-up. */
export interface StreamsByPhase {
  readonly learning: number;
  readonly ready: number;
  readonly silent: number;
}

/** The state of the service, retained on the site's `health` topic. Counts are since its start. */
export interface Health {
  readonly at: number;
  readonly version: string;
  readonly uptimeMs: number;
  /** Bytes: of the process, and of the heap of JavaScript. */
  readonly memory: { readonly rss: number; readonly heap: number };
  readonly broker: 'connecting' | 'connected' | 'offline';
  /** Connections to the broker since the start. */
  readonly connections: number;
  /** How much the networks train: `reduced` or `off` while the CPU load is high. */
  readonly learning: 'full' | 'reduced' | 'off';
  /** Readings that were scored. */
  readonly readings: number;
  /** Readings that were scored, but not used for training because of the CPU load. */
  readonly untrained: number;
  /** Rejects and notes, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  readonly streams: StreamsByPhase;
  /** Open alarms by kind. */
  readonly alarms: { readonly process: number; readonly drift: number; readonly sensor: number };
  readonly commands: { readonly done: number; readonly refused: number };
  /** Messages that wait for the broker, writes for the database, and notifications for their targets. */
  readonly queues: { readonly mqtt: number; readonly database: number; readonly notify: number };
  /** Events dropped because too many waited for the broker. */
  readonly droppedEvents: number;
  /** Database writes dropped because too many waited for a failing database. */
  readonly droppedWrites: number;
  readonly problems: readonly Problem[];
}
