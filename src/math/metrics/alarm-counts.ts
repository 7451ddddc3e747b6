import type { Run } from './runs.ts';

/** What alarms did for the events of one stream, in rows. */
export interface AlarmCounts {
  readonly events: number;
  /** Events in which an alarm was raised. */
  readonly found: number;
  /** Alarms in no event. */
  readonly false: number;
  /** Row of the first alarm of each event that was found, counted from its first row. */
  readonly delays: readonly number[];
}

/**
 * Counts alarms, each once, at the row where an operator was told, against events: in the order of time, not overlapping.
 *
 * An event is found when an alarm is raised in it; one that is open already finds nothing, so "always on" scores nothing. An
 * alarm in no event is false.
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
