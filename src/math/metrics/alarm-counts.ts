import type { Run } from './runs.ts';

/** Found events and false alarms of one stream, in rows. */
export interface AlarmCounts {
  readonly events: number;
  /** Events in which an alarm was raised. */
  readonly found: number;
  /** Alarms outside of all events. */
  readonly false: number;
  /** Row of the first alarm of each event that was found, counted from its first row. */
  readonly delays: readonly number[];
}

/**
 * Compares alarms, each at the row where it was published, with events, which are in order of time and do not overlap.
 *
 * An event is found when an alarm is raised in it; one that is open already finds nothing, so "always on" scores nothing. An
 * alarm outside of all events is false.
 */
export function countAlarms(events: readonly Run[], alarms: readonly number[]): AlarmCounts {
  const delays: number[] = [];
  let outside = 0;
  let a = 0;
  for (const [first, last] of events) {
    for (; a < alarms.length && alarms[a] < first; a++) outside++;
    if (a < alarms.length && alarms[a] <= last) delays.push(alarms[a] - first);
    while (a < alarms.length && alarms[a] <= last) a++;
  }
  return { events: events.length, found: delays.length, false: outside + alarms.length - a, delays };
}
