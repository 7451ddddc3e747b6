import { dirname, resolve } from 'node:path';
import { compileTimeZone, type TimeZone, ZONELESS } from '../../stream/time/time-zone.ts';
import { readCalendarFile } from '../calendar/calendar-file.ts';
import { holidaysOf } from '../calendar/holidays.ts';
import { holidaysSchema, instantOf, windowSchema } from '../schema/maintenance.ts';
import { listAt, sound } from '../placed.ts';
import { valueAt, type Path, type Problem } from '../problems.ts';
import * as v from '../schema/vocabulary.ts';

const KINDS = [['from', 'until'], ['rule', 'start', 'for'], ['calendar']] as const;

/** Windows that are incomplete, or of two kinds, or end before they begin, or name a series that does not exist. */
export function maintenanceProblems(data: unknown, isKnown: (series: string) => boolean): Problem[] {
  const zone = zoneIn(data);
  return listAt(data, ['maintenance']).flatMap((given, i): Problem[] => {
    const window = sound(windowSchema, given);
    if (window === null) return [];
    const path = ['maintenance', i];
    const kinds = KINDS.filter((keys) => keys.some((key) => window[key] !== undefined));
    if (kinds.length !== 1)
      return [{ path, text: 'expected one of: from and until; rule, start and for; or calendar' }];
    const missing = kinds[0].filter((key) => window[key] === undefined);
    if (missing.length > 0) return [{ path, text: `expected ${missing.join(' and ')} as well` }];
    const unknown = (window.series ?? []).flatMap((series, j): Problem[] =>
      isKnown(series)
        ? []
        : [
            {
              path: [...path, 'series', j],
              text: `no input gives a series ${JSON.stringify(series)}, and no group has this name`,
            },
          ],
    );
    const { from, until } = window;
    if (from === undefined || until === undefined) return unknown;
    const lastsMs = instantOf(until, zone) - instantOf(from, zone);
    if (lastsMs > 0) return unknown;
    return [
      ...unknown,
      { path: [...path, 'until'], text: `expected a time after from, which is ${JSON.stringify(from)}` },
    ];
  });
}

const zoneIn = (data: unknown): TimeZone => {
  const name = sound(v.timezone(), valueAt(data, ['timezone']));
  return name === null ? ZONELESS : compileTimeZone(name);
};

export interface CalendarFindings {
  readonly mistakes: readonly Problem[];
  readonly warnings: readonly string[];
}

/** Reads the .ics files that a site file names. `path`: of the site file. */
export function calendarFindings(data: unknown, path: string): CalendarFindings {
  const mistakes: Problem[] = [];
  const warnings: string[] = [];
  const read = (at: Path, problemsIn: () => readonly string[]): void => {
    try {
      warnings.push(...problemsIn());
    } catch (error) {
      mistakes.push({ path: at, text: (error as Error).message });
    }
  };
  for (const [i, given] of listAt(data, ['maintenance']).entries()) {
    const calendar = sound(windowSchema, given)?.calendar;
    if (calendar === undefined) continue;
    read(
      ['maintenance', i, 'calendar'],
      () => readCalendarFile(resolve(dirname(path), calendar), zoneIn(data)).problems,
    );
  }
  const holidays = sound(holidaysSchema, valueAt(data, ['holidays']) ?? {});
  const calendar = holidays?.calendar;
  if (calendar !== undefined)
    read(
      ['holidays', 'calendar'],
      () => holidaysOf({ dates: [], calendar: resolve(dirname(path), calendar) }).problems,
    );
  return { mistakes, warnings };
}
