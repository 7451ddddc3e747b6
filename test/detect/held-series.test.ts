import { describe, expect, test } from 'vitest';
import { Detector, type DetectorOptions } from '../../src/detect/detector.ts';
import { loadKernel } from '../../src/io/files/kernel-file.ts';
import { Memory } from '../../src/math/memory.ts';
import { Random } from '../../src/math/random.ts';
import { DEFAULTS } from './options.ts';
import { piecesOf } from './pieces.ts';

const [MINUTE, HOUR] = [60_000, 3_600_000];
/** When the level rises from 20 to 26, in readings. */
const ONSET = 1000;

function streamOf(options: Partial<DetectorOptions> = {}, slugs = ['tank']) {
  const memory = new Memory();
  const infos = slugs.map((slug) => ({ slug, only: 'both' as const }));
  const detector = new Detector(memory, infos, { ...DEFAULTS, hiddenSize: 4, ...options });
  /** Scores of the readings of the course from number `from` on, one every `gap` ms. */
  const follow = (rows: readonly (readonly number[])[], from: number, gap = 5 * MINUTE): number[] =>
    rows.map((x, t) => detector.step({ stream: 'plant', at: (from + t) * gap, x: Float64Array.from(x) }).score);
  return { memory, detector, follow };
}
const courseOf = (count: number, levelAt: (t: number) => number, seed = 1): [number][] => {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, t) => [levelAt(t) + random.normal()]);
};
const raised = (count: number, until = Infinity): [number][] =>
  courseOf(count, (t) => (t < ONSET || t >= until ? 20 : 26));
const above = (scores: readonly number[]): number => scores.filter((score) => score > 1).length;

/** Learned state of the normal: scales, densities, ranges, counts, references, the parameters of the network. */
const LEARNED =
  /^(tank\.(levels|steps|extremes|density|density\.count|baseline|baseline\.totals|selection|.*\.(counts|sums|reference|modes|histogram|logs|steps))|Network\.(theta|adam.*))$/;
const learned = (memory: Memory) => [...piecesOf(memory)].filter(([name]) => LEARNED.test(name));

describe('a level that rises for good', () => {
  test('changes no learned bit of the normal state while its alarm lasts', () => {
    const { memory, detector, follow } = streamOf();
    const rows = raised(ONSET + 200);
    const first = follow(rows.slice(0, ONSET + 15), 0).findIndex((score, t) => t >= ONSET && score > 1);
    expect(first).toBeGreaterThanOrEqual(ONSET);
    const before = learned(memory);
    expect(before.map(([name]) => name)).toEqual(
      expect.arrayContaining(['tank.levels', 'tank.extremes', 'tank.mean_shift.reference', 'Network.theta']),
    );
    const scores = follow(rows.slice(ONSET + 15), ONSET + 15);
    expect(above(scores)).toBe(scores.length);
    expect(learned(memory)).toEqual(before);
    expect(detector.series[0].evidence.shift.mean).toBeCloseTo(20, 0);
  });

  test.each([
    ['a reading every 5 minutes', 5 * MINUTE, 24 * HOUR],
    ['a reading a minute', MINUTE, 4 * HOUR],
    ['a reading a second', 1000, 10 * MINUTE],
  ])('stays an alarm for `hold_for` and becomes normal then: %s', (_, gap, holdForMs) => {
    const { detector, follow } = streamOf({ holdForMs, network: false });
    const rows = raised(ONSET + 1000);
    follow(rows.slice(0, ONSET), 0, gap);
    let begun = NaN;
    let taken = NaN;
    rows.slice(ONSET).forEach((row, t) => {
      const [score] = follow([row], ONSET + t, gap);
      if (Number.isNaN(begun) && score > 1) begun = t;
      if (Number.isNaN(taken) && detector.series[0].evidence.shift.mean > 23) taken = t;
    });
    expect(begun).toBeLessThan(15);
    expect((taken - begun) * gap).toBe(holdForMs);
    expect(detector.series[0].evidence.shift.mean).toBeCloseTo(26, 0);
  });

  test('is normal afterwards, and so is the level before it', () => {
    const { follow } = streamOf({ network: false });
    const scores = follow(raised(ONSET + 800, ONSET + 600), 0);
    expect(above(scores.slice(ONSET + 20, ONSET + 280))).toBe(260);
    expect(above(scores.slice(ONSET + 400, ONSET + 600))).toBeLessThan(10);
    expect(above(scores.slice(ONSET + 650))).toBeLessThan(10);
  });

  test('that the operator accepts is normal with the next readings', () => {
    const { detector, follow } = streamOf({ network: false });
    const rows = raised(ONSET + 500);
    follow(rows.slice(0, ONSET + 100), 0);
    detector.accept();
    expect(detector.series[0].evidence.shift.mean).toBeCloseTo(26, 0);
    expect(above(follow(rows.slice(ONSET + 100), ONSET + 100))).toBeLessThan(10);
  });
});

describe('a level that rises and returns within `hold_for`', () => {
  test('leaves the long-term mean as it was, and widens the range', () => {
    const { detector, follow } = streamOf({ network: false });
    follow(raised(ONSET + 300, ONSET + 60), 0);
    const [model] = detector.series;
    expect(model.evidence.shift.mean).toBeCloseTo(20, 0);
    const again = follow(
      courseOf(1, () => 26),
      ONSET + 300,
    );
    expect(again[0]).toBeLessThan(3);
  });
});

test('eighteen hours that are remembered for more than a day teach nothing: scales and means are those of before', () => {
  const { detector, follow } = streamOf({ network: false });
  const [series] = detector.series;
  const begins = 12 * 288;
  const rows = courseOf(
    begins + 3 * 288,
    (t) => 20 + 6 * Math.sin(t / 3) + (t < begins ? 0 : Math.max(0, Math.min(30, t - begins, begins + 216 - t))),
  );
  follow(rows.slice(0, begins), 0);
  const { meanSpread, deviation } = series;
  const scores = follow(rows.slice(begins), begins);
  expect(series.meanSpread).toBeLessThan(1.05 * meanSpread);
  expect(series.deviation).toBeLessThan(1.05 * deviation);
  expect(above(scores.slice(-288))).toBe(0);
});

test('a spike holds for as long as it lasts: the alarm is over within thirty readings, and all is learned again after ten', () => {
  const { memory, follow } = streamOf({ network: false });
  const rows = courseOf(ONSET + 130, (t) => (t >= ONSET && t < ONSET + 4 ? 50 : 20));
  const scores = follow(rows.slice(0, ONSET + 10), 0);
  const before = piecesOf(memory).get('tank.levels');
  scores.push(...follow(rows.slice(ONSET + 10, ONSET + 11), ONSET + 10));
  expect(piecesOf(memory).get('tank.levels')).not.toEqual(before);
  scores.push(...follow(rows.slice(ONSET + 11), ONSET + 11));
  expect(above(scores.slice(ONSET, ONSET + 4))).toBe(4);
  expect(above(scores.slice(ONSET + 30))).toBe(0);
});

test('a snapshot in the middle of a hold continues bit for bit, and so does the takeover', () => {
  const rows = raised(ONSET + 400);
  const whole = streamOf();
  follow(whole, 0, ONSET + 400);
  const first = streamOf();
  follow(first, 0, ONSET + 100);
  const second = streamOf();
  second.memory.fromBytes(first.memory.toBytes());
  follow(second, ONSET + 100, ONSET + 400);
  expect(second.memory.toBytes()).toEqual(whole.memory.toBytes());
  function follow(stream: ReturnType<typeof streamOf>, from: number, to: number): void {
    stream.follow(rows.slice(from, to), from);
  }
});

test('in a group only the series that is anomalous is held', () => {
  const { memory, follow } = streamOf({}, ['tank', 'pump']);
  const random = new Random(7);
  const rows = raised(ONSET + 100).map(([x]) => [x, 5 + random.normal()]);
  follow(rows.slice(0, ONSET + 15), 0);
  const before = piecesOf(memory);
  follow(rows.slice(ONSET + 15), ONSET + 15);
  const after = piecesOf(memory);
  for (const name of ['tank.levels', 'Residuals.covariance']) expect(after.get(name)).toEqual(before.get(name));
  for (const name of ['pump.levels', 'Network.theta']) expect(after.get(name)).not.toEqual(before.get(name));
});

test('nothing is held where no alarm would be reported, or where anomalies are absorbed', () => {
  for (const absorbed of [false, true]) {
    const { detector, memory, follow } = streamOf({ onAnomaly: absorbed ? 'absorb' : 'hold', network: false });
    if (!absorbed) detector.reports = () => false;
    const rows = raised(ONSET + 60);
    follow(rows.slice(0, ONSET + 20), 0);
    const before = piecesOf(memory).get('tank.levels');
    follow(rows.slice(ONSET + 20), ONSET + 20);
    expect(piecesOf(memory).get('tank.levels')).not.toEqual(before);
  }
});

test('a pause of the sensor in a hold is no step for the challenger either', () => {
  const stepsWith = (pause: boolean): number => {
    const { detector, memory, follow } = streamOf({ network: false });
    const rows = raised(ONSET + 60);
    follow(rows.slice(0, ONSET + 30), 0);
    if (pause) detector.restart(0);
    follow(rows.slice(ONSET + 30), ONSET + 30);
    return new Float64Array(piecesOf(memory).get('Challenger.tank.steps')!.buffer)[0];
  };
  expect(stepsWith(true)).toBe(stepsWith(false) - 1); // the first reading after the pause had none
});

test('the challenger has no tables of weeks, so that a stream fits in 100 KiB', () => {
  const { memory } = streamOf({ hiddenSize: 16, kernel: loadKernel() });
  const names = [...piecesOf(memory).keys()];
  const tables = (prefix: string): string[] =>
    names.filter((name) => /^(duration|occupancy|cycle)/.test(name.slice(prefix.length)) && name.startsWith(prefix));
  expect(tables('tank.').length).toBeGreaterThan(0);
  expect(tables('Challenger.tank.')).toEqual([]);
  expect(memory.byteLength).toBeLessThan(100 * 1024);
});
