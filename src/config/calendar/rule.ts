/** A day of the week, 0 for Monday; `nth` of the month or year, negative from its end, 0 for each. */
export interface WeekdayOf {
  readonly weekday: number;
  readonly nth: number;
}

/** A recurrence rule of iCalendar (RFC 5545, 3.3.10). A list is empty where the rule does not have the part. */
export interface Rule {
  readonly freq: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
  readonly interval: number;
  /** Number of occurrences; null for no end. */
  readonly count: number | null;
  /** The last possible one: local time, or UTC where `utc`; ms of the digits read as UTC. */
  readonly until: { readonly at: number; readonly utc: boolean } | null;
  /** First day of the week, 0 for Monday. */
  readonly weekStart: number;
  readonly byMonth: readonly number[];
  readonly byMonthDay: readonly number[];
  readonly byYearDay: readonly number[];
  readonly byDay: readonly WeekdayOf[];
  readonly byHour: readonly number[];
  readonly byMinute: readonly number[];
  readonly bySetPos: readonly number[];
}

/** Occurrences of one rule that are looked up at once, and those that a COUNT may name. */
export const MAX_OCCURRENCES = 10_000;
