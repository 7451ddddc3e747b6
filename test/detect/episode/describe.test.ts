import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toAnomaly as describeAnomaly } from '../../../src/detect/episode/describe.ts';
import { CAUSES, emptyFinding, type Finding } from '../../../src/detect/episode/finding.ts';
import { UTC } from '../../../src/detect/forecast/calendar.ts';
import type { SeriesInfo } from '../../../src/detect/reading.ts';
import { sharesOf } from '../../../src/detect/episode/shares.ts';

const SERIES: readonly SeriesInfo[] = ['a', 'b', 'c'].map((slug) => ({
  slug,
  unit: slug === 'a' ? '' : '°C',
  range: [0, 90],
  only: 'both',
}));

const anything = fc.double();
const weights = (length: number): fc.Arbitrary<Float64Array> =>
  fc.array(fc.double({ min: 0 }), { minLength: length, maxLength: length }).map((xs) => Float64Array.from(xs));

const finding: fc.Arbitrary<Finding> = fc.record({
  score: fc.double({ min: 1 }),
  effect: fc.double({ min: 0, noNaN: true }),
  confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  cause: fc.constantFrom(...CAUSES),
  series: fc.nat(2),
  value: anything,
  expected: anything,
  lower: anything,
  upper: anything,
  gapFrom: anything,
  gapTo: anything,
  detail: anything,
  usual: anything,
  aspect: fc.constantFrom(-3, -2, -1, 0, 1, 2, 3),
  scores: weights(3),
  evidence: weights(CAUSES.length),
});

test('whatever was found, the shares sum to 1 and the sentence has numbers that are some', () => {
  const time = fc.integer({ min: 0, max: 4e12 });
  fc.assert(
    fc.property(finding, time, (peak, at) => {
      const episode = { startAt: at, openedAt: at, peakAt: at, lastOverAt: at };
      const { contributions, evidence, reason, ...rest } = describeAnomaly('plant', SERIES, episode, peak, null, UTC);
      for (const shares of [contributions, evidence])
        expect(Object.values(shares).reduce((a, b) => a + b)).toBeCloseTo(1, 9);
      expect(Object.keys(contributions)).toEqual(['a', 'b', 'c']);
      expect(reason).not.toMatch(/NaN|Infinity|undefined|null/);
      expect(reason).toMatch(/^[abc] .* \(since \d{4}-\d\d-\d\d \d\d:\d\d UTC, \d+ % sure\)\.$/);
      for (const number of [rest.value, rest.expected, rest.lower, rest.upper])
        expect(number === null || Number.isFinite(number)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['by weight', [1, 3, 0], [0.25, 0.75, 0]],
  ['what is beyond measure leaves nothing for the rest', [1, Infinity, 0], [0, 1, 0]],
  ['where nothing weighs anything, the leading one has all', [0, NaN, 0], [0, 0, 1]],
  ['also where their sum would be infinite', [1e308, 1e308, 0], [0.5, 0.5, 0]],
])('shares: %s', (_, given, shares) => {
  expect([...sharesOf(given, 2)]).toEqual(shares);
});

test('the gap of a band of two intervals is part of it, and of one interval there is none', () => {
  const times = { startAt: 0, openedAt: 36, peakAt: 36, lastOverAt: 36 };
  const gapOf = (gapFrom: number, gapTo: number) =>
    describeAnomaly('plant', SERIES, times, { ...emptyFinding(3), gapFrom, gapTo }, null, UTC).gap;
  expect([gapOf(0.4, 80), gapOf(NaN, NaN)]).toEqual([[0.4, 80], undefined]);
});

test('an id contains the kind; that of a sensor has the name of its series', () => {
  const base = {
    score: 2,
    effect: 1,
    confidence: 1,
    series: 1,
    value: 1,
    expected: 1,
    lower: 1,
    upper: 1,
    gapFrom: NaN,
    gapTo: NaN,
    detail: 1,
    usual: 1,
    aspect: 0,
  };
  const id = (cause: Finding['cause']): string => {
    const peak = { ...base, cause, scores: Float64Array.of(0, 2, 0), evidence: new Float64Array(CAUSES.length) };
    return describeAnomaly('plant', SERIES, { startAt: 0, openedAt: 36, peakAt: 36, lastOverAt: 36 }, peak, null, UTC)
      .id;
  };
  expect([id('level'), id('drift'), id('stuck')]).toEqual(['plant-p10', 'plant-d10', 'b-s10']);
});
