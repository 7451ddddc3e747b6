import { describe, expect, test } from 'vitest';
import { CAUSES, type Finding } from '../../../src/detect/episode/finding.ts';
import { UTC } from '../../../src/detect/forecast/calendar.ts';
import type { SeriesInfo } from '../../../src/detect/reading.ts';
import { levelChangeReason, reasonOf, returnReason } from '../../../src/detect/episode/reason.ts';

const BOILER: SeriesInfo = { slug: 'boiler', unit: '°C', range: [0, 90], only: 'both' };
const LABELLED: SeriesInfo = { ...BOILER, label: 'Boiler 2' };
const NO_UNIT: SeriesInfo = { ...BOILER, unit: '' };

const found = (cause: Finding['cause'], numbers: Partial<Finding> = {}): Finding => ({
  score: 2,
  effect: 1,
  cause,
  series: 0,
  value: 80.5,
  expected: 61.25,
  lower: 60,
  upper: 62.5,
  gapFrom: NaN,
  gapTo: NaN,
  detail: NaN,
  usual: NaN,
  aspect: 0,
  scores: Float64Array.of(2),
  confidence: 0.914,
  evidence: new Float64Array(CAUSES.length),
  ...numbers,
});

const SINCE = Date.UTC(2026, 0, 5, 7, 29, 59);
const TAIL = ' (since 2026-01-05 07:29 UTC, 91 % sure).';
/** Without since when and how sure. */
const whyOf = (finding: Finding, info: SeriesInfo): string => {
  const reason = reasonOf(finding, info, SINCE, UTC);
  expect(reason.endsWith(TAIL)).toBe(true);
  return `${reason.slice(0, -TAIL.length)}.`;
};

test.each<[Finding, string, string]>([
  [
    found('duration', { detail: 65 * 60_000, usual: 18 * 60_000 }),
    'boiler has stayed near 80.5 °C for 65 min; it usually does so for 18 min.',
    'boiler has stayed near 80.5 for 65 min; it usually does so for 18 min.',
  ],
  [
    found('duration', { detail: 6 * 60_000, usual: 18 * 60_000 }),
    'boiler switches too often, now to 80.5 °C after 6 min; it usually takes 18 min.',
    'boiler switches too often, now to 80.5 after 6 min; it usually takes 18 min.',
  ],
  [
    found('cycle', { aspect: -1, detail: 11 * 3_600_000, usual: 2.6 * 3_600_000 }),
    'boiler has not dropped for 11 hours; it usually drops every 2.6 hours.',
    'boiler has not dropped for 11 hours; it usually drops every 2.6 hours.',
  ],
  [
    found('cycle', { aspect: 2, detail: 40 * 60_000, usual: 2.6 * 3_600_000 }),
    'boiler rises too often, now after 40 min; it usually rises every 2.6 hours.',
    'boiler rises too often, now after 40 min; it usually rises every 2.6 hours.',
  ],
  [
    found('cycle', { aspect: -3, value: 20, detail: 44.8, usual: 79.8049 }),
    'boiler dropped from 44.8 °C; it usually drops from 79.8 °C.',
    'boiler dropped from 44.8; it usually drops from 79.8.',
  ],
  [
    found('occupancy', { detail: 40 }),
    'boiler stays near 80.5 °C, a level that is rare in this hour of such a day; its mean is 40 °C.',
    'boiler stays near 80.5, a level that is rare in this hour of such a day; its mean is 40.',
  ],
  [
    found('extreme', { detail: 75 }),
    'boiler reads 80.5 °C, above all earlier values (highest: 75 °C).',
    'boiler reads 80.5, above all earlier values (highest: 75).',
  ],
  [
    found('extreme', { value: -3, detail: 12 }),
    'boiler reads -3 °C, below all earlier values (lowest: 12 °C).',
    'boiler reads -3, below all earlier values (lowest: 12).',
  ],
  [
    found('level', { detail: 61 }),
    'boiler stays near 80.5 °C, rare for this time of day; its mean is 61 °C.',
    'boiler stays near 80.5, rare for this time of day; its mean is 61.',
  ],
  [
    found('forecast_error'),
    'boiler jumped to 80.5 °C; 61.25 °C was expected, usually 60 to 62.5 °C.',
    'boiler jumped to 80.5; 61.25 was expected, usually 60 to 62.5.',
  ],
  [
    found('jump', { detail: 19.5 }),
    'boiler jumped to 80.5 °C; 61.25 °C was expected, usually 60 to 62.5 °C.',
    'boiler jumped to 80.5; 61.25 was expected, usually 60 to 62.5.',
  ],
  [
    found('forecast_error', { detail: -0.2 }),
    'boiler reads 80.5 °C; 61.25 °C was expected, usually 60 to 62.5 °C.',
    'boiler reads 80.5; 61.25 was expected, usually 60 to 62.5.',
  ],
  [
    found('jump', { value: 18, expected: -7.525e-8, lower: -0.1406, upper: 0.1406 }),
    'boiler jumped to 18 °C; 0 °C was expected, usually -0.1406 to 0.1406 °C.',
    'boiler jumped to 18; 0 was expected, usually -0.1406 to 0.1406.',
  ],
  [
    found('flatline', { detail: 11 }),
    'boiler repeated one value for 11 readings, longer than usual; now at 80.5 °C.',
    'boiler repeated one value for 11 readings, longer than usual; now at 80.5.',
  ],
  [
    found('flatline_exit', { detail: 61 }),
    'boiler jumped to 80.5 °C after repeating 61 °C.',
    'boiler jumped to 80.5 after repeating 61.',
  ],
  [
    found('sequence', { detail: 64 }),
    'boiler changes in an unusual sequence over about 64 readings: now at 80.5 °C, where 61.25 °C was expected, usually 60 to 62.5 °C.',
    'boiler changes in an unusual sequence over about 64 readings: now at 80.5, where 61.25 was expected, usually 60 to 62.5.',
  ],
  [
    found('volatility', { detail: 5.2 }),
    'boiler varies more than usual: its steps are 5.2 times their usual size, now at 80.5 °C.',
    'boiler varies more than usual: its steps are 5.2 times their usual size, now at 80.5.',
  ],
  [
    found('volatility', { detail: 0.031 }),
    'boiler varies less than usual: its steps are 3.1 % of their usual size, now at 80.5 °C.',
    'boiler varies less than usual: its steps are 3.1 % of their usual size, now at 80.5.',
  ],
  [
    found('correlation', { detail: 61 }),
    'boiler no longer follows its group: it reads 80.5 °C where the other series suggest 61 °C.',
    'boiler no longer follows its group: it reads 80.5 where the other series suggest 61.',
  ],
  [
    found('stuck', { lower: NaN, upper: NaN, detail: 31 }),
    'boiler is stuck: it has repeated 80.5 °C for 31 readings.',
    'boiler is stuck: it has repeated 80.5 for 31 readings.',
  ],
  [
    found('drift', { value: 23.12, expected: 20, lower: 19.6, upper: 20.4, detail: 7 * 86_400_000 }),
    'boiler has drifted: its mean over the last 7 days is 23.12 °C; in the training period it was 20 °C, with limits of 19.6 and 20.4 °C.',
    'boiler has drifted: its mean over the last 7 days is 23.12; in the training period it was 20, with limits of 19.6 and 20.4.',
  ],
  [
    found('range', { value: 127 }),
    'boiler reads 127 °C, outside its valid range of 0 to 90 °C.',
    'boiler reads 127, outside its valid range of 0 to 90.',
  ],
])('$cause', (finding, withUnit, without) => {
  expect(whyOf(finding, BOILER)).toBe(withUnit);
  expect(whyOf(finding, NO_UNIT)).toBe(without);
});

test.each([
  [90_000, 1000, '90 s; it usually reports every 1 s.'],
  [25 * 60_000, 20, '25 min; it usually reports every 0.02 s.'],
  [7.26 * 3_600_000, 119_000, '7.3 hours; it usually reports every 119 s.'],
  [3 * 86_400_000, 120_000, '3 days; it usually reports every 2 min.'],
])('silent for %i ms, usually %i: %s', (value, detail, sentence) => {
  expect(whyOf(found('silent', { value, detail }), BOILER)).toBe(`boiler has been silent for ${sentence}`);
});

test('a limit that is not known any more is left out', () => {
  expect(whyOf(found('range', { value: 90.25 }), { ...NO_UNIT, range: null })).toBe(
    'boiler reads 90.25, outside its valid range.',
  );
  expect(whyOf(found('max_step', { value: 90, detail: 20 }), { ...NO_UNIT, maxStep: undefined })).toBe(
    'boiler changed from 20 to 90, more than max_step.',
  );
});

describe('as many digits as the comparison needs', () => {
  test('four, where the numbers are far apart', () => {
    expect(whyOf(found('level', { value: 21.482134, detail: 5.11111 }), NO_UNIT)).toContain(
      'near 21.48, rare for this time of day; its mean is 5.111.',
    );
  });

  test('more, where they are close: air pressure', () => {
    const jump = found('forecast_error', { value: 1013.92, expected: 1013.214, lower: 1013.101, upper: 1013.32 });
    expect(whyOf(jump, { ...BOILER, unit: 'hPa' })).toBe(
      'boiler jumped to 1013.92 hPa; 1013.21 hPa was expected, usually 1013.1 to 1013.32 hPa.',
    );
  });

  test('a band of two intervals; an interval whose ends are the same number is one', () => {
    const band = { value: 40, expected: 0.4, lower: 0.4, gapFrom: 0.4, gapTo: 80, upper: 84 };
    expect(whyOf(found('forecast_error', band), { ...BOILER, unit: 'W' })).toBe(
      'boiler jumped to 40 W; 0.4 W was expected, usually 0.4 or 80 to 84 W.',
    );
  });

  test('all of a meter reading, so that it is not "above" what it seems to equal', () => {
    expect(whyOf(found('extreme', { value: 12_345_678, detail: 12_345_670 }), NO_UNIT)).toBe(
      'boiler reads 12345678, above all earlier values (highest: 12345670).',
    );
  });

  test('a reading just outside its range is not printed as its end', () => {
    expect(whyOf(found('range', { value: 90.004 }), NO_UNIT)).toContain('reads 90.004, outside');
  });

  test('eight at most, also for numbers without end or size', () => {
    expect(whyOf(found('level', { value: 1 / 3, detail: 1 / 3 }), NO_UNIT)).toContain('near 0.33333333,');
    expect(whyOf(found('level', { value: 0, detail: 1e-9 }), NO_UNIT)).toContain('near 0, ');
    expect(whyOf(found('extreme', { value: 1e300, detail: 1 }), NO_UNIT)).toContain('reads 1e+300, above');
  });
});

test('a level change has the unit, and as many digits as distinguish the two levels', () => {
  const change = { series: 0, nth: 2, from: 61.2512, to: 61.2573 };
  expect(levelChangeReason(change, BOILER)).toBe(
    'Level changed again: boiler is now near 61.2573 °C (was near 61.2512 °C).',
  );
  expect(levelChangeReason(change, LABELLED)).toMatch(/^Level changed again: Boiler 2 is now near /);
  expect(levelChangeReason({ ...change, to: 75 }, NO_UNIT)).toBe(
    'Level changed again: boiler is now near 75 (was near 61.25).',
  );
  expect(levelChangeReason({ ...change, to: 1e308 }, BOILER)).toContain('is now near an unknown value');
});

test('a return to a level says how often the series stayed there, and when it left it, if that is known', () => {
  const level = { mean: 61.98, spread: 0.1, returnedAt: SINCE, leftAt: SINCE - 86_400_000, times: 2 };
  expect(returnReason(level, BOILER, UTC)).toBe(
    'boiler has been back at 61.98 °C since 2026-01-05 07:29 UTC; it stayed there before, until 2026-01-04 07:29 UTC.',
  );
  expect(returnReason({ ...level, times: 4 }, BOILER, UTC)).toMatch(
    /; it stayed there 3 times before, last until 2026-01-04 07:29 UTC\.$/,
  );
  expect(returnReason({ ...level, leftAt: NaN }, BOILER, UTC)).toMatch(/; it stayed there before\.$/);
});
