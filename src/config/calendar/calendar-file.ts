import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import type ICAL from 'ical.js';
import { AppError } from '../../errors.ts';
import { DAY_MS } from '../../math/time.ts';
import { compileTimeZone, type TimeZone } from '../../stream/time/time-zone.ts';
import { zoneOfFile } from './file-zone.ts';
import { occurrences } from './occurrences.ts';
import { readRule } from './read-rule.ts';
import type { Rule } from './rule.ts';
import { laterThan, type Span } from './span.ts';

/** Limits of a file: its size in bytes, and its events. */
const MAX_BYTES = 1024 * 1024;
const MAX_EVENTS = 1000;
/** Longest event, days: longer ones are a mistake, and an expansion has to look back that far. */
const MAX_DAYS = 62;
const SUMMARY_CHARACTERS = 200;

/** An event of a file, with all its recurrences. */
export interface CalendarEvent {
  readonly summary: string | null;
  /** Whether it has dates and no times. */
  readonly allDay: boolean;
  /** Its spans that overlap [from, until), epoch ms, in order. */
  readonly spans: (from: number, until: number) => Span[];
}

export interface CalendarFile {
  readonly events: readonly CalendarEvent[];
  /** Events that are left out, one sentence each. */
  readonly problems: readonly string[];
}

type Library = typeof ICAL;
type Component = InstanceType<Library['Component']>;
type Time = InstanceType<Library['Time']>;

/**
 * Reads an .ics file (iCalendar, RFC 5545). `zone`: that of times that name none. Throws `config_invalid` where it cannot be read as
 * a whole; an event that cannot be used is left out and named.
 */
export function readCalendarFile(path: string, zone: TimeZone): CalendarFile {
  return readCalendar(textOf(path), zone, path);
}

function textOf(path: string): string {
  try {
    if (statSync(path).size > MAX_BYTES) throw new AppError('config_invalid', `${path}: larger than 1 MiB`);
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new AppError('config_invalid', `${path}: ${missing ? 'there is no such file' : 'cannot be read'}`, { cause });
  }
}

/** As `readCalendarFile`, for the text of a file; `path` is for messages. */
export function readCalendar(text: string, zone: TimeZone, path: string): CalendarFile {
  const calendars = componentsOf(text, path);
  const given = calendars.flatMap((calendar) =>
    calendar.getAllSubcomponents('vevent').map((event) => ({ calendar, event })),
  );
  if (given.length > MAX_EVENTS) throw new AppError('config_invalid', `${path}: more than ${MAX_EVENTS} events`);
  const zones = new Map<string, TimeZone>();
  const events: CalendarEvent[] = [];
  const problems: string[] = [];
  const changed = changedOf(given.map(({ event }) => event));
  for (const { calendar, event } of given) {
    if (textIn(event, 'status')?.toUpperCase() === 'CANCELLED') continue;
    const zoneOf = (name: string | null): TimeZone => {
      if (name === null) return zone;
      const found = zones.get(name) ?? zoneNamed(name, calendar);
      zones.set(name, found);
      return found;
    };
    try {
      events.push(eventOf(event, zoneOf, changed));
    } catch (error) {
      const summary = summaryOf(event);
      const why = error instanceof Error ? error.message : String(error);
      problems.push(`${path}: event ${JSON.stringify(summary ?? '')} is left out: ${why}`);
    }
  }
  return { events, problems };
}

/** Loaded only where a site has a calendar, and synchronously, as the site file is read. */
const library = (): Library => createRequire(import.meta.url)('ical.js') as Library;

function componentsOf(text: string, path: string): readonly Component[] {
  try {
    const { parse, Component } = library();
    const parsed = parse(text) as unknown[];
    const all = (Array.isArray(parsed[0]) ? parsed : [parsed]).map((each) => new Component(each as unknown[]));
    if (all.every(({ name }) => name === 'vcalendar')) return all;
    throw new RangeError('no VCALENDAR');
  } catch (cause) {
    throw new AppError('config_invalid', `${path}: not an iCalendar file (${(cause as Error).message.slice(0, 100)})`, {
      cause,
    });
  }
}

/** The zone of a TZID: that of the IANA database, else that which the file describes. */
function zoneNamed(name: string, calendar: Component): TimeZone {
  try {
    return compileTimeZone(name);
  } catch {
    const described = calendar.getAllSubcomponents('vtimezone').find((each) => textIn(each, 'tzid') === name);
    if (described === undefined) throw new RangeError(`unknown time zone ${JSON.stringify(name)}`);
    return zoneOfFile(described);
  }
}

/** Instances that another event of the same file replaces, as UID and instant. */
const changedOf = (events: readonly Component[]): readonly { readonly uid: string; readonly event: Component }[] =>
  events
    .filter((event) => event.hasProperty('recurrence-id'))
    .map((event) => ({ uid: textIn(event, 'uid') ?? '', event }));

function eventOf(
  event: Component,
  zoneOf: (name: string | null) => TimeZone,
  changed: ReturnType<typeof changedOf>,
): CalendarEvent {
  const timesOf = (of: Component, name: string): PlacedTime[] =>
    of.getAllProperties(name).flatMap((property) => {
      const zone = property.getParameter('tzid');
      return property.getValues().map((value) => placed(value as Time, typeof zone === 'string' ? zone : null, zoneOf));
    });
  const start = timesOf(event, 'dtstart').at(0);
  if (start === undefined) throw new RangeError('it has no DTSTART');
  const end = timesOf(event, 'dtend').at(0);
  const duration = event.getFirstPropertyValue('duration') as { toSeconds(): number } | null;
  const lastsMs =
    end !== undefined
      ? start.allDay
        ? end.wall - start.wall
        : end.at - start.at
      : duration !== null
        ? 1000 * duration.toSeconds()
        : start.allDay
          ? DAY_MS
          : 0;
  if (!(lastsMs > 0)) throw new RangeError('it does not end after its start');
  if (lastsMs > MAX_DAYS * DAY_MS) throw new RangeError(`it lasts for more than ${MAX_DAYS} days`);

  const rules = event.getAllProperties('rrule').map((property) => readRule(String(property.getFirstValue())));
  const isInstance = event.hasProperty('recurrence-id');
  const uid = textIn(event, 'uid') ?? '';
  const left = new Set(timesOf(event, 'exdate').map(({ at }) => at));
  if (!isInstance)
    for (const other of changed)
      if (other.uid === uid) for (const { at } of timesOf(other.event, 'recurrence-id')) left.add(at);
  const extra = timesOf(event, 'rdate').map(({ wall }) => wall);
  const spanOf = (wall: number): Span => {
    const from = start.instant(wall);
    // A whole day ends at midnight, also where it has 23 or 25 hours.
    return { from, until: start.allDay ? start.instant(wall + lastsMs) : from + lastsMs };
  };
  return {
    summary: summaryOf(event),
    allDay: start.allDay,
    spans: (from, until) => {
      // Local times are at most a day away from UTC.
      const span = { from: from - lastsMs - DAY_MS, until: until + DAY_MS };
      const regular = (rule: Rule): number[] => occurrences(rule, start.wall, span, laterThan(rule, start.instant));
      const single = rules.length === 0 ? [start.wall] : [];
      const walls = new Set([...single, ...extra, ...rules.flatMap(regular)]);
      return [...walls]
        .map(spanOf)
        .filter((each) => each.until > from && each.from < until && !left.has(each.from))
        .toSorted((a, b) => a.from - b.from);
    },
  };
}

interface PlacedTime {
  readonly allDay: boolean;
  /** Local time: the digits read as UTC, ms. */
  readonly wall: number;
  /** Epoch ms. */
  readonly at: number;
  /** The instant at which a clock of its zone shows a local time. */
  readonly instant: (wall: number) => number;
}

function placed(value: Time, zoneName: string | null, zoneOf: (name: string | null) => TimeZone): PlacedTime {
  const { year, month, day, hour, minute, second, isDate } = value;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  if (Number.isNaN(wall)) throw new RangeError('it has a time that cannot be read');
  // The types say that there is always one; a date has none.
  const utc = (value.zone as { readonly tzid: string } | null)?.tzid === 'UTC';
  const zone = utc ? null : zoneOf(isDate ? null : zoneName);
  const instant = (local: number): number => (zone === null ? local : zone(local, -Infinity));
  return { allDay: isDate, wall, at: instant(wall), instant };
}

function textIn(component: Component, name: string): string | null {
  const value: unknown = component.getFirstPropertyValue(name);
  return typeof value === 'string' ? value : null;
}

/** On one line. */
const summaryOf = (event: Component): string | null =>
  textIn(event, 'summary')
    ?.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, SUMMARY_CHARACTERS) ?? null;
