import type { IsHoliday } from '../../detect/forecast/calendar.ts';
import { DAY_MS } from '../../math/time.ts';
import { ZONELESS } from '../../stream/time/time-zone.ts';
import type { HolidayOptions } from '../schema/maintenance.ts';
import { readCalendarFile, type CalendarEvent } from './calendar-file.ts';

/** Years whose days of the file are kept; a wrong clock may name any year. */
const MAX_YEARS = 8;

export interface Holidays {
  /** Null where there are none. */
  readonly isHoliday: IsHoliday | null;
  /** Events of the file that are left out, one sentence each. */
  readonly problems: readonly string[];
}

/** The holidays of a site. Throws `config_invalid` for a file that cannot be read. */
export function holidaysOf({ dates, calendar }: HolidayOptions): Holidays {
  // Days have no zone: midnight in UTC stands for them.
  const file = calendar === undefined ? null : readCalendarFile(calendar, ZONELESS);
  const allDay = file?.events.filter(({ allDay }) => allDay) ?? [];
  const left = (file?.events.length ?? 0) - allDay.length;
  const problems = [
    ...(file?.problems ?? []),
    ...(left === 0 ? [] : [`${calendar ?? ''}: ${left} events with a time of day are no holidays`]),
  ];
  if (dates.length === 0 && file === null) return { isHoliday: null, problems };

  const single = new Set(dates.filter(({ length }) => length > 5).map((text) => Date.parse(`${text}T00:00Z`) / DAY_MS));
  const yearly = new Set(dates.filter(({ length }) => length === 5));
  const ofFile = daysOf(allDay);
  let last = NaN;
  let answer = false;
  return {
    isHoliday: (day) => {
      if (day === last) return answer;
      const date = new Date(day * DAY_MS);
      last = day;
      answer =
        !Number.isNaN(date.getTime()) &&
        (single.has(day) || yearly.has(date.toISOString().slice(-19, -14)) || ofFile(day, date.getUTCFullYear()));
      return answer;
    },
    problems,
  };
}

/** Whether a day is in an event; a year is looked up at its first question. */
function daysOf(events: readonly CalendarEvent[]): (day: number, year: number) => boolean {
  const years = new Map<number, ReadonlySet<number>>();
  return (day, year) => {
    if (events.length === 0) return false;
    let days = years.get(year);
    if (days === undefined) {
      if (years.size >= MAX_YEARS) years.clear();
      const spans = events.flatMap(({ spans }) => spans(Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)));
      days = new Set(spans.flatMap(({ from, until }) => range(from / DAY_MS, until / DAY_MS)));
      years.set(year, days);
    }
    return days.has(day);
  };
}

const range = (from: number, until: number): number[] => Array.from({ length: until - from }, (_, i) => from + i);
