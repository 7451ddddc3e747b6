import { DAY_MS } from '../../math/time.ts';
import type { Rule } from './rule.ts';

/** The days that one step of a rule chooses from: a day, a week, a month or a year; days since 1970-01-01. */
export interface Period {
  readonly firstDay: number;
  readonly lastDay: number;
  /** Its first moment, ms. */
  readonly from: number;
  /** The next one of the rule, `interval` later. */
  next(): Period;
}

/** 1970-01-01 was a Thursday. */
const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7;
const dayOf = (wall: number): number => Math.floor(wall / DAY_MS);
const firstOf = (month: number): number => Date.UTC(Math.floor(month / 12), ((month % 12) + 12) % 12, 1) / DAY_MS;

interface Civil {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly date: number;
}

const civilOf = (day: number): Civil => {
  const date = new Date(day * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, date: date.getUTCDate() };
};

const period = (from: (step: number) => number, step: number, length: number, interval: number): Period => ({
  firstDay: from(step),
  lastDay: from(step + length) - 1,
  from: from(step) * DAY_MS,
  next: () => period(from, step + interval, length, interval),
});

/** The last period of a rule that begins with `start` which is not after `at`, both local, ms. */
export function periodOf({ freq, interval, weekStart }: Rule, start: number, at: number): Period {
  const skip = (steps: number): number => Math.max(0, Math.floor(steps / interval)) * interval;
  const [first, day] = [dayOf(start), dayOf(at)];
  const [a, b] = [civilOf(first), civilOf(day)];
  switch (freq) {
    case 'DAILY':
      return period((step) => step, first + skip(day - first), 1, interval);
    case 'WEEKLY': {
      const monday = (d: number): number => d - ((weekdayOf(d) - weekStart + 7) % 7);
      const weeks = skip((monday(day) - monday(first)) / 7);
      return period((step) => step, monday(first) + 7 * weeks, 7, 7 * interval);
    }
    case 'MONTHLY': {
      const month = 12 * a.year + a.month - 1;
      return period(firstOf, month + skip(12 * b.year + b.month - 1 - month), 1, interval);
    }
    case 'YEARLY':
      return period((year) => firstOf(12 * year), a.year + skip(b.year - a.year), 1, interval);
  }
}

/** Whether a rule that begins with `start` (local, ms) matches a day of one of its periods. */
export function occursOn(rule: Rule, start: number, day: number): boolean {
  const { freq, byMonth, byMonthDay, byYearDay, byDay } = rule;
  const { year, month, date } = civilOf(day);
  const [monthBegins, monthEnds] = [firstOf(12 * year + month - 1), firstOf(12 * year + month)];
  const [yearBegins, yearEnds] = [firstOf(12 * year), firstOf(12 * year + 12)];
  const among = (list: readonly number[], place: number, length: number): boolean =>
    list.length === 0 || list.includes(place) || list.includes(place - length - 1);

  if (byMonth.length > 0 && !byMonth.includes(month)) return false;
  if (!among(byMonthDay, date, monthEnds - monthBegins)) return false;
  if (!among(byYearDay, day - yearBegins + 1, yearEnds - yearBegins)) return false;
  if (byDay.length > 0) {
    // In a year, the first Monday is that of each month where the rule names months.
    const ofMonth = freq === 'MONTHLY' || byMonth.length > 0;
    const [begins, ends] = ofMonth ? [monthBegins, monthEnds] : [yearBegins, yearEnds];
    const nth = Math.floor((day - begins) / 7) + 1;
    const fromEnd = -Math.floor((ends - 1 - day) / 7) - 1;
    return byDay.some((each) => each.weekday === weekdayOf(day) && [0, nth, fromEnd].includes(each.nth));
  }
  if (byMonthDay.length > 0 || byYearDay.length > 0 || freq === 'DAILY') return true;
  // What the rule leaves open is that of the start.
  const first = dayOf(start);
  if (freq === 'WEEKLY') return weekdayOf(day) === weekdayOf(first);
  const began = civilOf(first);
  return date === began.date && (freq === 'MONTHLY' || byMonth.length > 0 || month === began.month);
}
