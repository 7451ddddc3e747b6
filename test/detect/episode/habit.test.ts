import fc from 'fast-check';
import { expect, test } from 'vitest';
import { movementInWords, rateInWords, toHabit } from '../../../src/detect/episode/habit.ts';
import { HABIT, type Signature } from '../../../src/detect/recurrence/signature-slots.ts';
import type { SeriesInfo } from '../../../src/detect/reading.ts';

const MINUTE_MS = 60_000;
const T = Date.UTC(2026, 0, 5);

const info: SeriesInfo = { slug: 'sump-level', unit: '%', range: null, only: 'both' };
const signature = (rest: Partial<Signature & { readonly perWeek: number }> = {}) => ({
  state: HABIT,
  from: 79.91,
  to: 19.71,
  awayMs: 31 * MINUTE_MS,
  events: 12,
  firstAt: T,
  lastAt: T + 3 * 86_400_000,
  perWeek: 56,
  ...rest,
});
const reasonOf = (rest?: Parameters<typeof signature>[0], changed: Partial<SeriesInfo> = {}): string =>
  toHabit('sump', { ...info, ...changed }, signature(rest), T, MINUTE_MS).reason;

test.each([
  [0.05, 'once in 20 weeks'],
  [0.5, 'once in 2 weeks'],
  [0.9, 'once a week'],
  [1.6, '2 times a week'],
  [5.9, '6 times a week'],
  [6.6, 'once a day'],
  [14, '2 times a day'],
  [56, '8 times a day'],
  [400, '2 times an hour'],
  [10_080, '60 times an hour'],
])('%f a week is "%s"', (perWeek, words) => {
  expect(rateInWords(perWeek)).toBe(words);
});

test.each([
  [79.91, 19.71, '80 %', '20 %'],
  [20.512, 21.313, '20.51 %', '21.31 %'],
  [0, 1013.25, '0 %', '1010 %'],
  [3, 3, '3 %', '3 %'],
  [NaN, 3, 'an unknown value', 'an unknown value'],
])('a movement from %f to %f is from %s to %s', (from, to, before, far) => {
  const words = movementInWords(from, to, '%');
  expect(words[0]).toBe(before);
  if (!Number.isNaN(from)) expect(words[1]).toBe(far);
});

test('a habit is one sentence: what, for how long, how often', () => {
  const normal = '; zankyo treats this as normal from now on.';
  expect(reasonOf()).toBe(`sump-level drops from 80 % to 20 % for about 31 min about 8 times a day${normal}`);
  expect(reasonOf({ to: 140.2, perWeek: 7 }, { label: 'The sump', unit: '' })).toBe(
    `The sump rises from 80 to 140 for about 31 min about once a day${normal}`,
  );
  // One or two readings are no duration.
  expect(reasonOf({ awayMs: 2 * MINUTE_MS })).toBe(`sump-level drops from 80 % to 20 % about 8 times a day${normal}`);
  expect(reasonOf({ from: 3, to: 3 })).toBe(
    `sump-level is unusual near 3 % for about 31 min about 8 times a day${normal}`,
  );
});

test('its id is that of its first occurrence, so that the same readings give the same one', () => {
  const habit = toHabit('sump', { ...info, label: 'The sump' }, signature(), T + 1, MINUTE_MS);
  const { reason, ...rest } = habit;
  expect(reason).toMatch(/^The sump drops/);
  expect(rest).toEqual({
    id: `sump-level-h${T.toString(36)}`,
    stream: 'sump',
    series: 'sump-level',
    label: 'The sump',
    unit: '%',
    at: T + 1,
    since: T,
    lastAt: T + 3 * 86_400_000,
    from: 79.91,
    to: 19.71,
    lengthMs: 31 * MINUTE_MS,
    perWeek: 56,
  });
  expect(toHabit('sump', info, signature({ perWeek: 60 }), T + 2, MINUTE_MS).id).toBe(habit.id);
});

test('of any numbers it is a sentence without NaN', () => {
  fc.assert(
    fc.property(fc.double(), fc.double(), fc.double({ min: 0.001, max: 1e6, noNaN: true }), (from, to, perWeek) => {
      expect(reasonOf({ from, to, perWeek })).toMatch(/^sump-level (drops|rises|is unusual) (?!.*(NaN|Infinity)).*\.$/);
    }),
  );
});
