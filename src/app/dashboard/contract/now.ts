import type { AlarmFacts } from './alarm.ts';

/** The page Now. Times are epoch ms; a number that is not known is null. */

/** In order of what a person looks at first. */
export type RowState = 'alarm' | 'sensor' | 'silent' | 'stopped' | 'drift' | 'learning' | 'ready';

/** A stream: one series, or a group, of which the leading series is shown. */
export interface NowRow {
  readonly stream: string;
  readonly label: string | null;
  /** How many series it has, and the one whose values these are. */
  readonly series: number;
  readonly leading: string;
  readonly state: RowState;
  readonly score: number | null;
  readonly value: number | null;
  readonly expected: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly unit: string;
  /** Progress of the warm-up, 0 to 1, and the time until its end. */
  readonly warmup: number;
  readonly readyInMs: number | null;
  readonly frozen: boolean;
  readonly muted: boolean;
  /** Until when it is in maintenance; null where it is not. */
  readonly maintenanceUntil: number | null;
}

/** An open episode, for the operator to decide on. */
export interface NowCase extends AlarmFacts {
  /** Shares in the peak score, the largest first: of kinds of evidence, and of the series of a group. */
  readonly evidence: readonly (readonly [name: string, share: number])[];
  readonly contributions: readonly (readonly [series: string, share: number])[];
  /** What the operator said of it. */
  readonly answer: 'normal' | 'fault' | null;
  /** Until when it stays an alarm and is not learned; null where it is not held. */
  readonly heldUntil: number | null;
  readonly muted: boolean;
  readonly frozen: boolean;
}

export interface NowEvent {
  readonly id: string;
  /** When it began; of a habit, when it became one. */
  readonly at: number;
  readonly kind: NowCase['kind'] | 'habit';
  readonly stream: string;
  readonly series: string;
  readonly severity: NowCase['severity'] | null;
  /** Null while it is open, and for a habit. */
  readonly endAt: number | null;
  readonly open: boolean;
  readonly reason: string;
}

export interface NowHabit {
  readonly id: string;
  readonly stream: string;
  readonly series: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly unit: string;
  /** How long it lasts, and the mean time from one to the next, ms. */
  readonly lengthMs: number;
  readonly everyMs: number;
  readonly lastAt: number;
  /** When the next one is due: the last one, and the mean time. */
  readonly dueAt: number;
}

/** `GET api/now`, and event `now` with `whole`. */
export interface NowState {
  readonly rows: readonly NowRow[];
  /** Values for the sparkline of each row by its stream, the oldest first, and the time from one to the next, ms. */
  readonly sparks: Readonly<Record<string, readonly (number | null)[]>>;
  readonly sparkMs: number;
  readonly cases: readonly NowCase[];
  /** Open episodes beyond those in `cases`. */
  readonly moreCases: number;
  readonly events: readonly NowEvent[];
  readonly habits: readonly NowHabit[];
}

/** Event `now`: rows that have changed, and lists that have changed, whole. */
export interface NowChange extends Partial<Omit<NowState, 'rows'>> {
  readonly rows: readonly NowRow[];
  readonly gone?: readonly string[];
}
