import { describe, expect, test } from 'vitest';
import { LearningWatch } from '../../../src/detect/monitor/learning-watch.ts';
import type { SeriesInfo } from '../../../src/detect/reading.ts';
import { StreamMonitor, type MonitorOptions } from '../../../src/detect/stream-monitor.ts';
import { Random } from '../../../src/math/random.ts';
import { kernel } from '../../nn/kernel.ts';
import { DEFAULTS } from '../options.ts';

const MINUTE = 60_000;
const START = 1_700_000_000_000;
const PAIR: readonly SeriesInfo[] = ['flow', 'pressure'].map((slug) => ({ slug, unit: '', range: null, only: 'both' }));

/** A group of two series that swing with noise; the pressure is missing in every tenth minute. */
function groupOf(options: Partial<MonitorOptions> = {}) {
  const monitor = new StreamMonitor('plant', PAIR, { ...DEFAULTS, ...options }, () => undefined);
  const random = new Random(3);
  const verdicts: number[] = [];
  const swing = (minute: number, d: number) => {
    const at = START + minute * MINUTE;
    const value = Math.sin((2 * Math.PI * minute) / 30 + d) + 0.1 * random.normal();
    if (d === 1 && minute % 10 === 0) return;
    const reading = monitor.order(d, { series: PAIR[d].slug, at, value, receivedAt: at });
    if (typeof reading === 'string') throw new RangeError(reading);
    const verdict = monitor.take(d, reading);
    if (verdict !== null) verdicts.push(verdict.at, verdict.score, ...verdict.scores);
  };
  let minute = 0;
  const run = (minutes: number) => {
    for (const end = minute + minutes; minute < end; minute++) for (const d of [0, 1]) swing(minute, d);
  };
  return { monitor, verdicts, run };
}

describe.each([
  ['a GRU in SIMD', { kernel }],
  ['an LSTM in Float64 by snap1', { kernel: null, cell: 'lstm', peepholes: true, learner: 'snap1' }],
  ['a baseline alone', { network: false }],
] as const)('%s', (_, options) => {
  test('is the same bits with and without a watch: verdicts and the whole memory', () => {
    const [watched, free] = [groupOf(options), groupOf(options)];
    for (let hour = 0; hour < 6; hour++) {
      const watch = new LearningWatch(watched.monitor.detector, 30);
      watch.start();
      watched.run(45);
      watch.gradientByLag();
      watch.inspector?.parameterNorms();
      watch.stop();
      watched.run(15);
    }
    free.run(6 * 60);
    expect(watched.verdicts).toEqual(free.verdicts);
    expect(watched.monitor.memory.toBytes()).toEqual(free.monitor.memory.toBytes());
  });
});

test('it keeps time, values and losses of the last samples, and the margin', () => {
  const { monitor, run } = groupOf({ kernel });
  run(600);
  const watch = new LearningWatch(monitor.detector, 20);
  watch.start();
  run(50);
  const D = [0, 1];
  expect(watch.kept).toBe(20);
  const { series } = monitor.detector;
  const last = watch.kept - 1;
  expect(watch.timeOf(last)).toBe(monitor.detector.verdict.at);
  expect(watch.timeOf(last) - watch.timeOf(last - 1)).toBe(MINUTE);
  for (const d of D) {
    expect(watch.valueOf(last, d)).toBe(series[d].value);
    expect(watch.networkLossOf(last, d)).toBe(series[d].forecast.networkLoss);
    expect(watch.baselineLossOf(last, d)).toBe(series[d].forecast.baselineLoss);
    expect(watch.marginOf(last, d)).toBe(series[d].forecast.selection.margin);
  }
  const missing = Array.from({ length: 20 }, (_, t) => watch.valueOf(t, 1)).filter(Number.isNaN);
  expect(missing).toHaveLength(2); // of twenty minutes
  expect(watch.gradientByLag()!.gradient[0]).toBeGreaterThan(0);
});

test('the steps on the tape come first: they have a state, but neither time nor value', () => {
  const { monitor, run } = groupOf({ kernel });
  run(102);
  const watch = new LearningWatch(monitor.detector, 50);
  watch.start();
  expect(watch.kept).toBe(DEFAULTS.horizon);
  expect([watch.timeOf(0), watch.valueOf(0, 0)]).toEqual([NaN, NaN]);
  const { gradient, gain } = watch.gradientByLag()!;
  expect([...gradient]).toEqual(new Array(DEFAULTS.horizon + 1).fill(0)); // no loss was seen yet
  expect(gain[1]).toBeGreaterThan(0);
  run(1);
  expect(watch.gradientByLag()!.gradient[DEFAULTS.horizon]).toBeGreaterThan(0);
});

test('nothing looks on after its end', () => {
  const { monitor, run } = groupOf();
  const [first, second] = [new LearningWatch(monitor.detector, 5), new LearningWatch(monitor.detector, 5)];
  first.start();
  second.start();
  first.stop();
  expect(monitor.detector.observer).toBe(second);
  second.stop();
  expect(monitor.detector.observer).toBeNull();
  run(3);
  expect(second.count).toBe(0);
});
