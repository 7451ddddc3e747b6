import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../math/time.ts';
import { occursOn, periodOf, type Period } from './periods.ts';
import { MAX_OCCURRENCES, type Rule } from './rule.ts';

/**
 * The occurrences of a rule as local times, in order: those from `from` to `until`, at most `most`. All three times, like `start`,
 * are local: the digits read as UTC, ms. `isLater`: whether a local time is after the end of the rule, where that is in UTC.
 *
 * Each period of the rule is listed day by day, so that a rule without any occurrence ends with the span as well. The iterator of
 * ical.js looks for the next occurrence until it finds one: it never returns from FREQ=DAILY;INTERVAL=7;BYDAY=FR that starts on a
 * Thursday (docs/decisions/0013-recurrence.md).
 */
export function occurrences(
  rule: Rule,
  start: number,
  { from, until, most = MAX_OCCURRENCES }: { readonly from: number; readonly until: number; readonly most?: number },
  isLater: (wall: number) => boolean = () => false,
): number[] {
  const found: number[] = [];
  let left = rule.count ?? Infinity;
  // A count begins with the first occurrence; else the periods before `from` are skipped.
  const first = rule.count === null ? periodOf(rule, start, Math.max(start, from)) : periodOf(rule, start, start);
  for (let period = first; period.from <= until; period = period.next())
    for (const wall of timesIn(rule, start, period)) {
      if (wall < start) continue;
      if (wall > until || left-- <= 0 || isOver(rule, wall, isLater)) return found;
      if (wall >= from && found.push(wall) >= most) return found;
    }
  return found;
}

const isOver = ({ until }: Rule, wall: number, isLater: (wall: number) => boolean): boolean =>
  until !== null && (until.utc ? isLater(wall) : wall > until.at);

/** The local times of a period that match, in order; with BYSETPOS those at its places. */
function timesIn(rule: Rule, start: number, period: Period): number[] {
  const times: number[] = [];
  const within = timesOfDay(rule, start);
  for (let day = period.firstDay; day <= period.lastDay; day++)
    if (occursOn(rule, start, day)) for (const time of within) times.push(day * DAY_MS + time);
  if (rule.bySetPos.length === 0) return times;
  const chosen = rule.bySetPos.map((place) => times.at(place > 0 ? place - 1 : place));
  return [...new Set(chosen)].filter((time) => time !== undefined).toSorted((a, b) => a - b);
}

/** Times since midnight, ms; without BYHOUR and BYMINUTE that of the start. */
function timesOfDay({ byHour, byMinute }: Rule, start: number): number[] {
  const time = ((start % DAY_MS) + DAY_MS) % DAY_MS;
  const hours = byHour.length > 0 ? byHour : [Math.floor(time / HOUR_MS)];
  const minutes = byMinute.length > 0 ? byMinute : [Math.floor(time / MINUTE_MS) % 60];
  const rest = time % MINUTE_MS;
  return hours.flatMap((h) => minutes.map((m) => h * HOUR_MS + m * MINUTE_MS + rest)).toSorted((a, b) => a - b);
}
