import { holidaysOf } from '../config/calendar/holidays.ts';
import { Schedule } from '../config/calendar/schedule.ts';
import { fileState } from '../config/file-state.ts';
import type { Site } from '../config/schema/site.ts';
import type { IsHoliday } from '../detect/forecast/calendar.ts';
import { compileTimeZone, ZONELESS } from '../stream/time/time-zone.ts';

/** What a site says of single days: when it is in maintenance, and which days count as Sundays. */
export interface Calendars {
  readonly schedule: Schedule;
  /** Null where there are no holidays. */
  readonly isHoliday: IsHoliday | null;
  /** Another text where the holidays have changed. */
  readonly holidaysKey: string;
}

/** Reads the calendars of a site. Throws `config_invalid` for a file that cannot be read. */
export function calendarsOf({ maintenance, holidays, timezone }: Site): Calendars {
  const zone = timezone === null ? ZONELESS : compileTimeZone(timezone);
  const { calendar } = holidays;
  return {
    schedule: new Schedule(maintenance, zone),
    holidaysKey: JSON.stringify([holidays, calendar === undefined ? null : fileState(calendar)]),
    isHoliday: holidaysOf(holidays).isHoliday,
  };
}
