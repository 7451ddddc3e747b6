import type { AnomalyKind, Severity } from '../../../detect/episode/anomaly.ts';
import type { AlarmDetails, Share } from './alarm.ts';

/** Columns of equal length; a number that is not known is null. Empty where no bucket has one. */
export interface HistoryColumns {
  /** Readings with a value. */
  readonly count: readonly number[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly mean: readonly (number | null)[];
  readonly expected: readonly (number | null)[];
  readonly lower: readonly (number | null)[];
  readonly upper: readonly (number | null)[];
  /** The values between are in no band: it is two intervals. */
  readonly gapFrom: readonly (number | null)[];
  readonly gapTo: readonly (number | null)[];
  readonly score: readonly (number | null)[];
  /** The kind of evidence behind the highest score, a place in `kinds`. */
  readonly kind: readonly (number | null)[];
  readonly networkLoss: readonly (number | null)[];
  readonly baselineLoss: readonly (number | null)[];
}

/** `GET api/series/<series>/history?from=&until=&points=`. Times are epoch ms. */
export interface HistoryBody {
  readonly series: string;
  readonly label: string | null;
  readonly stream: string;
  readonly unit: string;
  readonly now: number;
  readonly from: number;
  readonly until: number;
  /** Length of a bucket, ms, and of the finest one that is stored of this time. */
  readonly bucketMs: number;
  readonly storedMs: number;
  /** When the history begins; null where there is none. */
  readonly oldest: number | null;
  /** Whether a history is kept (`history.enabled`). */
  readonly kept: boolean;
  /** Begin of each bucket. Buckets without readings are left out. */
  readonly at: readonly number[];
  readonly columns: HistoryColumns;
  readonly kinds: readonly string[];
}

export interface AlarmSpan {
  readonly id: string;
  readonly series: string;
  readonly kind: AnomalyKind;
  readonly severity: Severity;
  readonly from: number;
  /** Null: open. */
  readonly until: number | null;
  readonly reason: string;
}

export interface CommandMark {
  readonly id: string | null;
  readonly at: number;
  readonly command: string;
  readonly by: string | null;
  readonly undone: boolean;
}

export interface LabelSpan {
  readonly id: string;
  readonly kind: 'fault' | 'normal' | 'missed';
  readonly from: number;
  readonly until: number;
  readonly event: string | null;
}

export interface MaintenanceSpan {
  readonly from: number;
  readonly until: number;
  readonly reason: string | null;
}

export interface HabitSpan {
  readonly id: string;
  /** First and last time. */
  readonly from: number;
  readonly until: number;
  readonly perWeek: number;
  readonly reason: string;
}

export interface ModeLevel {
  readonly level: number;
  readonly spread: number;
  readonly present: boolean;
  readonly lastAt: number | null;
}

/** `GET api/series/<series>/marks?from=&until=`: what else was at the time. Each list has the newest 500 at most. */
export interface MarksBody {
  readonly from: number;
  readonly until: number;
  readonly alarms: readonly AlarmSpan[];
  readonly commands: readonly CommandMark[];
  readonly labels: readonly LabelSpan[];
  readonly maintenance: readonly MaintenanceSpan[];
  /** Habits whose first and last time lie around a part of the period. */
  readonly habits: readonly HabitSpan[];
  readonly modes: readonly ModeLevel[];
  /** Whether one of the lists is cut. */
  readonly cut: boolean;
}

/** `GET api/series/<series>/alarms/<id>` */
export interface AlarmBody extends AlarmDetails {
  readonly incident: string | null;
  /** The last answer of the operator. */
  readonly verdict: 'fault' | 'normal' | null;
}

/**
 * Why a last score above 1 is no alarm, and until when: one like this event was an alarm within the last day, or only a higher score than
 * that of the last alarm opens another one.
 */
export interface NoAlarm {
  readonly why: 'same_event' | 'cool_down';
  /** Epoch ms. */
  readonly until: number;
}

/** Event `stream:<series>`: the readings since the last event, with `whole` the last few hundred since someone looks. */
export interface StreamEvent {
  readonly now: number;
  readonly at: readonly number[];
  readonly value: readonly (number | null)[];
  readonly expected: readonly (number | null)[];
  readonly lower: readonly (number | null)[];
  readonly upper: readonly (number | null)[];
  readonly gapFrom: readonly (number | null)[];
  readonly gapTo: readonly (number | null)[];
  readonly score: readonly (number | null)[];
  /** Shares of the kinds of evidence in the last score; those above 1 %. */
  readonly evidence: readonly Share[];
  readonly noAlarm: NoAlarm | null;
  /** Which alarms of the stream are open, as one text to compare: when it changes, `marks` has changed. */
  readonly open: string;
}
