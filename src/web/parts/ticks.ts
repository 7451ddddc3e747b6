import { clock, date } from './format.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 30, 60, 120, 365].map((n) => n * DAY),
];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** The time on a clock of the site, as if it were UTC, to the minute. */
const wall = (at: number): number => Date.parse(`${date(at)}T${clock(at)}Z`);

/** Round times by the clock of the site, at most `most`. */
export function timeTicks(since: number, until: number, most: number): readonly Tick[] {
  const step = STEPS.find((each) => (until - since) / each < most) ?? STEPS[STEPS.length - 1];
  const offset = (at: number): number => wall(at) - Math.floor(at / MINUTE) * MINUTE;
  const ticks: Tick[] = [];
  for (let shown = Math.ceil(wall(since) / step) * step; shown <= wall(until) && ticks.length < most; shown += step) {
    // An offset that changes within the period: that of the time itself, not of the first guess.
    const at = shown - offset(shown - offset(shown));
    // A time that the clock skips has no place.
    if (at >= since && at <= until && wall(at) === shown) ticks.push({ at, label: labelOf(shown, step) });
  }
  return ticks;
}

function labelOf(shown: number, step: number): string {
  const time = new Date(shown);
  const day = `${time.getUTCDate()} ${MONTHS[time.getUTCMonth()]}`;
  return step >= DAY || shown % DAY === 0 ? day : time.toISOString().slice(11, 16);
}
