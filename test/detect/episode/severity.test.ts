import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Severity } from '../../../src/detect/episode/anomaly.ts';
import {
  effectOf,
  effectOfDrift,
  effectOfRatio,
  severityOf,
  type Departure,
} from '../../../src/detect/episode/severity.ts';
import { HOUR_MS } from '../../../src/math/time.ts';

/** What is normal: lowest, highest, mean, standard deviation. */
type Normal = readonly [min: number, max: number, mean: number, deviation: number];
const NOISE: Normal = [-4, 4, 0, 1];

interface Happened {
  readonly value: number;
  /** The value itself where it has been constant. */
  readonly meanSince?: number;
  readonly hours?: number;
  /** 1.3: comes once in ten weeks where one alarm a week was asked for. */
  readonly score?: number;
  readonly overdue?: number;
}

const departureOf = (
  [min, max, mean, deviation]: Normal,
  { value, meanSince = value, hours = 0, score = 1.3, overdue = 1 }: Happened,
): Departure => ({ min, max, mean, deviation, value, meanSince, durationMs: hours * HOUR_MS, score, overdue });
const severityIn = (normal: Normal, happened: Happened): Severity =>
  severityOf(effectOf(departureOf(normal, happened)));

const FRIDGE_W: Normal = [0, 92, 35, 40]; // a compressor of 85 W, on for four tenths of the time
const FREEZER: Normal = [-21, -16, -18.5, 1];
const ROOM: Normal = [18, 24, 21, 1];
const BOILER: Normal = [52, 74, 64, 5];
const PRESSURE: Normal = [4, 4.4, 4.2, 0.05]; // bar
const VIBRATION: Normal = [0.4, 1.6, 0.83, 0.2]; // mm/s, noise and daily course
const WASHER: Normal = [0, 2100, 60, 300]; // W
const HOUSE: Normal = [80, 4200, 420, 500]; // W
const SUMP: Normal = [19, 81, 50, 17]; // %
const RIVER: Normal = [0.4, 3.1, 0.9, 0.35]; // m
const DOOR: Normal = [0, 1, 0.02, 0.14];
const MOTOR_KW: Normal = [0, 2.95, 0.7, 1.15];
const RAIN: Normal = [0, 14, 0.1, 0.6]; // mm/h
const COUNTER: Normal = [0, 14, 4, 2]; // pieces a minute
const CO2: Normal = [400, 1500, 700, 230]; // ppm
const BEARING: Normal = [28, 55, 40, 5.8]; // °C
const LINE_V: Normal = [224, 241, 232, 2.5];
const BATTERY: Normal = [2.94, 3.05, 3, 0.02]; // V
const TANK: Normal = [12, 96, 60, 20]; // %

describe('an engineer agrees', () => {
  test.each<[Severity, string, Normal, Happened]>([
    ['major', 'a fridge at 2.7 times its power, in the first minute', FRIDGE_W, { value: 230, score: 1.02 }],
    ['critical', 'the same after a day', FRIDGE_W, { value: 230, hours: 24, score: 1.02 }],
    [
      'minor',
      'its mean up by 7 %, whatever its score',
      FRIDGE_W,
      { value: 85, meanSince: 37.5, hours: 48, score: 7.28 },
    ],
    ['minor', 'a washing machine that starts', WASHER, { value: 2050, score: 12.5 }],
    ['major', 'a boiler 12 K below everything it ever read', BOILER, { value: 40, score: 1.05 }],
    ['critical', 'the same after half a day', BOILER, { value: 40, hours: 12, score: 1.05 }],

    ['minor', 'a freezer at -15 °C for five minutes: its door was open', FREEZER, { value: -15, hours: 1 / 12 }],
    ['major', 'a freezer at -10 °C', FREEZER, { value: -10, meanSince: -13, hours: 0.5 }],
    ['critical', 'a freezer at -4 °C after four hours', FREEZER, { value: -4, meanSince: -9, hours: 4 }],
    ['minor', 'a room 1 K colder than ever, for a quarter of an hour', ROOM, { value: 17, hours: 0.25 }],
    ['major', 'the same for three hours', ROOM, { value: 17, hours: 3 }],
    ['critical', 'a room at 9 °C: the heating is off in winter', ROOM, { value: 9, meanSince: 13, hours: 12 }],
    ['minor', 'a room at 23 °C for two hours: guests', ROOM, { value: 23, hours: 2 }],
    ['critical', 'a pressure of 4.2 bar falls to 2.5 bar: a burst pipe', PRESSURE, { value: 2.5 }],
    ['major', 'a pressure of 4.2 bar falls to 3.8 bar', PRESSURE, { value: 3.75 }],
    ['minor', 'a pressure of 4.2 bar is at 4.1 bar for an hour', PRESSURE, { value: 4.1, hours: 1 }],
    ['major', 'a vibration of 0.8 mm/s rises to 2.4 mm/s: a broken blade', VIBRATION, { value: 2.4 }],
    ['critical', 'a vibration of 7 mm/s, above every trip limit', VIBRATION, { value: 7 }],
    ['minor', 'one spike of vibration, a little above all before', VIBRATION, { value: 1.75 }],
    ['minor', 'a kettle and an oven in a house: 4.5 kW', HOUSE, { value: 4500 }],
    ['major', 'a house at 3 kW for nine hours: the sauna was left on', HOUSE, { value: 3000, hours: 9 }],
    ['major', 'a sump that overflows: 98 %', SUMP, { value: 98, hours: 2 }],
    ['major', 'a sump that was not emptied for twice the longest time', SUMP, { value: 57, hours: 1, overdue: 2 }],
    ['minor', 'a sump that is emptied a quarter later than ever', SUMP, { value: 77, overdue: 1.25 }],
    ['critical', 'a river 2 m above its highest level', RIVER, { value: 5.1, meanSince: 4, hours: 3 }],
    ['minor', 'a river a little high after rain', RIVER, { value: 1.4, meanSince: 1.3, hours: 3 }],
    ['critical', 'a river 6 m above its highest level', RIVER, { value: 9, meanSince: 6, hours: 12 }],
    ['major', 'a river in a flood near its highest level', RIVER, { value: 2.9, meanSince: 2.5, hours: 6 }],
    ['minor', 'a door that is opened at night', DOOR, { value: 1, score: 1.9 }],
    [
      'major',
      'a door that is open for an hour, at most half an hour before',
      DOOR,
      { value: 1, hours: 0.5, overdue: 2 },
    ],
    ['critical', 'a door that is open all night', DOOR, { value: 1, hours: 8.5, overdue: 18 }],
    [
      'major',
      'a motor that runs for an hour, usually for half of that',
      MOTOR_KW,
      { value: 2.9, hours: 0.5, overdue: 2 },
    ],
    ['critical', 'a motor that runs for five hours', MOTOR_KW, { value: 2.9, hours: 4.5, overdue: 10 }],
    ['minor', 'a shower of 16 mm/h where 14 was the most', RAIN, { value: 16 }],
    ['critical', 'a cloudburst of 60 mm/h', RAIN, { value: 60, meanSince: 40, hours: 1 }],
    ['minor', 'a machine that makes 1 piece a minute for a quarter of an hour', COUNTER, { value: 1, hours: 0.25 }],
    ['major', 'a machine that makes none for a shift', COUNTER, { value: 0, hours: 8 }],
    ['minor', 'a meeting: 1,600 ppm of CO2', CO2, { value: 1600, hours: 1 }],
    ['critical', 'a bearing 30 K above all before, for two hours', BEARING, { value: 85, meanSince: 72, hours: 2 }],
    ['minor', 'a bearing 6 K above its mean, for one reading', BEARING, { value: 46, score: 2 }],
    ['major', 'a mains voltage of 212 V', LINE_V, { value: 212 }],
    ['critical', 'a mains voltage of 150 V for ten minutes', LINE_V, { value: 150, hours: 1 / 6 }],
    ['major', 'a battery of 3 V at 2.86 V after an hour', BATTERY, { value: 2.86, meanSince: 2.9, hours: 1 }],
    ['minor', 'a fuel tank at 12 %, its usual lowest level', TANK, { value: 12, hours: 1 }],
    ['major', 'a fuel tank that is empty', TANK, { value: 0, meanSince: 6, hours: 24 }],
  ])('%s: %s', (severity, _, normal, happened) => {
    expect(severityIn(normal, happened)).toBe(severity);
  });
});

test.each([
  ['nothing', { value: 0, score: 1 }, 0],
  ['two deviations beyond the range: log2(2)', { value: 6, score: 1 }, 1],
  ['six beyond it: log2(4)', { value: -10, score: 1 }, 2],
  ['within it, at the beginning', { value: 4, score: 1 }, 0],
  ['two deviations from the mean for nine hours: log10(10) log2(2)', { value: 1, meanSince: 2, hours: 9, score: 1 }, 1],
  [
    'six beyond, the mean off by 6, for 99 hours: log2(4) + 2 log2(4)',
    { value: 10, meanSince: 6, hours: 99, score: 1 },
    6,
  ],
  ['four times as long as ever', { value: 0, overdue: 4, score: 1 }, 2],
  ['the rarity doubles it at most: 2 - 1/2', { value: 6, score: 2 }, 1.5],
  ['... and a score of 1,000', { value: 6, score: 1000 }, 1.999],
  ['a score below 1 counts as 1', { value: 6, score: 0.8 }, 1],
])('the effect, by hand: %s', (_, happened, effect) => {
  expect(effectOf(departureOf(NOISE, happened))).toBeCloseTo(effect, 12);
});

test('beyond a wide range a quarter of it is the unit: 10 beyond [0, 40] is 1, though the deviation is 1', () => {
  expect(effectOf(departureOf([0, 40, 0, 1], { value: 50, score: 1 }))).toBe(1);
});

test('a series that never changed has no unit: every change counts as one', () => {
  const constant: Normal = [5, 5, 5, 0];
  const effects = [5.001, 6, 1e300].map((value) => effectOf(departureOf(constant, { value, hours: 9, score: 1 })));
  expect(effects).toEqual([2, 2, 2]);
});

test('minor below 1, major below 3, critical from 3 on; a fault at twice its limit is major, at four times critical', () => {
  expect([0, 0.99, 1, 2.99, 3, Infinity].map(severityOf)).toEqual([
    'minor',
    'minor',
    'major',
    'major',
    'critical',
    'critical',
  ]);
  expect([1.01, 1.99, 2, 3.99, 4, 10].map((score) => severityOf(effectOfRatio(score)))).toEqual([
    'minor',
    'minor',
    'major',
    'major',
    'critical',
    'critical',
  ]);
});

test.each([
  [0.3, 'minor'],
  [1, 'major'],
  [2, 'critical'],
])('a drift of %d deviations for a week, at four times its limit: %s', (deviations, severity) => {
  const week = 7 * 24 * HOUR_MS;
  expect(severityOf(effectOfDrift(20 + 5 * deviations, { mean: 20, deviation: 5 }, week, 4))).toBe(severity);
});

test('the effect of a drift, by hand: 2 deviations are 1 unit, and 99 h are 2: 2 log2(2) (2 - 1/2)', () => {
  expect(effectOfDrift(30, { mean: 20, deviation: 5 }, 99 * HOUR_MS, 2)).toBeCloseTo(3, 12);
});

const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
const positive = fc.double({ noNaN: true, noDefaultInfinity: true, min: 1e-6, max: 1e6 });
const departure = fc
  .record({
    ends: fc.tuple(number, number),
    mean: number,
    deviation: positive,
    value: number,
    meanSince: number,
    durationMs: fc.double({ noNaN: true, min: 0, max: 1e12 }),
    overdue: fc.double({ noNaN: true, min: 0, max: 1e3 }),
    score: fc.double({ noNaN: true, min: 0, max: 100 }),
  })
  .map(({ ends, ...rest }): Departure => ({ ...rest, min: Math.min(...ends), max: Math.max(...ends) }));
const more = fc.double({ noNaN: true, min: 0, max: 1e6 });

/** Ways in which a departure can get worse: each moves one input by `by`. */
const WORSE: Record<string, (d: Departure, by: number) => Partial<Departure>> = {
  'the reading is further outside': ({ value, max }, by) => ({ value: value > max ? value + by : value }),
  'the reading is further below': ({ value, min }, by) => ({ value: value < min ? value - by : value }),
  'the mean is further away': ({ meanSince, mean }, by) => ({ meanSince: meanSince + (meanSince < mean ? -by : by) }),
  'it lasts longer': ({ durationMs }, by) => ({ durationMs: durationMs + by * 1000 }),
  'it is rarer': ({ score }, by) => ({ score: score + by }),
  'it is more overdue': ({ overdue }, by) => ({ overdue: overdue + by }),
  'the series is quieter': ({ deviation }, by) => ({ deviation: deviation / (1 + by) }),
  'the range is narrower': ({ min, max }, by) => {
    const cut = (max - min) / 2 / (1 + by);
    const middle = (min + max) / 2;
    return { min: Math.max(min, middle - cut), max: Math.min(max, middle + cut) };
  },
};

test.each(Object.entries(WORSE))('the effect does not fall when %s', (_, worse) => {
  fc.assert(
    fc.property(departure, more, (d, by) => {
      const before = effectOf(d);
      expect(before).toBeGreaterThanOrEqual(0);
      expect(effectOf({ ...d, ...worse(d, by) })).toBeGreaterThanOrEqual(before * (1 - 1e-12));
    }),
    { numRuns: 1000 },
  );
});

test('whatever the numbers, the effect is finite', () => {
  const any = fc.double({ noNaN: true, noDefaultInfinity: true });
  const extreme = fc.record({
    value: any,
    min: any,
    max: any,
    mean: any,
    deviation: any.map(Math.abs),
    meanSince: any,
    durationMs: any,
    overdue: any,
    score: any,
  });
  fc.assert(
    fc.property(extreme, (d) => {
      expect(effectOf(d)).toBeGreaterThanOrEqual(0);
      expect(effectOf(d)).toBeLessThan(Infinity);
    }),
    { numRuns: 5000 },
  );
});
