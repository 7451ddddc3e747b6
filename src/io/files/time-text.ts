import { parseTime } from '../../stream/time/event-time.ts';

/** Reads a time of day: `9:05`, `09:05:30.250`, `9:05:30 PM`. */
const CLOCK = String.raw`(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:\s*([AaPp])\.?[Mm]\.?)?`;
const CLOCK_ONLY = new RegExp(`^${CLOCK}$`);
/** Numbers of a date between dots, slashes or hyphens, then perhaps a time of day and an offset from UTC. */
const DATED = new RegExp(
  String.raw`^(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:(?:,?\s+|T)${CLOCK}(?:\s*([Zz]|[+-]\d\d(?::?\d\d)?))?)?$`,
);
const DAY_AND_MONTH = /^(\d{1,2})([./-])(\d{1,2})\2\d{4}(?!\d)/;

export type TimeKind = 'time' | 'date' | 'clock';

/** Taken for a time without being named one, a number has to be of these years: 1990 to 2100. */
const PLAUSIBLE_MS = [Date.UTC(1990, 0), Date.UTC(2100, 0)] as const;
const NUMBER = /^[+-]?[\d.]+(?:e[+-]?\d+)?$/i;

/** Whether a cell reads as a date with a time of day, as a date alone, or as a time of day alone; null for other text. */
export function timeKindOf(text: string): TimeKind | null {
  const at = parseTime(text, (wall) => wall);
  if (typeof at === 'number')
    return !NUMBER.test(text) || (at >= PLAUSIBLE_MS[0] && at < PLAUSIBLE_MS[1]) ? 'time' : null;
  if (CLOCK_ONLY.test(text)) return Number.isNaN(timeOfDay(CLOCK_ONLY.exec(text)!.slice(1))) ? null : 'clock';
  const match: (string | undefined)[] | null = DATED.exec(text);
  if (match === null) return null;
  if (Number.isNaN(readTime(text, true)) && Number.isNaN(readTime(text, false))) return null;
  return match[5] === undefined ? 'date' : 'time';
}

/**
 * A time as epoch ms, NaN where there is none: as `parseTime` reads it, or a date whose numbers are separated by dots, slashes
 * or hyphens, with or without a time of day. The year has four digits and stands first or last; where it stands last,
 * `dayFirst` decides which of the other two is the day. Without an offset the time is UTC.
 */
export function readTime(text: string, dayFirst: boolean): number {
  const at = parseTime(text, (wall) => wall);
  if (typeof at === 'number') return at;
  const match: (string | undefined)[] | null = DATED.exec(text);
  if (match === null) return NaN;
  const [, first = '', , second = '', third = '', ...clock] = match;
  const date =
    first.length === 4
      ? dateOf(first, second, third)
      : dayFirst
        ? dateOf(third, second, first)
        : dateOf(third, first, second);
  return date + (match[5] === undefined ? 0 : timeOfDay(clock)) - offsetOf(match[10]);
}

const dateOf = (year: string, month: string, day: string): number => {
  if (year.length !== 4 || day.length > 2) return NaN;
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day));
  // To Date.UTC, 30 February is 2 March.
  return new Date(at).getUTCDate() === Number(day) && Number(month) <= 12 && at > 0 ? at : NaN;
};

const timeOfDay = ([hours, minutes, seconds = '0', fraction = '0', half]: (string | undefined)[]): number => {
  let hour = Number(hours);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return NaN;
    hour = (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  }
  if (hour > 23 || Number(minutes) > 59 || Number(seconds) > 59) return NaN;
  return (
    hour * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000 + Math.round(Number(`0.${fraction}`) * 1000)
  );
};

/** `Z`, `+02`, `+0200` or `+02:00` in ms. */
export const offsetOf = (text: string | undefined): number => {
  if (text === undefined || /^z$/i.test(text)) return 0;
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(3).replace(':', ''))];
  if (hours > 23 || minutes > 59) return NaN;
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
};

/** Which of day and month stands first in a column of dates whose year stands last: a number above 12 is a day. */
export class DayOrder {
  /** The first date that can only be read with the day first, and with the month first. */
  private dayFirst: string | null = null;
  private monthFirst: string | null = null;
  /** The first date that can be read both ways, with different results. */
  private either: string | null = null;
  private dots = false;

  /** Takes the next date. False for a text whose reading does not depend on the order. */
  observe(text: string): boolean {
    const match = DAY_AND_MONTH.exec(text);
    if (match === null) return false;
    const [first, second] = [Number(match[1]), Number(match[3])];
    if (match[2] === '.') this.dots = true;
    if (first > 12) this.dayFirst ??= text;
    else if (second > 12) this.monthFirst ??= text;
    else if (first !== second) this.either ??= text;
    return true;
  }

  /**
   * `dayFirst` where the dates prove it, or nothing depends on it; else a text that says why not. Dates with dots have the day
   * first unless they prove otherwise, as no country writes the month first with dots.
   */
  decide(): { readonly dayFirst: boolean; readonly proof: string | null } | string {
    const { dayFirst, monthFirst, either, dots } = this;
    if (dayFirst !== null && monthFirst !== null)
      return `holds dates with the day first, such as "${dayFirst}", and dates with the month first, such as "${monthFirst}": convert them to one format, or give the right one with --time-format, and rows of the other one are left out`;
    if (dayFirst === null && monthFirst === null && either !== null && !dots)
      return `holds dates such as "${either}", and no row shows whether the day or the month stands first: give --time-format "${formatOf(either, true)}" (day first) or --time-format "${formatOf(either, false)}" (month first)`;
    return { dayFirst: monthFirst === null, proof: dayFirst ?? monthFirst };
  }
}

/** The `--time-format` for dates such as this one. */
const formatOf = (text: string, dayFirst: boolean): string => {
  const [, , separator] = DAY_AND_MONTH.exec(text)!;
  const date = (dayFirst ? ['%d', '%m', '%Y'] : ['%m', '%d', '%Y']).join(separator);
  const rest = text.replace(DAY_AND_MONTH, '');
  const clock = rest
    .replace(/\d{1,2}:\d\d/, /[ap]\.?m/i.test(rest) ? '%I:%M' : '%H:%M')
    .replace(/:\d\d(?!\d)/, ':%S')
    .replace(/(%S[.,])\d+/, '$1%f')
    .replace(/[ap]\.?m\.?/i, '%p')
    .replace(/(?:z|[+-]\d\d:?(?:\d\d)?)$/i, '%z');
  return date + clock;
};
