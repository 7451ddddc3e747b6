import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Baseline } from '../../../src/detect/forecast/baseline.ts';
import { BINS, softTarget } from '../../../src/math/bins.ts';
import { Memory } from '../../../src/math/memory.ts';

/** All of it in one bin. */
const only = (bin: number): Float64Array => Float64Array.from({ length: BINS }, (_, b) => (b === bin ? 1 : 0));

/** The forecast for a time of day. */
function forecastAt(baseline: Baseline, day: number): Float64Array {
  baseline.advance(day);
  baseline.forecast();
  return baseline.p;
}
function learnAt(baseline: Baseline, day: number, q: Float64Array): void {
  baseline.advance(day);
  baseline.learn(q);
}

test('before the first reading every step is as likely, at any time', () => {
  const baseline = new Baseline(new Memory());
  for (const day of [0, 0.5, 0.999]) for (const p of forecastAt(baseline, day)) expect(p).toBeCloseTo(1 / BINS, 12);
});

test('one step seen in one hour, by hand', () => {
  const baseline = new Baseline(new Memory());
  learnAt(baseline, 10.5 / 24, only(7));
  // All day: (1 + 1 / 32) / (1 + 1); in its hour 1 of 1 and 32 of that.
  const allDay = (1 + 1 / 32) / 2;
  expect(forecastAt(baseline, 10.9 / 24)[7]).toBeCloseTo((1 + 32 * allDay) / 33, 12);
  expect(forecastAt(baseline, 10.9 / 24)[8]).toBeCloseTo((32 * (1 / 32)) / 2 / 33, 12);
  expect(forecastAt(baseline, 11.1 / 24)[7]).toBeCloseTo(allDay, 12);
});

test('it learns the time of day: steps up in the morning and down at night, for a week', () => {
  const baseline = new Baseline(new Memory());
  for (let t = 0; t < 7 * 96; t++) learnAt(baseline, (t % 96) / 96, only(t % 96 < 48 ? 20 : 10));
  expect(forecastAt(baseline, 0.25)[20]).toBeGreaterThan(2 * forecastAt(baseline, 0.75)[20]);
  expect(forecastAt(baseline, 0.75)[10]).toBeGreaterThan(2 * forecastAt(baseline, 0.25)[10]);
});

test('the past fades: what was never seen in 20,000 readings since is all but forgotten', () => {
  const baseline = new Baseline(new Memory());
  for (let t = 0; t < 40_000; t++) learnAt(baseline, (t % 96) / 96, only(t < 20_000 ? 3 : 9));
  expect(forecastAt(baseline, 0.5)[9]).toBeGreaterThan(0.95);
});

test('at a reading a second the past is that of a week: two equal parts of a day count nearly alike', () => {
  const baseline = new Baseline(new Memory());
  const q = [only(3), only(9)];
  for (let t = 0; t < 40_000; t++) {
    baseline.advance((t % 96) / 96);
    baseline.learn(q[t < 20_000 ? 0 : 1], 604_800);
  }
  const [first, last] = [3, 9].map((bin) => forecastAt(baseline, 0.5)[bin]);
  // In each hour 833 readings of each part, of which the first have faded by exp(-833 / 25,200).
  expect(first / last).toBeCloseTo(Math.exp(-833 / 25_200), 2);
});

test('a forecast is a distribution in which nothing is impossible, whatever was learned', () => {
  const reading = fc.record({
    day: fc.double({ min: 0, max: 1 - 1e-9, noNaN: true }),
    y: fc.double({ min: -50, max: 50, noNaN: true }),
  });
  fc.assert(
    fc.property(
      fc.array(reading, { maxLength: 200 }),
      fc.double({ min: 0, max: 1 - 1e-9, noNaN: true }),
      (past, day) => {
        const baseline = new Baseline(new Memory());
        const q = new Float64Array(BINS);
        for (const { day, y } of past) {
          softTarget(y, q, 0);
          learnAt(baseline, day, q);
        }
        const p = forecastAt(baseline, day);
        expect(p.reduce((sum, x) => sum + x)).toBeCloseTo(1, 6); // counts are in single precision
        expect(Math.min(...p)).toBeGreaterThan(0);
      },
    ),
  );
});

test('a forecast leaves no trace', () => {
  const memory = new Memory();
  const baseline = new Baseline(memory);
  learnAt(baseline, 0.5, only(7));
  const before = memory.toBytes();
  baseline.forecast();
  expect(memory.toBytes()).toEqual(before);
});
