import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Detector, type DetectorOptions } from '../../src/detect/detector.ts';
import { Memory } from '../../src/math/memory.ts';
import { Random } from '../../src/math/random.ts';
import { kernel } from '../nn/kernel.ts';
import { DEFAULTS } from './options.ts';
import { piecesOf } from './pieces.ts';

const FIVE_MINUTES = 300_000;
/** When something begins that lasts. */
const ONSET = 1000;

type Row = readonly number[];
type Options = Partial<DetectorOptions>;

function detectorOf(series: number, options: Options = {}): { detector: Detector; memory: Memory } {
  const memory = new Memory();
  const infos = Array.from({ length: series }, (_, d) => ({ slug: `s${d}`, only: 'both' as const }));
  const detector = new Detector(memory, infos, { ...DEFAULTS, kernel, ...options });
  detector.reports = (d) => detector.series[d].readings >= 400; // the warm-up
  return { memory, detector };
}
/** The scores of the rows, one every five minutes, the first of which is number `from`. */
const follow = (detector: Detector, rows: readonly Row[], from = 0): number[] =>
  rows.map((row, t) => {
    const sample = { stream: 'plant', at: (from + t) * FIVE_MINUTES, x: Float64Array.from(row) };
    return detector.step(sample).score;
  });
const above = (scores: readonly number[]): number => scores.filter((score) => score > 1).length;

/** A level of 20 with noise of 1, which is 24 from the onset on. */
const raised = (count: number, seed = 1): Row[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, t) => [(t < ONSET ? 20 : 24) + random.normal()]);
};
/** A flow that follows its current, and from the onset on reads 3 too much. */
const apart = (count: number, seed = 1): Row[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, t) => {
    const load = random.normal();
    const [current, flow] = [20 + load + 0.2 * random.normal(), 5 + 2 * load + 0.2 * random.normal()];
    return [current, t < ONSET ? flow : flow + 3];
  });
};

const FAULTS: readonly [string, (count: number, seed: number) => Row[]][] = [
  ['a raised level', raised],
  ['a flow apart from its current', apart],
];

describe.each(FAULTS)('%s that lasts', (_, rowsOf) => {
  test.each([1, 2])('stays an alarm for a day where that is wanted, and by default: noise %i', (seed) => {
    const rows = rowsOf(ONSET + 288, seed);
    const scores = follow(detectorOf(rows[0].length).detector, rows).slice(ONSET);
    expect(above(scores.slice(20))).toBeGreaterThan(0.9 * 268);
  });

  test.each([1, 2])('is absorbed within a hundred where it is to be taken for the new normal: noise %i', (seed) => {
    const rows = rowsOf(ONSET + 1000, seed);
    const scores = follow(detectorOf(rows[0].length, { onAnomaly: 'absorb' }).detector, rows).slice(ONSET);
    expect(above(scores.slice(0, 100))).toBeGreaterThan(0);
    expect(above(scores.slice(100))).toBeLessThanOrEqual(5);
  });
});

test('what lasts for much longer is learned in the end', () => {
  const scores = follow(detectorOf(1).detector, raised(ONSET + 4000));
  expect(above(scores.slice(-2000))).toBeLessThanOrEqual(5);
});

test('a level that was accepted is normal with the next reading', () => {
  const { detector } = detectorOf(1);
  const rows = raised(ONSET + 800);
  expect(above(follow(detector, rows.slice(0, ONSET + 250)).slice(-100))).toBe(100);
  detector.accept();
  expect(above(follow(detector, rows.slice(ONSET + 250), ONSET + 250))).toBeLessThanOrEqual(5);
});

describe('a detector without a network', () => {
  test('has none in its memory, and forecasts all the same', () => {
    const { detector, memory } = detectorOf(1, { network: false });
    expect(detector.forecaster).toBeNull();
    expect(memory.layout).not.toContain('Network');
    follow(detector, raised(600));
    const [{ expected, lower, upper }] = detector.series;
    expect(lower).toBeLessThan(expected);
    expect(upper).toBeGreaterThan(expected);
    expect(upper - lower).toBeLessThan(15);
  });

  test('finds a spike and a raised level', () => {
    const rows = raised(ONSET + 100).map(([x], t) => [t === 600 ? x + 9 : x]);
    const scores = follow(detectorOf(1, { network: false }).detector, rows);
    expect(scores[600]).toBeGreaterThan(1);
    expect(above(scores.slice(ONSET + 20))).toBeGreaterThan(70);
  });
});

describe('frozen', () => {
  /** State that changes with every reading, learned or not: memories of the last ones, and where the network stands. */
  const MOVING = new RegExp(
    [
      String.raw`\.(before|presence|outliers\.gate|correlation\.gate|jump|volatility|mean_shift|evidence\.\w+|density\.clock|baseline\.slot)$`,
      String.raw`\.(duration|duration\.series|cycle(\.large)?|cycle(\.large)?\.(turns|usual|unusual|all)|(duration\.present|cycle(\.large)?\.(drop|rise))(\.(spent|gate))?|occupancy\.(pending|hour|gap))$`, // the present dwell, gap and hour
      String.raw`(\.(excursion|signatures|recurrence|recurrence\.gap)|^Novelty|^Novelty\.histogram)$`, // the past fades
      String.raw`^threshold$`,
      String.raw`^Network\.(state|lags|tapes|clock|output|input|errors|events|open)$`,
    ].join('|'),
  );
  const learned = (memory: Memory) => [...piecesOf(memory)].filter(([name]) => !MOVING.test(name));
  const rows = apart(1500).map(([a, b], t) => (t % 90 === 0 ? [a + 30, NaN] : [a, b]));

  test('it learns nothing: neither scales, nor densities, nor what is rare, nor the network', () => {
    const { detector, memory } = detectorOf(2, { kernel: null });
    follow(detector, rows.slice(0, 700));
    const before = learned(memory);
    expect(before.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        's0.levels',
        's0.density',
        's0.baseline',
        's0.evidence.forecast_error.counts',
        'Network.theta',
      ]),
    );
    detector.frozen = true;
    follow(detector, rows.slice(700), 700);
    expect(learned(memory)).toEqual(before);
  });

  test('no event counts', () => {
    const { detector, memory } = detectorOf(2, { network: false });
    follow(detector, rows.slice(0, 700));
    const counts = () =>
      ['s0.signatures', 's1.signatures', 'Novelty.histogram'].flatMap((name) => [
        ...new Float64Array(piecesOf(memory).get(name)!.buffer),
      ]);
    const before = counts();
    const grown = () => counts().filter((count, i) => count > before[i]).length;
    detector.frozen = true;
    const calm = apart(700);
    follow(detector, rows.slice(700, 900), 700);
    follow(detector, calm.slice(0, 300), 900);
    expect(grown()).toBe(0);
    detector.frozen = false;
    follow(detector, rows.slice(700, 900), 1200);
    follow(detector, calm.slice(300, 600), 1400);
    expect(grown()).toBeGreaterThan(0);
  });

  test('it scores on, and learns again when it thaws', () => {
    const { detector, memory } = detectorOf(2, { kernel: null });
    follow(detector, rows.slice(0, 700));
    const before = learned(memory);
    detector.frozen = true;
    expect(above(follow(detector, rows.slice(700, 1100), 700).slice(320))).toBeGreaterThan(70); // apart from 1000 on
    detector.frozen = false;
    follow(detector, rows.slice(1100, 1200), 1100);
    expect(learned(memory)).not.toEqual(before);
  });
});

test('whatever is mixed into a life, every score is finite and not below 0, with a network and without', () => {
  const value = fc.oneof(
    fc.constantFrom(0, 20, NaN, 1e300, -1e300, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  const start = raised(150);
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 60 }),
      fc.boolean(),
      fc.boolean(),
      (wild, network, alone) => {
        const { detector } = detectorOf(alone ? 1 : 2, { network });
        const rows = [...start.map(([x]) => x), ...wild, ...start.map(([x]) => x)].map((x, t) =>
          alone ? [x] : [x, t % 7],
        );
        for (const score of follow(detector, rows)) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThan(Infinity);
        }
      },
    ),
    { numRuns: 40 },
  );
});
