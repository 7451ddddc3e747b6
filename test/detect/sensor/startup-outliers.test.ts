import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Memory } from '../../../src/math/memory.ts';
import { Random } from '../../../src/math/random.ts';
import { StartupOutliers } from '../../../src/detect/sensor/startup-outliers.ts';

/** Places of the readings that are taken for no measurement, and those at which the ones before turn out to be contaminated. */
function judge(values: readonly number[]): { readonly outliers: number[]; readonly contaminated: number[] } {
  const startup = new StartupOutliers(new Memory());
  const outliers: number[] = [];
  const contaminated: number[] = [];
  values.forEach((value, i) => {
    if (!startup.admits(value)) outliers.push(i);
    if (startup.contaminated) contaminated.push(i);
  });
  return { outliers, contaminated };
}

const noise = (count: number, seed = 1): number[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => 20 + random.normal());
};
const withAt = (values: readonly number[], ...wild: readonly (readonly [at: number, value: number])[]): number[] => {
  const changed = [...values];
  for (const [at, value] of wild) changed[at] = value;
  return changed;
};

describe('the first readings of a series', () => {
  test.each([8, 20, 100, 127])('reading %d is a million where 20 is usual: no measurement', (at) => {
    expect(judge(withAt(noise(300), [at, 1e6]))).toEqual({ outliers: [at], contaminated: [] });
  });

  test('of which some are wild before anyone could know: the sixteenth says so', () => {
    for (const at of [0, 1, 7])
      expect(judge(withAt(noise(300), [at, -9999]))).toEqual({ outliers: [], contaminated: [15] });
    expect(judge(withAt(noise(300), [0, 85e3], [3, -9999], [11, 1e6]))).toEqual({ outliers: [11], contaminated: [16] });
  });

  test('after 128 everything is a measurement', () => {
    expect(judge(withAt(noise(300), [128, 1e6])).outliers).toEqual([]);
  });

  test('a heater that is switched on is believed after three readings, and its going off as well', () => {
    const values = noise(100).map((x, i) => (i >= 40 && i < 70 ? x + 2000 : x));
    expect(judge(values).outliers).toEqual([40, 41, 42]);
  });

  test('a series that leaves the place of its first readings, slowly, has none that is wild', () => {
    const random = new Random(2);
    const river = Array.from({ length: 300 }, (_, i) => 258 + 0.1 * i + 0.01 * random.normal());
    expect(judge(river)).toEqual({ outliers: [], contaminated: [] });
  });

  test('where most are equal nothing can be said', () => {
    expect(judge(withAt(Array<number>(300).fill(20), [20, 1e6], [40, 21]))).toEqual({ outliers: [], contaminated: [] });
  });

  test('of ordinary noise none is wild', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (seed) => {
        expect(judge(noise(200, seed))).toEqual({ outliers: [], contaminated: [] });
      }),
    );
  });
});
