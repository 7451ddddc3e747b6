import type { Cause, Finding } from './finding.ts';
import type { SeriesInfo } from '../reading.ts';
import type { Calendar } from '../forecast/calendar.ts';

const UNKNOWN = 'an unknown value';

/** A number without trailing zeros, in as many digits as tell it from one that is `apart` away: 4 to 8. */
const round = (x: number, apart = NaN): string => {
  if (!(Math.abs(x) < 1e307)) return UNKNOWN; // rounded up it might be none
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

/** A duration as a person would say it: 0.02 s, 90 s, 25 min, 7 hours. */
const durationInWords = (ms: number): string => {
  if (!Number.isFinite(ms)) return 'an unknown time';
  const [size, unit] = UNITS.find(([size]) => ms >= 2 * size) ?? UNITS[UNITS.length - 1];
  const count = ms / size;
  return `${round(count < 1 ? count : Math.round(10 * count) / 10)} ${unit}`;
};

/** How far apart the numbers are that the sentence of a finding compares. */
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

/** `n` says a number, `q` a number with its unit. */
type Sentence = (
  f: Finding,
  name: string,
  q: (x: number) => string,
  n: (x: number) => string,
  info: SeriesInfo,
) => string;

/**
 * One sentence per cause, without its end. `detail` is what the cause makes of it, named in each line. A limit may be unknown
 * by the end of a fault: it was taken back, or the sensor is gone.
 */
const SENTENCES: Record<Cause, Sentence> = {
  // detail: the most extreme value before, on the same side
  extreme: (f, name, q) =>
    `${name} reads ${q(f.value)}, ${f.value > f.detail ? 'above' : 'below'} everything seen before, ${q(f.detail)}`,
  // detail: long-run mean
  level: (f, name, q) => `${name} stays near ${q(f.value)}, rare for this time of day; its mean is ${q(f.detail)}`,
  forecast_error: (f, name, q, n) =>
    `${name} jumped to ${q(f.value)}; ${q(f.expected)} was expected, usually ${n(f.lower)} to ${q(f.upper)}`,
  jump: (f, name, q, n) =>
    `${name} jumped to ${q(f.value)}; ${q(f.expected)} was expected, usually ${n(f.lower)} to ${q(f.upper)}`,
  // detail: equal readings in a row, up to this one or the one before
  flatline: (f, name, q, n) =>
    `${name} stood still for ${n(f.detail)} readings, unusually long for it; now at ${q(f.value)}`,
  // detail: the value that it stood at
  flatline_exit: (f, name, q) => `${name} jumped to ${q(f.value)} after it had stood still at ${q(f.detail)}`,
  // detail: the mean before
  mean_shift: (f, name, q) => `${name} has shifted: it stays near ${q(f.value)}, and its mean was ${q(f.detail)}`,
  sequence: (f, name, q, n) =>
    `${name} takes an unusual course, several unexpected steps in a row: now at ${q(f.value)}, ` +
    `where ${q(f.expected)} was expected, usually ${n(f.lower)} to ${q(f.upper)}`,
  // detail: size of recent steps over that of all steps
  volatility: (f, name, q) =>
    f.detail > 1
      ? `${name} is unsteady: its steps are ${round(f.detail)} times their usual size, now at ${q(f.value)}`
      : `${name} hardly moves: its steps are ${round(100 * f.detail)} % of their usual size, now at ${q(f.value)}`,
  // detail: what the other series suggest
  correlation: (f, name, q) =>
    `${name} no longer follows its group: it reads ${q(f.value)} where the other series suggest ${q(f.detail)}`,
  // value: mean of late; expected, lower, upper: mean and band when it was learned; detail: time that value spans, ms
  drift: (f, name, q, n) =>
    `${name} has drifted: over the last ${durationInWords(f.detail)} its mean is ${q(f.value)}, and it was ${q(f.expected)}, ` +
    `between ${n(f.lower)} and ${q(f.upper)}, when it was learned`,
  // detail: usual interval, ms; value: silence so far, ms
  silent: (f, name) =>
    `${name} has been silent for ${durationInWords(f.value)}; it usually reports every ${durationInWords(f.detail)}`,
  // detail: equal readings so far
  stuck: (f, name, q) => `${name} is stuck: it has repeated ${q(f.value)} for ${round(f.detail)} readings`,
  range: (f, name, q, n, { range }) =>
    `${name} reads ${q(f.value)}, outside its valid range` +
    (range === null ? '' : ` of ${n(range[0])} to ${q(range[1])}`),
  // detail: the last sound value
  max_step: (f, name, q, _, { maxStep }) =>
    `${name} cannot have got from ${q(f.detail)} to ${q(f.value)}` +
    (maxStep === undefined ? '' : `: a step is ${q(maxStep)} at most`),
  error_code: (f, name, q) =>
    `${name} reads ${q(f.value)}, far from all it ever read, as sensors do that have no value`,
  // value, detail: what the counter shows, and showed before
  counter_reset: (f, name, _, n) =>
    `${name} counts from ${n(f.value)} where it had counted to ${n(f.detail)}: it was reset, replaced or has rolled over`,
  // detail: how far the clock is ahead, ms
  clock: (f, name) =>
    `${name} gives a time that cannot be, ${durationInWords(Math.abs(f.detail))} ${f.detail > 0 ? 'ahead' : 'behind'}; ` +
    'its readings count from their arrival',
};

/** Says numbers, and numbers with their unit, in as many digits as tell two that are `apart` from each other. */
function formatters(unit: string, apart: number) {
  const number = (x: number): string => round(x, apart);
  const quantity = (x: number): string => (unit === '' || number(x) === UNKNOWN ? number(x) : `${number(x)} ${unit}`);
  return { number, quantity };
}

/** The name of a series in sentences. */
const nameOf = ({ slug, label }: SeriesInfo): string => label ?? slug;

/** Why a finding is one, since when, and how sure that is, in one plain sentence with numbers and units. */
export function reasonOf(finding: Finding, info: SeriesInfo, since: number, calendar: Calendar): string {
  const { number, quantity } = formatters(info.unit, apartIn(finding, info));
  const why = SENTENCES[finding.cause](finding, nameOf(info), quantity, number, info);
  return `${why} (since ${calendar.text(since)}, ${Math.round(100 * finding.confidence)} % sure).`;
}

/** The mean of a series has moved while its stream was odd already; in its unit. `nth` counts from 1 in each episode. */
export interface LevelChange {
  readonly series: number;
  readonly nth: number;
  readonly from: number;
  readonly to: number;
}

/** One plain sentence that a move adds to what is told of its episode. */
export function levelChangeReason({ from, to }: LevelChange, info: SeriesInfo): string {
  const { number, quantity } = formatters(info.unit, Math.abs(to - from));
  return `It has moved on: ${nameOf(info)} is near ${quantity(to)} now, and was near ${number(from)}.`;
}
