import type ICAL from 'ical.js';
import { DAY_MS } from '../../math/time.ts';
import type { TimeZone } from '../../stream/time/time-zone.ts';
import { occurrences } from './occurrences.ts';
import { readRule } from './read-rule.ts';

/** How far a zone's last change may be back. */
const LOOK_BACK_MS = 400 * DAY_MS;

/** Standard or summer time: when it begins, and the offset from UTC from then on, ms. */
interface Observance {
  readonly starts: (from: number, until: number) => number[];
  readonly firstAt: number;
  readonly offset: number;
}

/**
 * A time zone that is described in the file itself (VTIMEZONE): calendars of Windows name zones that the IANA database does not know.
 * Its changes are compared in local time, so in the hour that a clock shows twice the later offset holds.
 */
export function zoneOfFile(component: Pick<InstanceType<(typeof ICAL)['Component']>, 'getAllSubcomponents'>): TimeZone {
  const observances = ['standard', 'daylight'].flatMap((kind) =>
    component.getAllSubcomponents(kind).map((each): Observance => {
      const start = each.getFirstPropertyValue('dtstart') as InstanceType<(typeof ICAL)['Time']> | null;
      const offset = each.getFirstPropertyValue('tzoffsetto') as { toSeconds(): number } | null;
      if (start === null || offset === null) throw new RangeError('its time zone has no DTSTART or TZOFFSETTO');
      const firstAt = Date.UTC(start.year, start.month - 1, start.day, start.hour, start.minute, start.second);
      const rule = each.getFirstProperty('rrule');
      const read = rule === null ? null : readRule(String(rule.getFirstValue()));
      return {
        starts: (from, until) => (read === null ? [] : occurrences(read, firstAt, { from, until })),
        firstAt,
        offset: 1000 * offset.toSeconds(),
      };
    }),
  );
  if (observances.length === 0) throw new RangeError('its time zone has no STANDARD and no DAYLIGHT');
  return (wall) => {
    const begun = observances.flatMap(({ starts, firstAt, offset }) => {
      const at = [firstAt, ...starts(wall - LOOK_BACK_MS, wall)].filter((each) => each <= wall).at(-1);
      return at === undefined ? [] : [{ at, offset }];
    });
    const latest = begun.toSorted((a, b) => b.at - a.at)[0] ?? observances[0];
    return wall - latest.offset;
  };
}
