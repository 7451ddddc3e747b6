import { describe, expect, test } from 'vitest';
import { changeOf, pastShape } from '../../src/detect/monitor/shape.ts';
import { StreamMonitor, type MonitorOptions } from '../../src/detect/stream-monitor.ts';
import { Random } from '../../src/math/random.ts';
import { DAY_MS, MINUTE_MS } from '../../src/math/time.ts';
import { kernel } from '../nn/kernel.ts';
import { DEFAULTS } from './options.ts';

const START = Date.UTC(2026, 0, 5);
const EVERY = 10 * MINUTE_MS;
const A_DAY = DAY_MS / EVERY;
/** The user's weeks, and the days after the change. */
const WEEKS = 21 * A_DAY;
const AFTER = 14 * A_DAY;
/** An event every 31 hours after the change, one hour long; the first five within the warm-up that a fresh start would need. */
const EVENTS = Array.from({ length: 10 }, (_, i) => WEEKS + Math.round(0.5 * A_DAY + (i * 31 * A_DAY) / 24));
const EVENT_READINGS = 6;

/** A room: day and night, a heating cycle, noise. */
const valueOf = (n: number, seed: number): number => {
  const t = n / A_DAY;
  const noise = new Random(1 + seed * 100_000 + n).normal();
  const event = EVENTS.some((from) => n >= from && n < from + EVENT_READINGS) ? 4 : 0;
  return 20 + 1.5 * Math.sin(2 * Math.PI * t) + 0.5 * Math.sin(2 * Math.PI * 8 * t) + 0.15 * noise + event;
};

const monitorOf = (options: Partial<MonitorOptions>, onOpen: (at: number) => void = () => undefined): StreamMonitor =>
  new StreamMonitor(
    'room',
    [{ slug: 'room', unit: '°C', range: null, only: 'both' }],
    { ...DEFAULTS, kernel, ...options },
    ({ phase, anomaly }) => {
      if (phase === 'opened' && anomaly.kind === 'process') onOpen(anomaly.startAt);
    },
  );

const live = (monitor: StreamMonitor, from: number, until: number, seed: number): void => {
  for (let n = from; n < until; n++) {
    const at = START + n * EVERY;
    monitor.take(0, { series: 'room', at, value: valueOf(n, seed), receivedAt: at });
  }
};

const weeks = (seed: number, options: Partial<MonitorOptions> = {}): StreamMonitor => {
  const monitor = monitorOf(options);
  live(monitor, 0, WEEKS, seed);
  return monitor;
};

/** How many of the events opened an alarm, and how many other alarms there were, in the days after the change. */
function found(
  options: Partial<MonitorOptions>,
  seed: number,
  past: StreamMonitor | null,
): { events: number; false: number } {
  const opened: number[] = [];
  const monitor = monitorOf(options, (at) => opened.push((at - START) / EVERY));
  if (past !== null) {
    if (past.shape === monitor.shape) monitor.restore(past.memory.toBytes());
    else expect(monitor.takeOver(past.shape, past.memory.toBytes())).toBe(true);
    expect(monitor.status.warmup).toBe(1);
  }
  live(monitor, WEEKS, WEEKS + AFTER, seed);
  // An alarm counts for an event that began at most an hour before.
  const within = (from: number, n: number): boolean => n >= from && n < from + 2 * EVENT_READINGS;
  const events = EVENTS.filter((from) => opened.some((n) => within(from, n))).length;
  return { events, false: opened.filter((n) => !EVENTS.some((from) => within(from, n))).length };
}

const SEEDS = [1, 2, 3, 4, 5];
const CHANGES: [string, Partial<MonitorOptions>][] = [
  ['hidden_size 16 to 32', { hiddenSize: 32 }],
  ['hidden_size 16 to 8', { hiddenSize: 8 }],
  ['gru to lstm', { cell: 'lstm' }],
  ['tbptt to snap1', { learner: 'snap1' }],
  ['horizon 16 to 32', { horizon: 32 }],
  ['no network', { network: false }],
];

describe('50 events in the two weeks after a change, five streams', () => {
  const past = SEEDS.map((seed) => weeks(seed));
  const sum = (options: Partial<MonitorOptions>, carried: boolean) => {
    const all = SEEDS.map((seed, i) => found(options, seed, carried ? past[i] : null));
    return { events: all.reduce((n, each) => n + each.events, 0), false: all.reduce((n, each) => n + each.false, 0) };
  };
  const unchanged = sum({}, true);

  test.each(CHANGES)('%s: as many are found as without the change, and more than from a fresh start', (_, options) => {
    const carried = sum(options, true);
    const fresh = sum(options, false);
    if (process.env['SHOW'] !== undefined) console.log(_, { unchanged, carried, fresh });
    expect(carried.events).toBeGreaterThanOrEqual(unchanged.events - 1);
    expect(carried.events).toBeGreaterThanOrEqual(fresh.events + 8);
    expect(carried.false).toBeLessThanOrEqual(unchanged.false + 3);
  });
});

test('a network that begins anew, or loses units, is not used until it is better than the baseline; a larger one goes on', () => {
  const past = weeks(1);
  const share = (options: Partial<MonitorOptions>): number => {
    const monitor = monitorOf(options);
    monitor.takeOver(past.shape, past.memory.toBytes());
    return monitor.detector.series[0].forecast.selection.share;
  };
  expect(past.detector.series[0].forecast.selection.share).toBeGreaterThan(0);
  expect([share({ cell: 'lstm' }), share({ hiddenSize: 8 })]).toEqual([0, 0]);
  expect(share({ hiddenSize: 32 })).toBe(past.detector.series[0].forecast.selection.share);
});

test('every shape can be read again; what is no shape, or of SIMD where there is none, is refused', () => {
  const all: Partial<MonitorOptions>[] = [
    {},
    { kernel },
    { cell: 'lstm', peepholes: true, learner: 'snap1' },
    { cell: 'elementwise', learner: 'rtrl', hiddenSize: 128 },
    { cell: 'rnn', horizon: 3, trainEvery: 2 },
    { network: false },
  ];
  for (const options of all) {
    const { shape } = monitorOf({ kernel: null, ...options });
    const past = pastShape(shape, { ...DEFAULTS, kernel })!;
    expect(past.series).toEqual(['room']);
    expect(monitorOf(past.options).shape).toBe(shape);
  }
  expect(pastShape(monitorOf({ kernel }).shape, DEFAULTS)).toBeNull();
  expect(pastShape('lstm of 8 units', DEFAULTS)).toBeNull();
  expect(pastShape('gru of many units in Float64, rtrl, series a', DEFAULTS)).toBeNull();
});

test('what goes on is said in words', () => {
  const of = (options: Partial<MonitorOptions>): string => monitorOf(options).shape;
  expect(changeOf(of({}), of({}))).toBeNull();
  expect(changeOf(of({}), of({ hiddenSize: 32 }))).toBe(
    'all 16 units of the network are kept, and 16 new ones are added',
  );
  expect(changeOf(of({}), of({ hiddenSize: 8 }))).toBe(
    'the 8 units of the network with the most weight are kept, of 16',
  );
  expect(changeOf(of({}), of({ cell: 'lstm' }))).toBe(
    'the network learns from the beginning as lstm, with the read-out of the gru from its inputs',
  );
  expect(changeOf(of({}), of({ network: false }))).toBe('it no longer has a network');
  expect(changeOf(of({ network: false }), of({}))).toBe('it has a new network, which learns from the beginning');
  expect(changeOf(of({}), of({ horizon: 8 }))).toBe('the weights of the network are kept');
});
