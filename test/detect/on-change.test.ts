import { describe, expect, test } from 'vitest';
import type { AnomalyEvent } from '../../src/detect/episode/anomaly.ts';
import type { SeriesInfo } from '../../src/detect/reading.ts';
import { StreamMonitor } from '../../src/detect/stream-monitor.ts';
import { Random } from '../../src/math/random.ts';
import { DEFAULTS, infoOf } from './options.ts';

const MINUTE_MS = 60_000;
const [HOUR_MS, DAY_MS] = [60 * MINUTE_MS, 1440 * MINUTE_MS];
const START = Date.UTC(2026, 0, 5);

type Report = readonly [at: number, value: number];

/** A door: open for one to three minutes, ten times between 8 and 20 o'clock. It reports at once, and each hour after the last report. */
function* door(days: number): Generator<Report> {
  const random = new Random(1);
  let last = START;
  const heartbeats = function* (until: number): Generator<Report> {
    for (; last + HOUR_MS < until; last += HOUR_MS) yield [last + HOUR_MS, 0];
  };
  for (let day = 0; day < days; day++)
    for (let i = 0; i < 10; i++) {
      const opens = START + day * DAY_MS + (8 + 1.2 * i) * HOUR_MS + random.uniform() * HOUR_MS;
      yield* heartbeats(opens);
      yield [opens, 1];
      yield [(last = opens + (1 + 2 * random.uniform()) * MINUTE_MS), 0];
    }
}

function streamOf(series: readonly SeriesInfo[] = [infoOf('door')]) {
  const events: AnomalyEvent[] = [];
  const options = { ...DEFAULTS, network: false };
  const monitor = new StreamMonitor('site', series, options, (event) => void events.push(event));
  const say = ([at, value]: Report, d = 0): void => {
    const reading = monitor.order(d, { series: series[d].slug, at, value, receivedAt: at });
    if (typeof reading === 'string') throw new RangeError(reading);
    monitor.take(d, reading);
  };
  return { monitor, events, say };
}

describe('a sensor that reports on change', () => {
  test('has a sample every 5 minutes and one for each report, once it is known', () => {
    const { monitor, say } = streamOf();
    let [before, reports, first, last] = [0, 0, 0, 0];
    for (const report of door(14)) {
      if (report[0] > START + 7 * DAY_MS) {
        reports++;
        before ||= monitor.status.samples;
        first ||= report[0];
        last = report[0];
      }
      say(report);
    }
    const samples = monitor.status.samples - before;
    const repeats = samples - reports;
    // Each report begins 5 minutes anew, so on average half of them are missing in its gap.
    const fives = (last - first) / (5 * MINUTE_MS);
    expect(repeats).toBeLessThan(fives);
    expect(repeats).toBeGreaterThan(fives - reports);
  });

  test('has the same state with and without ticks between its reports', () => {
    const quiet = streamOf();
    const ticking = streamOf();
    let now = START;
    for (const report of door(6)) {
      for (; now < report[0]; now += 40_000) ticking.monitor.tick(now);
      quiet.say(report);
      ticking.say(report);
    }
    expect(ticking.monitor.memory.toBytes()).toEqual(quiet.monitor.memory.toBytes());
  });

  test('is an alarm while its state lasts too long, before it reports again', () => {
    const { monitor, events, say } = streamOf();
    let at = START;
    for (const report of door(21)) say(([at] = report));
    events.length = 0;
    say([(at += 30 * MINUTE_MS), 1]);
    for (let now = at; now < at + 59 * MINUTE_MS; now += 5000) monitor.tick(now);
    expect(events.map(({ phase, anomaly }) => [phase, anomaly.kind])[0]).toEqual(['opened', 'process']);
    expect(events[0].anomaly.reason).toMatch(/^door (has shifted: it stays|has stayed) near 1/);
  });

  test('has a step from its last value after a gap of thirty usual ones; another sensor has none', () => {
    /** Thirty readings in five minutes, then an hour without: which of the readings after the hour have a step? */
    const steps = (valueOf: (i: number) => number): boolean[] => {
      const { monitor, say } = streamOf();
      const comparable: boolean[] = [];
      let at = START;
      for (let hour = 0; hour < 10; hour++) {
        say([(at += HOUR_MS), 20 + hour]);
        comparable.push(monitor.detector.series[0].comparable);
        for (let i = 0; i < 30; i++) say([(at += 10_000), valueOf(i)]);
      }
      return comparable.slice(4); // three bursts after a pause
    };
    const random = new Random(2);
    expect(steps(() => random.normal())).not.toContain(false);
    expect(steps((i) => Math.floor(i / 10))).not.toContain(true);
  });

  test('is not repeated after a downtime of the service: its value may have changed meanwhile', () => {
    const run = (awayMs: number): number => {
      const { monitor, say } = streamOf();
      let at = START;
      for (const report of door(7)) say(([at] = report));
      const before = monitor.status.samples;
      monitor.markDowntime(at + 30 * MINUTE_MS, awayMs);
      monitor.tick(at + 59 * MINUTE_MS);
      return monitor.status.samples - before;
    };
    expect(run(4 * MINUTE_MS)).toBe(11); // 7.5 to 57.5 min
    expect(run(20 * MINUTE_MS)).toBe(0);
  });

  test('is not repeated in a group, nor where it counts', () => {
    const group = streamOf([infoOf('door'), infoOf('window')]);
    const counter = streamOf([infoOf('door', { counter: 'hour' })]);
    let reports = 0;
    for (const [at, value] of door(7)) {
      group.say([at, value]);
      group.say([at, 1 - value], 1);
      counter.say([at, ++reports]);
    }
    expect(group.monitor.status.samples).toBe(reports);
    expect(counter.monitor.status.samples).toBeLessThan(reports); // a reading without a rate is no sample
  });
});
