import { expect, test } from 'vitest';
import { Band } from '../../../src/detect/forecast/band.ts';
import { BIN_WIDTH, BINS, binAt, softTarget } from '../../../src/math/bins.ts';
import { Random } from '../../../src/math/random.ts';

/** The mean target of steps on the compressed axis: the best forecast of one that is drawn from them. */
function forecastOf(steps: readonly number[]): Float64Array {
  const p = new Float64Array(BINS);
  const q = new Float64Array(BINS);
  for (const y of steps) {
    softTarget(y, q, 0);
    for (let b = 0; b < BINS; b++) p[b] += q[b] / steps.length;
  }
  return p;
}
const bandOf = (p: Float64Array, last = 0, scale = 1): Band => {
  const band = new Band();
  band.fit(p, last, scale);
  return band;
};
const ends = ({ lower, gapFrom, gapTo, upper }: Band): number[] => [lower, gapFrom, gapTo, upper];

test('a step that is always the same: one bin around it, without the spread of the target', () => {
  const y = binAt(15.5);
  const { lower, upper, gapFrom, gapTo } = bandOf(forecastOf([y]));
  expect([lower, upper]).toEqual(
    [Math.sinh(y - BIN_WIDTH / 2), Math.sinh(y + BIN_WIDTH / 2)].map((x): unknown => expect.closeTo(x, 2)),
  );
  expect([gapFrom, gapTo]).toEqual([NaN, NaN]);
});

test('a machine that stays or switches: two intervals of one bin, in the unit of the series', () => {
  const [stay, on] = [binAt(16), binAt(26)];
  const scale = 30;
  const band = bandOf(forecastOf([stay, stay, stay, on]), 0.4, scale);
  const around = (y: number) => [y - BIN_WIDTH / 2, y + BIN_WIDTH / 2].map((end) => 0.4 + scale * Math.sinh(end));
  ends(band).forEach((end, i) => {
    expect(end).toBeCloseTo([...around(stay), ...around(on)][i], 1);
  });
});

test('a switch with a chance of 0.5 % is not in the band', () => {
  const steps = [...new Array<number>(199).fill(0), binAt(26)];
  expect(bandOf(forecastOf(steps)).upper).toBeLessThan(1);
});

test('of three values the two closest are one interval', () => {
  const band = bandOf(forecastOf([binAt(10), binAt(16), binAt(29)]));
  expect(band.gapFrom).toBeGreaterThan(Math.sinh(binAt(15.9)));
  expect(band.gapTo).toBeLessThan(Math.sinh(binAt(29.1)));
});

test('two intervals that leave out less than half are one', () => {
  const wide = (from: number, to: number) => Array.from({ length: 40 }, (_, i) => binAt(from + ((to - from) * i) / 39));
  const band = bandOf(forecastOf([...wide(4, 12), ...wide(19, 27)]), 0, 0.1);
  expect([band.gapFrom, band.gapTo]).toEqual([NaN, NaN]);
});

test('of normal steps 98 to 99.9 % are in the band', () => {
  const random = new Random(1);
  const steps = Array.from({ length: 20_000 }, () => Math.asinh(random.normal()));
  const { lower, upper } = bandOf(forecastOf(steps));
  const inside = steps.filter((y) => Math.sinh(y) >= lower && Math.sinh(y) <= upper).length / steps.length;
  expect(inside).toBeGreaterThan(0.98);
  expect(inside).toBeLessThan(0.999);
});
