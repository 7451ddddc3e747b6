import { describe, expect, test } from 'vitest';
import { Detector, type DetectorOptions } from '../../src/detect/detector.ts';
import { Memory } from '../../src/math/memory.ts';
import { Random } from '../../src/math/random.ts';
import { DEFAULTS } from './options.ts';

const FIVE_MINUTES = 300_000;

/** A pump whose flow follows its current: a detector of both, without a network, and how it takes the next rows. */
function pump(options: Partial<DetectorOptions> = {}) {
  const series = ['current', 'flow'].map((slug) => ({ slug, only: 'both' as const }));
  const detector = new Detector(new Memory(), series, { ...DEFAULTS, network: false, ...options });
  detector.reports = () => options.onAnomaly === 'hold'; // else as in the warm-up
  const random = new Random(1);
  let at = 0;
  const take = (current: number, flow: number): void => {
    detector.step({ stream: 'pump', at: (at += FIVE_MINUTES), x: Float64Array.of(current, flow) });
  };
  return {
    detector,
    take,
    run: (rows: number, kind: 'both' | 'no flow' | 'unrelated' = 'both'): void => {
      for (let t = 0; t < rows; t++) {
        const [load, other] = [random.normal(), random.normal()];
        const flow = 5 + 2 * (kind === 'unrelated' ? other : load) + 0.2 * random.normal();
        take(20 + load + 0.2 * random.normal(), kind === 'no flow' ? NaN : flow);
      }
    },
  };
}

describe('the group learns how its series go together', () => {
  // Before it has learned from 50 rows, a reading is expected to be what it is (regression-residuals.ts).
  const unfitted = ({ detector, take }: ReturnType<typeof pump>): boolean => {
    detector.frozen = true; // the question is not learned from
    take(20, 8);
    detector.frozen = false;
    return Math.abs(detector.series[1].fitted - 8) < 1e-9;
  };

  test('from rows in which every series has a reading: residuals exist after 50 of them', () => {
    const group = pump();
    group.run(49);
    expect(unfitted(group)).toBe(true);
    group.run(1);
    expect(unfitted(group)).toBe(false);
  });

  test('not from the values that stand in for missing readings: 100 rows without flow count for nothing', () => {
    const group = pump();
    group.run(49);
    group.run(100, 'no flow');
    expect(unfitted(group)).toBe(true);
    group.run(1);
    expect(unfitted(group)).toBe(false);
  });

  test('not while learning is frozen', () => {
    const group = pump();
    group.run(49);
    group.detector.frozen = true;
    group.run(100);
    expect(unfitted(group)).toBe(true);
  });
});

test('where nothing is held the group learns the same, bit for bit, at a sensitivity of 0.25, 1 and 4', () => {
  const fitted = [0.25, 1, 4].map((sensitivity) => {
    const { detector, run, take } = pump({ sensitivity });
    run(1200);
    run(200, 'unrelated');
    take(22, 5);
    return [detector.series[0].fitted, detector.series[1].fitted];
  });
  expect(fitted[0]).toEqual(fitted[1]);
  expect(fitted[2]).toEqual(fitted[1]);
});
