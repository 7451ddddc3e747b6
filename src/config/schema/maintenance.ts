import { z } from 'zod';
import { parseTime } from '../../stream/time/event-time.ts';
import { ZONELESS, type TimeZone } from '../../stream/time/time-zone.ts';
import { readRule } from '../calendar/read-rule.ts';
import * as v from './vocabulary.ts';

/*
 * `maintenance` and `holidays` of a site file. Times without an offset are those of the site's zone, which stands elsewhere in the
 * file: they stay text here, and `calendar/schedule.ts` places them.
 */

const { section, optional } = v;

/** Longest window, and most windows that a file may list. */
const MAX_WINDOW = '62d';
const MAX_LISTED = 100;
const MAX_SERIES = 1000;
const MAX_DATES = 1000;

/** A date alone is its midnight. */
const withTime = (text: string): string => (/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text);

/** The instant of a time of the file, epoch ms; NaN where it is none. */
export function instantOf(text: string, zone: TimeZone): number {
  const at = parseTime(withTime(text), zone);
  return typeof at === 'number' ? at : NaN;
}

/** Its digits read as UTC, ms, and whether it has an offset of its own. */
export function wallOf(text: string): { readonly wall: number; readonly placed: boolean } {
  const local = withTime(text).replace(/ ?(?:[Zz]|[+-]\d\d(?::?\d\d)?)$/, (end, at: number) => (at > 10 ? '' : end));
  return { wall: instantOf(local, ZONELESS), placed: local !== withTime(text) };
}

const siteTime = () => {
  const error = 'expected a time such as 2026-12-01T08:00, in the time zone of the site, or with an offset';
  return z
    .string({ error })
    .refine((text) => /^\d{4}-/.test(text) && !Number.isNaN(instantOf(text, ZONELESS)), { error })
    .meta({ title: 'time' });
};

const rule = () =>
  z
    .string({ error: 'expected an iCalendar rule such as FREQ=MONTHLY;BYDAY=1SA' })
    .superRefine((text, context) => {
      try {
        readRule(text);
      } catch (cause) {
        context.addIssue(`expected an iCalendar rule such as FREQ=MONTHLY;BYDAY=1SA: ${(cause as Error).message}`);
      }
    })
    .meta({ title: 'recurrence rule' });

export const windowSchema = section({
  from: optional(siteTime(), 'Start of a single window.'),
  until: optional(siteTime(), 'Its end.'),
  rule: optional(
    rule(),
    'Recurrence rule of iCalendar (RFC 5545) for windows that recur, for example FREQ=MONTHLY;BYDAY=1SA: the first Saturday of each month.',
  ),
  start: optional(siteTime(), 'First moment from which the rule counts; its time of day is that of each window.'),
  for: optional(v.duration('1m', MAX_WINDOW), 'How long each window of the rule lasts.'),
  calendar: optional(
    v.filePath(),
    'An .ics file: each of its events is a window. Relative to the site file; read again within a minute after it has changed.',
  ),
  series: optional(
    z
      .array(v.slug())
      .min(1, { error: 'expected at least one series or group; leave it out for the whole site' })
      .max(MAX_SERIES),
    'The series and groups in maintenance; without this option the whole site.',
  ),
  reason: optional(v.label(200), 'Why, for the log and the list of windows.'),
});

export const maintenanceSchema = z
  .array(windowSchema)
  .max(MAX_LISTED, { error: `expected at most ${MAX_LISTED} windows` });

export type WindowOptions = z.output<typeof windowSchema>;

/** A day of one year, or MM-DD of each year. */
const holidayDate = () => {
  const error = 'expected a date such as 2026-12-24, or 12-25 for each year';
  return z
    .string({ error })
    .refine((text) => isDate(/^\d\d-\d\d$/.test(text) ? `2024-${text}` : text), { error })
    .meta({ title: 'date' });
};

const isDate = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && new Date(Date.parse(`${text}T00:00Z`) || 0).toISOString().startsWith(text);

export const holidaysSchema = section({
  dates: v.option(
    z.array(holidayDate()).max(MAX_DATES, { error: `expected at most ${MAX_DATES} dates` }),
    [],
    'Days on which the day of the week counts as Sunday: 2026-12-24 for one year, 12-25 for each year.',
  ),
  calendar: optional(v.filePath(), 'An .ics file: each of its all-day events is a holiday. Relative to the site file.'),
});

export type HolidayOptions = z.output<typeof holidaysSchema>;
