/** Maps a number of [low, high] to a position between two ends; numbers outside are put at the nearer end. */
export const scale =
  (low: number, high: number, from: number, to: number) =>
  (x: number): number => {
    const share = high > low ? (x - low) / (high - low) : 0.5;
    return from + Math.max(0, Math.min(1, share)) * (to - from);
  };

/** A share as a CSS percentage. */
export const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;

/** Round numbers in [low, high], one more than `most` at most: multiples of 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number, most = 5): readonly number[] {
  if (!(high > low)) return [low];
  const size = 10 ** Math.floor(Math.log10((high - low) / most));
  const steps = [1, 2, 5, 10, 20, 50].map((each) => each * size);
  const chosen = steps.findIndex((step) => (high - low) / step <= most);
  const marks = multiples(low, high, steps[chosen]);
  // A range shorter than its step may have no multiple of it, as -4.1 to -0.1 has none of 5; of the step before it has two or three.
  return marks.length > 0 ? marks : multiples(low, high, steps[chosen - 1]);
}

function multiples(low: number, high: number, step: number): readonly number[] {
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Rounding may put a multiple of the step outside the range.
  const within = (x: number): number => Math.max(low, Math.min(high, x));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => within((first + i) * step));
}

/** The label of a number on an axis. */
export const short = (x: number): string => {
  const size = Math.abs(x);
  if (size >= 1e6 || (size > 0 && size < 1e-4)) return x.toExponential(1).replace(/\.0e/, 'e').replace('e+', 'e');
  return String(Number(x.toPrecision(4)));
};

export interface TimeTick {
  readonly at: number;
  readonly label: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 2, 5, 10, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 5, 10, 30, 60, 120, 365, 730, 1825].map((n) => n * DAY),
];
const MAX_TIMES = 7;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Round times, UTC, from first to last. */
export function timeTicks(first: number, last: number): readonly TimeTick[] {
  const step = STEPS.find((each) => (last - first) / each < MAX_TIMES) ?? STEPS[STEPS.length - 1];
  const times: TimeTick[] = [];
  for (let at = Math.ceil(first / step) * step; at <= last && times.length < MAX_TIMES; at += step)
    times.push({ at, label: timeLabel(at, step) });
  return times;
}

function timeLabel(at: number, step: number): string {
  const time = new Date(at);
  const day = `${time.getUTCDate()} ${MONTHS[time.getUTCMonth()]}`;
  if (step >= 120 * DAY) return `${MONTHS[time.getUTCMonth()]} ${time.getUTCFullYear()}`;
  if (step >= DAY || at % DAY === 0) return day;
  return time.toISOString().slice(11, step < MINUTE ? 19 : 16);
}
