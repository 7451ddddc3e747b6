import { MAX_OCCURRENCES, type Rule, type WeekdayOf } from './rule.ts';

const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const FREQUENCIES = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;
const MAX_INTERVAL = 1000;
/** Times of day that a rule may have. */
const MAX_TIMES = 24;

type Parts = ReadonlyMap<string, string>;

/**
 * Reads a rule such as FREQ=MONTHLY;BYDAY=1SA. Throws a RangeError that names the part and says what would be right, also for parts
 * that are not supported: BYWEEKNO, BYSECOND, and rules that recur more often than daily without BYHOUR.
 */
export function readRule(text: string): Rule {
  const parts = partsOf(text);
  const freq = FREQUENCIES.find((each) => each === parts.get('FREQ'));
  if (freq === undefined)
    throw new RangeError(`FREQ must be ${FREQUENCIES.join(', ')}; for several times a day use BYHOUR`);
  const until = parts.get('UNTIL');
  const count = parts.get('COUNT');
  if (until !== undefined && count !== undefined) throw new RangeError('COUNT and UNTIL exclude each other');
  const rule: Rule = {
    freq,
    interval: numbers(parts, 'INTERVAL', 1, MAX_INTERVAL, false)[0] ?? 1,
    count: count === undefined ? null : numbers(parts, 'COUNT', 1, MAX_OCCURRENCES, false)[0],
    until: until === undefined ? null : timeOf(until),
    weekStart: weekStartOf(parts),
    byMonth: numbers(parts, 'BYMONTH', 1, 12, false),
    byMonthDay: numbers(parts, 'BYMONTHDAY', 1, 31),
    byYearDay: numbers(parts, 'BYYEARDAY', 1, 366),
    byDay: byDayOf(parts),
    byHour: numbers(parts, 'BYHOUR', 0, 23, false),
    byMinute: numbers(parts, 'BYMINUTE', 0, 59, false),
    bySetPos: numbers(parts, 'BYSETPOS', 1, 366),
  };
  check(rule);
  return rule;
}

const NAMES = [
  'FREQ',
  'INTERVAL',
  'COUNT',
  'UNTIL',
  'WKST',
  'BYMONTH',
  'BYMONTHDAY',
  'BYYEARDAY',
  'BYDAY',
  'BYHOUR',
  'BYMINUTE',
  'BYSETPOS',
];

function partsOf(text: string): Parts {
  const parts = new Map<string, string>();
  for (const part of text
    .toUpperCase()
    .replace(/^RRULE:/, '')
    .split(';')) {
    const [, name, value] = /^([^=]*)=([^=]+)$/.exec(part) ?? ['', '', ''];
    if (value === '') throw new RangeError('parts NAME=VALUE with semicolons between them, the first is FREQ');
    if (!NAMES.includes(name))
      throw new RangeError(`${/^[A-Z-]{1,20}$/.test(name) ? name : 'a part'} is not supported`);
    if (parts.has(name)) throw new RangeError(`${name} is there twice`);
    parts.set(name, value);
  }
  return parts;
}

/** The numbers of a list, from `least` to `most`; where `signed` also from -most to -1. */
function numbers(parts: Parts, name: string, least: number, most: number, signed = true): readonly number[] {
  const listed = parts.get(name)?.split(',') ?? [];
  return listed.map((text) => {
    const value = /^[+-]?\d{1,6}$/.test(text) ? Number(text) : NaN;
    const size = signed ? Math.abs(value) : value;
    if (!(size >= least && size <= most))
      throw new RangeError(`${name} must be from ${least} to ${most}${signed ? ', or negative from the end' : ''}`);
    return value;
  });
}

function weekStartOf(parts: Parts): number {
  const day = DAYS.indexOf(parts.get('WKST') ?? 'MO');
  if (day < 0) throw new RangeError(`WKST must be one of ${DAYS.join(', ')}`);
  return day;
}

const byDayOf = (parts: Parts): readonly WeekdayOf[] =>
  (parts.get('BYDAY')?.split(',') ?? []).map((text) => {
    const [, nth, day] = /^([+-]?\d{0,2})([A-Z]{2})$/.exec(text) ?? ['', '', ''];
    const weekday = DAYS.indexOf(day);
    const place = Number(nth);
    if (weekday < 0 || (nth !== '' && !(Math.abs(place) >= 1 && Math.abs(place) <= 53)))
      throw new RangeError('BYDAY must be days such as MO,TU, or 1SA and -1SU for the first and last of a month');
    return { weekday, nth: place };
  });

/** 20261231, 20261231T235959 or 20261231T235959Z. */
function timeOf(text: string): { readonly at: number; readonly utc: boolean } {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)/, '$1-$2-$3').replace(/T(\d\d)(\d\d)(\d\d)/, 'T$1:$2:$3');
  const whole = /^\d{8}$/.test(text) ? `${iso}T23:59:59` : iso;
  const at = /^\d{8}(?:T\d{6}Z?)?$/.test(text) ? Date.parse(whole.replace(/Z?$/, 'Z')) : NaN;
  // To Date.parse, 30 February is 2 March.
  if (Number.isNaN(at) || !new Date(at).toISOString().startsWith(iso.slice(0, 10)))
    throw new RangeError('UNTIL must be a date such as 20261231, or a time such as 20261231T220000Z');
  return { at, utc: text.endsWith('Z') };
}

function check({ freq, byMonthDay, byYearDay, byDay, byHour, byMinute, bySetPos }: Rule): void {
  if (freq === 'WEEKLY' && byMonthDay.length > 0) throw new RangeError('BYMONTHDAY does not go with FREQ=WEEKLY');
  if (freq !== 'YEARLY' && byYearDay.length > 0) throw new RangeError('BYYEARDAY goes with FREQ=YEARLY only');
  if (freq !== 'MONTHLY' && freq !== 'YEARLY' && byDay.some(({ nth }) => nth !== 0))
    throw new RangeError('BYDAY with a number goes with FREQ=MONTHLY or YEARLY only');
  if (Math.max(1, byHour.length) * Math.max(1, byMinute.length) > MAX_TIMES)
    throw new RangeError(`at most ${MAX_TIMES} times a day`);
  if (
    bySetPos.length > 0 &&
    byDay.length + byMonthDay.length + byYearDay.length + byHour.length + byMinute.length === 0
  )
    throw new RangeError('BYSETPOS needs another BY part');
}
