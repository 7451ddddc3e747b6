import type { Cause, Finding } from './finding.ts';
import type { SeriesInfo } from '../reading.ts';
import type { Calendar } from '../forecast/calendar.ts';

const UNKNOWN = 'an unknown value';

/** A number without trailing zeros, in as many digits as distinguish it from one that is `apart` away: 4 to 8. */
const round = (x: number, apart = NaN): string => {
  if (!(Math.abs(x) < 1e307)) return UNKNOWN; // rounding up could give Infinity
  const digits = Math.floor(Math.log10(Math.abs(x) / apart)) + 3;
  return String(Number(x.toPrecision(Math.max(4, Math.min(8, digits || 4)))));
};

const UNITS: readonly (readonly [number, string])[] = [
  [365.25 * 86_400_000, 'years'],
  [86_400_000, 'days'],
  [3_600_000, 'hours'],
  [60_000, 'min'],
  [1000, 's'],
];

/** A duration in words: 0.02 s, 90 s, 25 min, 7 hours. */
const durationInWords = (ms: number): string => {
  if (!Number.isFinite(ms)) return 'an unknown time';
  const [size, unit] = UNITS.find(([size]) => ms >= 2 * size) ?? UNITS[UNITS.length - 1];
  const count = ms / size;
  return `${round(count < 1 ? count : Math.round(10 * count) / 10)} ${unit}`;
};

/** Difference of the numbers that the sentence of a finding compares. */
const apartIn = ({ cause, value, detail, lower, upper }: Finding, { range }: SeriesInfo): number => {
  switch (cause) {
    case 'extreme':
    case 'level':
    case 'correlation':
    case 'mean_shift':
    case 'max_step':
    case 'flatline_exit':
    case 'counter_reset':
      return Math.abs(value - detail);
    case 'range':
      return Math.min(...(range ?? []).map((end) => Math.abs(value - end)));
    default:
      return upper - lower;
  }
};

/** `n` formats a number, `q` a number with its unit. */
type Sentence = (
  f: Finding,
  name: string,
  q: (x: number) => string,
  n: (x: number) => string,
  info: SeriesInfo,
) => string;

/**
 * One sentence per cause, without its end. The comments give the meaning of `detail`. A limit may be unknown when a fault ends:
 * the option was removed, or the sensor is gone.
 */
const SENTENCES: Record<Cause, Sentence> = {
  // detail: the most extreme value before, on the same side
  extreme: (f, name, q) =>
    `${name} reads ${q(f.value)}, ${f.value > f.detail ? 'above' : 'below'} all earlier values (${f.value > f.detail ? 'highest' : 'lowest'}: ${q(f.detail)})`,
  // detail: long-run mean
  level: (f, name, q) => `${name} stays near ${q(f.value)}, rare for this time of day; its mean is ${q(f.detail)}`,
  forecast_error: (f, name, q, n) =>
    `${name} jumped to ${q(f.value)}; ${q(f.expected)} was expected, usually ${n(f.lower)} to ${q(f.upper)}`,
  jump: (f, name, q, n) =>
    `${name} jumped to ${q(f.value)}; ${q(f.expected)} was expected, usually ${n(f.lower)} to ${q(f.upper)}`,
  // detail: equal readings in a row, up to this one or the one before
  flatline: (f, name, q, n) =>
    `${name} repeated one value for ${n(f.detail)} readings, longer than usual; now at ${q(f.value)}`,
  // detail: the repeated value
  flatline_exit: (f, name, q) => `${name} jumped to ${q(f.value)} after repeating ${q(f.detail)}`,
  // detail: the mean before
  mean_shift: (f, name, q) => `${name} has shifted: it stays near ${q(f.value)}; its mean was ${q(f.detail)}`,
  sequence: (f, name, q, n) =>
    `${name} changes in an unusual sequence, several unexpected steps in a row: now at ${q(f.value)}, ` +
    `where ${q(f.expected)} was expected, usually ${n(f.lower)} to ${q(f.upper)}`,
  // detail: size of recent steps over that of all steps
  volatility: (f, name, q) =>
    f.detail > 1
      ? `${name} varies more than usual: its steps are ${round(f.detail)} times their usual size, now at ${q(f.value)}`
      : `${name} varies less than usual: its steps are ${round(100 * f.detail)} % of their usual size, now at ${q(f.value)}`,
  // detail: the value that the other series suggest
  correlation: (f, name, q) =>
    `${name} no longer follows its group: it reads ${q(f.value)} where the other series suggest ${q(f.detail)}`,
  // value: recent mean; expected, lower, upper: mean and band of the training period; detail: time that value spans, ms
  drift: (f, name, q, n) =>
    `${name} has drifted: its mean over the last ${durationInWords(f.detail)} is ${q(f.value)}; ` +
    `in the training period it was ${q(f.expected)}, with limits of ${n(f.lower)} and ${q(f.upper)}`,
  // detail: usual interval, ms; value: silence so far, ms
  silent: (f, name) =>
    `${name} has been silent for ${durationInWords(f.value)}; it usually reports every ${durationInWords(f.detail)}`,
  // detail: equal readings so far
  stuck: (f, name, q) => `${name} is stuck: it has repeated ${q(f.value)} for ${round(f.detail)} readings`,
  range: (f, name, q, n, { range }) =>
    `${name} reads ${q(f.value)}, outside its valid range` +
    (range === null ? '' : ` of ${n(range[0])} to ${q(range[1])}`),
  // detail: the last valid value
  max_step: (f, name, q, _, { maxStep }) =>
    `${name} changed from ${q(f.detail)} to ${q(f.value)}` +
    (maxStep === undefined ? ', more than max_step' : `; max_step is ${q(maxStep)}`),
  error_code: (f, name, q) => `${name} reads ${q(f.value)}, a common error code and far outside its history`,
  // value, detail: present and previous reading of the counter
  counter_reset: (f, name, _, n) =>
    `${name} fell from ${n(f.detail)} to ${n(f.value)}: the counter was reset, replaced or has rolled over`,
  // detail: how far the clock is ahead, ms
  clock: (f, name) =>
    `${name} has a wrong clock, ${durationInWords(Math.abs(f.detail))} ${f.detail > 0 ? 'ahead' : 'behind'}; ` +
    'its readings get the time of their arrival',
};

/** Formats numbers, with and without their unit, in as many digits as distinguish two that are `apart`. */
function formatters(unit: string, apart: number) {
  const number = (x: number): string => round(x, apart);
  const quantity = (x: number): string => (unit === '' || number(x) === UNKNOWN ? number(x) : `${number(x)} ${unit}`);
  return { number, quantity };
}

/** The name of a series in sentences. */
const nameOf = ({ slug, label }: SeriesInfo): string => label ?? slug;

/** Cause, start and confidence of a finding in one plain sentence with numbers and units. `since`: start, epoch ms. */
export function reasonOf(finding: Finding, info: SeriesInfo, since: number, calendar: Calendar): string {
  const { number, quantity } = formatters(info.unit, apartIn(finding, info));
  const why = SENTENCES[finding.cause](finding, nameOf(info), quantity, number, info);
  return `${why} (since ${calendar.text(since)}, ${Math.round(100 * finding.confidence)} % sure).`;
}

/** Change of the mean of a series during an open episode, in its unit. `nth` counts from 1 in each episode. */
export interface LevelChange {
  readonly series: number;
  readonly nth: number;
  readonly from: number;
  readonly to: number;
}

/** One plain sentence that a level change adds to the reason of its episode. */
export function levelChangeReason({ from, to }: LevelChange, info: SeriesInfo): string {
  const { quantity } = formatters(info.unit, Math.abs(to - from));
  return `Level changed again: ${nameOf(info)} is now near ${quantity(to)} (was near ${quantity(from)}).`;
}
