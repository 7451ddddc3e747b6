import { median } from '../../math/median.ts';
import { countAlarms, type AlarmCounts } from '../../math/metrics/alarm-counts.ts';
import type { Run } from '../../math/metrics/runs.ts';

/** Default tolerance between an alarm and its label, in samples. */
const TOLERANCE_SAMPLES = 5;

/** The default tolerance, ms: five times the usual time between rows. */
export function usualTolerance(at: Float64Array): number {
  const gaps = at.slice(1).map((time, row) => time - at[row]);
  const usual = median(gaps.filter((gap) => gap > 0));
  return Number.isNaN(usual) ? 0 : TOLERANCE_SAMPLES * usual;
}

/**
 * The events, each longer by `toleranceMs` at both ends: labels are drawn by hand, and an alarm may be raised a moment before its
 * label begins. If two events are closer than two tolerances, each gets half of the rows between them.
 */
export function widened(events: readonly Run[], at: Float64Array, toleranceMs: number): readonly Run[] {
  return events.map(([first, last], k) => {
    const before = k === 0 ? 0 : events[k - 1][1] + 1;
    const after = k + 1 === events.length ? at.length - 1 : events[k + 1][0] - 1;
    const earliest = k === 0 ? 0 : Math.ceil((before + first) / 2);
    const latest = k + 1 === events.length ? after : Math.ceil((last + 1 + after + 1) / 2) - 1;
    let [from, to] = [first, last];
    while (from > earliest && at[first] - at[from - 1] <= toleranceMs) from--;
    while (to < latest && at[to + 1] - at[last] <= toleranceMs) to++;
    return [from, to];
  });
}

export interface Matched extends AlarmCounts {
  /** Whether each event was found. */
  readonly hits: readonly boolean[];
}

/**
 * Counts alarms against events, in rows; alarms that were raised before row `from` are not counted. An event is found when an alarm
 * is raised in it or within the tolerance around it (`wide`), or when an alarm is open in its first row. An alarm that was raised
 * outside of all tolerances is false, also when it is open as an event begins: an alarm that never closes is false at least once.
 */
export function matchAlarms(
  events: readonly Run[],
  wide: readonly Run[],
  alarms: readonly Run[],
  from: number,
): Matched {
  const raised = alarms.map(([opened]) => opened).filter((row) => row >= from);
  const delays = events.map(([first], k) => {
    if (alarms.some(([opened, last]) => opened <= first && last >= first)) return 0;
    const own = countAlarms([wide[k]], raised);
    return own.found > 0 ? Math.max(0, wide[k][0] + own.delays[0] - first) : NaN;
  });
  const hits = delays.map((delay) => !Number.isNaN(delay));
  return {
    events: events.length,
    found: hits.filter(Boolean).length,
    false: countAlarms(wide, raised).false,
    delays: delays.filter((delay) => !Number.isNaN(delay)),
    hits,
  };
}
