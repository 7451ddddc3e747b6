import type { Site } from '../../config/schema/site.ts';
import type { Tuning } from '../../config/schema/tuning.ts';
import { Calendar, UTC, type IsHoliday } from '../../detect/forecast/calendar.ts';
import type { MonitorOptions } from '../../detect/stream-monitor.ts';
import type { Kernel } from '../../nn/kernel.ts';
import { zoneOffset } from '../../stream/time/time-zone.ts';

/** The wall clock of the site's `timezone`; UTC when it has none. */
export const calendarOf = ({ timezone }: Pick<Site, 'timezone'>, isHoliday: IsHoliday | null = null): Calendar =>
  timezone === null && isHoliday === null
    ? UTC
    : new Calendar(timezone === null ? () => 0 : zoneOffset(timezone), isHoliday);

export const monitorOptions = (tuning: Tuning, kernel: Kernel | null, calendar = UTC): MonitorOptions => ({
  ...tuning,
  kernel,
  calendar,
  warmupTimeMs: tuning.warmupTime,
  holdForMs: tuning.holdFor,
  minDurationMs: tuning.minDuration,
  coolDownMs: tuning.coolDown,
  silentAfterMs: tuning.silentAfter,
});
