import { DAY_MS, WEEK_MS } from '../../math/time.ts';

/** A zone's offset from UTC in ms at an instant, epoch ms. */
export type OffsetAt = (at: number) => number;

/** Whether a local day is a holiday; the day as the number of days since 1970-01-01. */
export type IsHoliday = (day: number) => boolean;

/** The epoch was a Thursday; weeks begin on Mondays. */
const FIRST_MONDAY = 4 * DAY_MS;
const SATURDAY_MS = 5 * DAY_MS;
const SUNDAY_MS = 6 * DAY_MS;

/** The share of a cycle that is over at x, in [0, 1), also before 0. */
const phase = (x: number, cycle: number): number => (((x % cycle) + cycle) % cycle) / cycle;

/**
 * The wall clock of a site, as the share of the day and of the week that is over. People and machines follow local time, not UTC,
 * and it changes twice a year. On a holiday the week is where it is on a Sunday at the same time of day.
 *
 * A query for the offset of a zone costs 2 us or more, so it is made at both ends of a UTC day. If they agree, the offset holds
 * between them, because no zone changes twice within a day; if they differ, bisection finds the change. The result is kept for
 * the next readings.
 */
export class Calendar {
  private readonly offsetAt: OffsetAt;
  private readonly isHoliday: IsHoliday | null;
  // The present stretch of time without a change.
  private from = Infinity;
  private until = -Infinity;
  private offset = 0;

  constructor(offsetAt: OffsetAt, isHoliday: IsHoliday | null = null) {
    this.offsetAt = offsetAt;
    this.isHoliday = isHoliday;
  }

  /** Share of the day that is over at an instant, epoch ms: 0 at midnight, 0.5 at noon. */
  day(at: number): number {
    return phase(this.wall(at), DAY_MS);
  }

  /** Share of the week that is over at an instant, epoch ms: 0 at midnight before Monday; on a holiday as on a Sunday. */
  week(at: number): number {
    const wall = this.wall(at);
    if (this.isHoliday?.(Math.floor(wall / DAY_MS)) === true)
      return (SUNDAY_MS + phase(wall, DAY_MS) * DAY_MS) / WEEK_MS;
    return phase(wall - FIRST_MONDAY, WEEK_MS);
  }

  /** Whether an instant, epoch ms, is on a Saturday, a Sunday or a holiday. */
  isRestDay(at: number): boolean {
    return this.week(at) >= SATURDAY_MS / WEEK_MS;
  }

  /**
   * An instant, epoch ms, in local time: 2026-01-09 04:35 +01:00. It has the offset and not the name of the zone, because in the
   * hour that a clock shows twice only the offset is unambiguous; UTC where the offset is zero.
   */
  text(at: number): string {
    const wall = new Date(this.wall(at)).toISOString();
    return `${wall.slice(0, 10)} ${wall.slice(11, 16)} ${offsetText(this.offset)}`;
  }

  /** Local time, as an instant whose UTC time has the same digits. */
  private wall(at: number): number {
    if (at < this.from || at >= this.until) this.findOffset(at);
    return at + this.offset;
  }

  private findOffset(at: number): void {
    const { offsetAt } = this;
    let from = Math.floor(at / DAY_MS) * DAY_MS;
    let until = from + DAY_MS;
    const before = offsetAt(from);
    const after = offsetAt(until);
    this.offset = before;
    if (before !== after) {
      const change = changeBetween(from, until, offsetAt);
      if (at < change) until = change;
      else {
        from = change;
        this.offset = after;
      }
    }
    this.from = from;
    this.until = until;
  }
}

/** +05:30; no zone of today has seconds. */
const offsetText = (offset: number): string => {
  if (offset === 0) return 'UTC';
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
};

/** The first instant, in whole ms, with the offset of `until`, given that there is one change on the way to it. */
function changeBetween(from: number, until: number, offsetAt: OffsetAt): number {
  const before = offsetAt(from);
  while (until - from > 1) {
    const middle = Math.floor((from + until) / 2);
    if (offsetAt(middle) === before) from = middle;
    else until = middle;
  }
  return until;
}

/** The wall clock of a site that names no zone. */
export const UTC = new Calendar(() => 0);
