import { log10 } from '../../math/elementary.ts';
import type { EvidenceKind, Kind, NumberFormat } from '../evidence/kind.ts';
import { KINDS } from '../evidence/kinds.ts';
import type { KnownMode } from '../evidence/level/mean-shift.ts';
import type { Calendar } from '../forecast/calendar.ts';
import type { SeriesInfo } from '../reading.ts';
import type { Cause, Finding } from './finding.ts';

const UNKNOWN = 'an unknown value';

/**
 * A number without trailing zeros, in as many digits as distinguish it from one that is `apart` away: 4 to 8. Below a thousandth of that
 * it is 0: a forecast of -7.5e-8 kW is that of 0.
 */
const round = (x: number, apart = NaN): string => {
  if (apart < Infinity && Math.abs(x) < 1e-3 * apart) return '0';
  if (!(Math.abs(x) < 1e307)) return UNKNOWN; // rounding up could give Infinity
  const digits = Math.floor(log10(Math.abs(x) / apart)) + 3;
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
export const durationInWords = (ms: number): string => {
  if (!Number.isFinite(ms)) return 'an unknown time';
  const [size, unit] = UNITS.find(([size]) => ms >= 2 * size) ?? UNITS[UNITS.length - 1];
  const count = ms / size;
  return `${round(count < 1 ? count : Math.round(10 * count) / 10)} ${unit}`;
};

/** The kind of evidence that a cause is; undefined for drift and the faults of sensors. */
const kindOf = (cause: Cause): Kind | undefined => (KINDS as Partial<Record<Cause, Kind>>)[cause];

/** Difference of the numbers that the sentence of a finding compares. */
const apartIn = ({ cause, value, detail, lower, upper }: Finding, { range }: SeriesInfo): number => {
  if (cause === 'range') return Math.min(...(range ?? []).map((end) => Math.abs(value - end)));
  const withDetail = cause === 'max_step' || cause === 'counter_reset' || kindOf(cause)?.compares === 'detail';
  return withDetail ? Math.abs(value - detail) : upper - lower;
};

type Sentence = (f: Finding, name: string, format: NumberFormat, info: SeriesInfo) => string;

/**
 * One sentence, without its end, for each cause that is no kind of evidence: those have theirs in evidence/kinds/. The comments
 * give the meaning of `detail`. A limit may be unknown when a fault ends: the option was removed, or the sensor is gone.
 */
const SENTENCES: Record<Exclude<Cause, EvidenceKind>, Sentence> = {
  // value: recent mean; expected, lower, upper: mean and band of the training period; detail: time that value spans, ms
  drift: (f, name, { quantity, number }) =>
    `${name} has drifted: its mean over the last ${durationInWords(f.detail)} is ${quantity(f.value)}; ` +
    `in the training period it was ${quantity(f.expected)}, with limits of ${number(f.lower)} and ${quantity(f.upper)}`,
  // detail: usual interval, ms; NaN: the device has announced that it is offline; value: silence so far, ms; NaN: it has sent nothing yet
  silent: (f, name) =>
    Number.isNaN(f.detail)
      ? `${name} is lost: its device announced that it is offline; ` +
        (Number.isNaN(f.value) ? 'no reading has come yet' : `the last reading came ${durationInWords(f.value)} before`)
      : `${name} has been silent for ${durationInWords(f.value)}; it usually reports every ${durationInWords(f.detail)}`,
  // detail: equal readings so far
  stuck: (f, name, { quantity, ratio }) =>
    `${name} is stuck: it has repeated ${quantity(f.value)} for ${ratio(f.detail)} readings`,
  range: (f, name, { quantity, number }, { range }) =>
    `${name} reads ${quantity(f.value)}, outside its valid range` +
    (range === null ? '' : ` of ${number(range[0])} to ${quantity(range[1])}`),
  // detail: the last valid value
  max_step: (f, name, { quantity }, { maxStep }) =>
    `${name} changed from ${quantity(f.detail)} to ${quantity(f.value)}` +
    (maxStep === undefined ? ', more than max_step' : `; max_step is ${quantity(maxStep)}`),
  error_code: (f, name, { quantity }) =>
    `${name} reads ${quantity(f.value)}, a common error code and far outside its history`,
  // value, detail: present and previous reading of the counter
  counter_reset: (f, name, { number }) =>
    `${name} fell from ${number(f.detail)} to ${number(f.value)}: the counter was reset, replaced or has rolled over`,
  // detail: how far the clock is ahead, ms
  clock: (f, name) =>
    `${name} has a wrong clock, ${durationInWords(Math.abs(f.detail))} ${f.detail > 0 ? 'ahead' : 'behind'}; ` +
    'its readings get the time of their arrival',
};

/** Formats numbers, with and without their unit, in as many digits as distinguish two that are `apart`. */
export function formatOf(unit: string, apart: number): NumberFormat {
  const number = (x: number): string => round(x, apart);
  const quantity = (x: number): string => (unit === '' || number(x) === UNKNOWN ? number(x) : `${number(x)} ${unit}`);
  return { number, quantity, ratio: (x: number): string => round(x), duration: durationInWords };
}

/** The name of a series in sentences. */
export const nameOf = ({ slug, label }: SeriesInfo): string => label ?? slug;

/** Cause, start and confidence of a finding in one plain sentence with numbers and units. `since`: start, epoch ms. */
export function reasonOf(finding: Finding, info: SeriesInfo, since: number, calendar: Calendar): string {
  const format = formatOf(info.unit, apartIn(finding, info));
  const { cause } = finding;
  const kind = kindOf(cause);
  const why =
    kind === undefined
      ? SENTENCES[cause as keyof typeof SENTENCES](finding, nameOf(info), format, info)
      : kind.sentence(nameOf(info), finding, format);
  return `${why} (since ${calendar.text(since)}, ${Math.round(100 * finding.confidence)} % sure).`;
}

/** The facts about a known level to which a series has come back that the sentence needs. */
export type Return = Omit<KnownMode, 'since'>;

/** One plain sentence about an operating mode that was known before. */
export function returnReason(
  { mean, spread, returnedAt, leftAt, times }: Return,
  info: SeriesInfo,
  calendar: Calendar,
): string {
  const { quantity } = formatOf(info.unit, spread);
  const before = times > 2 ? `${times - 1} times before` : 'before';
  const last = Number.isNaN(leftAt) ? '' : `,${times > 2 ? ' last' : ''} until ${calendar.text(leftAt)}`;
  return (
    `${nameOf(info)} has been back at ${quantity(mean)} since ${calendar.text(returnedAt)}; ` +
    `it stayed there ${before}${last}.`
  );
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
  const { quantity } = formatOf(info.unit, Math.abs(to - from));
  return `Level changed again: ${nameOf(info)} is now near ${quantity(to)} (was near ${quantity(from)}).`;
}
