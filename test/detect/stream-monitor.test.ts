import { describe, expect, test } from 'vitest';
import type { Anomaly, AnomalyEvent } from '../../src/detect/episode/anomaly.ts';
import { isNews, type ModeReturn } from '../../src/detect/episode/operating-mode.ts';
import type { SeriesInfo } from '../../src/detect/reading.ts';
import { StreamMonitor, type MonitorOptions } from '../../src/detect/stream-monitor.ts';
import { Random } from '../../src/math/random.ts';
import { kernel } from '../nn/kernel.ts';
import { DEFAULTS, infoOf } from './options.ts';
import { piecesOf } from './pieces.ts';

const [SECOND, MINUTE] = [1000, 60_000];
const START = 1_700_000_000_000;
const DELAY = 200; // from sensor to arrival, ms
const WARM = DEFAULTS.warmup;

/** A monitored stream, its events, and readings by the minute. */
function streamOf(series: readonly SeriesInfo[], options: Partial<MonitorOptions> = {}) {
  const events: AnomalyEvent[] = [];
  const listeners: ((event: AnomalyEvent) => void)[] = [];
  const modes: ModeReturn[] = [];
  const take = (event: AnomalyEvent): void => {
    events.push(event);
    for (const listener of listeners) listener(event);
  };
  const onMode = (mode: ModeReturn): void => void modes.push(mode);
  const monitor = new StreamMonitor('plant', series, { ...DEFAULTS, ...options }, take, undefined, onMode);
  const at = (minute: number): number => START + minute * MINUTE;
  const order = (d: number, minute: number, value = 0) =>
    monitor.order(d, { series: series[d].slug, at: at(minute), value, receivedAt: at(minute) + DELAY });
  return {
    monitor,
    events,
    modes,
    onEvent: (listener: (event: AnomalyEvent) => void) => listeners.push(listener),
    phases: () => events.map(({ phase, anomaly }) => `${phase} ${anomaly.kind} ${anomaly.series}`),
    at,
    order,
    say: (d: number, minute: number, value: number) => {
      const reading = order(d, minute, value);
      if (typeof reading === 'string') throw new RangeError(`minute ${minute} of series ${d} is ${reading}`);
      return monitor.take(d, reading);
    },
    tick: (minute: number) => {
      monitor.tick(at(minute) + DELAY);
    },
    wake: (minute: number) => {
      monitor.markDowntime(at(minute) + DELAY);
    },
  };
}
type Stream = ReturnType<typeof streamOf>;

const theta = ({ detector }: StreamMonitor): Float64Array => {
  const { core } = detector.forecaster!.network;
  const weights = new Float64Array(core.parameterCount);
  core.read(weights);
  return weights;
};
const last = <T>(xs: readonly T[]): T => xs[xs.length - 1];
const noise = (seed = 1): (() => number) => {
  const random = new Random(seed);
  return () => random.normal();
};

/** A tank with a reading every minute until it has warmed up, and a while longer. */
function warmTank(info: Partial<SeriesInfo> = {}, options: Partial<MonitorOptions> = {}, minutes = 500) {
  const stream = streamOf([infoOf('tank', { unit: '°C', ...info })], options);
  const normal = noise();
  for (let t = 0; t < minutes; t++) stream.say(0, t, 20 + normal());
  return { ...stream, normal };
}

/** A pump whose flow follows its current. */
const PUMP = [infoOf('current', { unit: 'A' }), infoOf('flow', { unit: 'l/min' })];
const pumpAt = (normal: () => number): [number, number] => {
  const load = normal();
  return [20 + load + 0.2 * normal(), 5 + 2 * load + 0.2 * normal()];
};

describe('warm-up', () => {
  test('progress is the share of readings, and the first after them may be an anomaly', () => {
    const { monitor, say, events, at } = streamOf([infoOf('tank')]);
    const normal = noise();
    expect(monitor.status.warmup).toBe(0);
    for (let t = 0; t < WARM; t++) {
      const verdict = say(0, t, t === 300 || t === WARM - 1 ? 10 * t : 20 + normal());
      if (t === 99) expect(monitor.status.warmup).toBe(0.25);
      if (t === WARM - 1) expect(verdict?.score).toBeGreaterThan(1);
    }
    expect([monitor.status.samples, monitor.status.warmup, events.length]).toEqual([WARM, 1, 0]);
    say(0, WARM, 1e4);
    expect(events).toMatchObject([{ phase: 'opened', anomaly: { kind: 'process', startAt: at(WARM) } }]);
  });

  test('a time must have passed too, from the first reading to the last', () => {
    const { monitor, say } = streamOf([infoOf('tank')], { warmup: 10, warmupTimeMs: 100 * MINUTE });
    for (let t = 0; t <= 50; t++) say(0, t, t % 3);
    expect(monitor.status.warmup).toBe(0.5);
    for (let t = 51; t <= 100; t++) say(0, t, t % 3);
    expect(monitor.status.warmup).toBe(1);
  });

  test('neither is silence a fault by then, nor are equal readings', () => {
    const { say, tick, events } = streamOf([infoOf('tank')]);
    for (let t = 0; t < 200; t++) say(0, t, t < 100 ? t % 7 : 5);
    tick(100_000);
    expect(events).toEqual([]);
  });
});

test.each<[string, (monitor: StreamMonitor, on: boolean) => void]>([
  [
    'freeze',
    ({ operator }, on) => {
      if (on) operator.freeze();
      else operator.resume();
    },
  ],
  [
    'maintenance',
    ({ operator }, on) => {
      operator.setMaintenance(0, on, START);
    },
  ],
])('a warm-up waits while nothing is learned: after a %s from the first reading on nothing is an alarm', (_, begin) => {
  const { monitor, say, events } = streamOf([infoOf('tank')], { network: false });
  const normal = noise();
  begin(monitor, true);
  for (let t = 0; t < 500; t++) say(0, t, 20 + normal());
  expect([monitor.status.warmup, monitor.status.samples]).toEqual([0, 500]);
  begin(monitor, false);
  for (let t = 500; t < 500 + WARM / 2; t++) say(0, t, 20 + normal());
  expect(monitor.status.warmup).toBe(0.5);
  expect(events).toEqual([]);
});

describe('an anomaly of the process', () => {
  /** The events of a spike in series b of three, and the calm after it. */
  function spike(options: Partial<MonitorOptions> = {}) {
    const stream = streamOf(
      ['a', 'b', 'c'].map((slug) => infoOf(slug, { unit: 'bar' })),
      options,
    );
    const normal = noise();
    for (let t = 0; t < 560; t++)
      for (const d of [0, 1, 2]) stream.say(d, t, normal() + (t === 500 && d === 1 ? 12 : 0));
    return stream;
  }

  test('names the series, the time, the value and what was expected of it', () => {
    const { events, at } = spike();
    const [{ phase, at: reported, anomaly }] = events;
    expect([phase, reported]).toEqual(['opened', at(500)]);
    expect(anomaly).toMatchObject({ stream: 'plant', series: 'b', kind: 'process', unit: 'bar' });
    expect(anomaly).toMatchObject({ startAt: at(500), peakAt: at(500), endAt: null });
    expect(anomaly.score).toBeGreaterThan(1);
    expect(anomaly.value).toBeGreaterThan(8);
    expect(anomaly.lower).toBeLessThan(anomaly.expected!);
    expect(anomaly.upper).toBeGreaterThan(anomaly.expected!);
    expect(anomaly.reason).toMatch(/^b (jumped to|reads) [\d.]+ bar/);
  });

  test('contributions sum to 1, most of it from the series that leads', () => {
    const { contributions } = spike().events[0].anomaly;
    expect(Object.keys(contributions)).toEqual(['a', 'b', 'c']);
    expect(contributions['a'] + contributions['b'] + contributions['c']).toBeCloseTo(1, 12);
    expect(contributions['b']).toBeGreaterThan(0.5);
  });

  test('is one episode: opened, and closed when as many readings in a row were calm as it takes', () => {
    const { events, monitor } = spike();
    expect(events.map(({ phase }) => phase).filter((phase) => phase !== 'updated')).toEqual(['opened', 'closed']);
    const [opened, closed] = [events[0], last(events)];
    expect(closed.anomaly).toMatchObject({ id: opened.anomaly.id, startAt: opened.anomaly.startAt });
    expect(closed.at).toBeGreaterThanOrEqual(closed.anomaly.endAt! + DEFAULTS.closeAfter * MINUTE);
    expect([monitor.status.anomalous, monitor.status.suspect]).toEqual([false, -1]);
  });

  test('the id is the stream, p and the time of the alarm in base 36; the same readings give the same events', () => {
    const { events, at } = spike();
    expect(events[0].anomaly.id).toBe(`plant-p${at(500).toString(36)}`);
    expect(spike().events).toEqual(events);
  });

  describe('that goes on to another level while it is open', () => {
    /** The events of a tank at 20 that goes to one level and then on to another, for an hour each. */
    function going(first: number, then: number, info: Partial<SeriesInfo> = {}): readonly AnomalyEvent[] {
      const { say, normal, events } = warmTank(info, {}, 2000);
      for (let t = 2000; t < 2120; t++) say(0, t, (t < 2060 ? first : then) + normal());
      return events;
    }
    const levelChangesOf = (events: readonly AnomalyEvent[]) =>
      events.filter(({ levelChange }) => levelChange !== undefined);

    test('gets one update for a level change', () => {
      const events = going(26, 32);
      const [{ anomaly }] = events;
      const changes = levelChangesOf(events);
      expect(events.map(({ phase }) => phase)).not.toContain('closed');
      expect(changes).toHaveLength(1);
      expect(changes[0]).toMatchObject({ phase: 'updated', levelChange: 1, anomaly: { id: anomaly.id, endAt: null } });
      expect(changes[0].anomaly.reason).toMatch(
        /\)\. Level changed again: tank is now near \d+\.?\d* °C \(was near 2[56]/,
      );
    });

    test('is reported only in the direction asked for, and only if it is large enough', () => {
      expect(levelChangesOf(going(26, 32, { only: 'above' }))).toHaveLength(1);
      expect(levelChangesOf(going(12, 15))).toHaveLength(1);
      expect(levelChangesOf(going(12, 15, { only: 'below' }))).toEqual([]);
      expect(levelChangesOf(going(26, 32, { minDeviation: 4 }))).toHaveLength(1);
      expect(levelChangesOf(going(26, 31, { minDeviation: 5.5 }))).toEqual([]);
    });
  });

  test('while it is open, the stream is anomalous and the leading series the suspect', () => {
    const stream = warmTank();
    stream.say(0, 500, 60);
    expect([stream.monitor.status.anomalous, stream.monitor.status.suspect, stream.monitor.status.leading]).toEqual([
      true,
      0,
      0,
    ]);
    expect(stream.monitor.status.scoreOf(0)).toBe(stream.events[0].anomaly.score);
  });

  test('while it is open, the score falls from its peak towards 1, to 1/e of its height in 48 readings, and never below', () => {
    const stream = warmTank({}, { closeAfter: 100 });
    const peak = stream.say(0, 500, 60)!.score;
    expect(peak).toBeGreaterThan(1);
    for (let t = 501; t < 900; t++) {
      const { score, scores } = stream.say(0, t, 20 + stream.normal())!;
      if (!stream.monitor.status.anomalous) break;
      expect(score).toBeGreaterThanOrEqual(1 + (peak - 1) * Math.exp((500 - t) / 48) - 1e-12);
      expect([scores[0], stream.monitor.status.score, stream.monitor.status.scoreOf(0)]).toEqual([score, score, score]);
    }
    expect(stream.phases()).toEqual(['opened process tank', 'closed process tank']);
  });

  test('once it is over, the score is that of each reading again', () => {
    const stream = warmTank();
    stream.say(0, 500, 60);
    const scores = Array.from({ length: 200 }, (_, i) => {
      const { score } = stream.say(0, 501 + i, 20 + stream.normal())!;
      return { open: stream.monitor.status.anomalous, score };
    });
    expect(scores[0].open).toBe(true);
    expect(Math.min(...scores.filter(({ open }) => open).map(({ score }) => score))).toBeGreaterThanOrEqual(1);
    expect(Math.max(...scores.filter(({ open }) => !open).map(({ score }) => score))).toBeLessThan(1);
  });

  test('a deviation shorter than min_duration is not reported', () => {
    expect(spike({ minDurationMs: 30 * MINUTE }).events).toEqual([]);
  });

  test('a lost correlation says what the other series suggest', () => {
    const { say, events } = streamOf(PUMP);
    const normal = noise(2);
    for (let t = 0; t < 2460; t++) {
      const [current, flow] = pumpAt(normal);
      say(0, t, current);
      say(1, t, t < 2400 ? flow : 5 + 2 * normal());
    }
    const reasons = events.map(({ anomaly }) => anomaly.reason);
    expect(
      reasons.some((reason) => /no longer follows its group: it reads .* the other series suggest/.test(reason)),
    ).toBe(true);
  });
});

describe('the least deviation that matters', () => {
  const opened = (info: Partial<SeriesInfo>): number => {
    const { say, events } = warmTank(info);
    say(0, 500, 40);
    return events.filter(({ phase }) => phase === 'opened').length;
  };

  test('in the unit of the series', () => {
    expect([19, 25].map((minDeviation) => opened({ minDeviation }))).toEqual([1, 0]);
  });

  test('in percent of what was expected', () => {
    expect([90, 150].map((minDeviationPercent) => opened({ minDeviationPercent }))).toEqual([1, 0]);
  });

  test('both must be reached', () => {
    expect(opened({ minDeviation: 19, minDeviationPercent: 150 })).toBe(0);
    expect(opened({ minDeviation: 25, minDeviationPercent: 90 })).toBe(0);
    expect(opened({ minDeviation: 19, minDeviationPercent: 90 })).toBe(1);
  });

  test('the score is as it was: it only raises no alarm', () => {
    const [plain, gated] = [warmTank(), warmTank({ minDeviation: 25 })];
    expect(gated.say(0, 500, 40)!.score).toBe(plain.say(0, 500, 40)!.score);
    expect([plain.monitor.status.anomalous, gated.monitor.status.anomalous]).toEqual([true, false]);
  });

  test('of a group it is that of each series', () => {
    const stream = streamOf([infoOf('a', { minDeviation: 100 }), infoOf('b')]);
    const normal = noise();
    for (let t = 0; t < 520; t++) for (const d of [0, 1]) stream.say(d, t, normal() + (t === 510 ? 30 - 10 * d : 0));
    const anomaly = stream.events.find(({ at }) => at === stream.at(510))!.anomaly;
    expect(anomaly).toMatchObject({ series: 'b', contributions: { a: 0, b: 1 } });
  });
});

describe('a drift', () => {
  const HOUR = 60;
  /** Hourly noise for so many days, and from day 40 on half a deviation more every day, up to ten. */
  function drifting(days: number, info: Partial<SeriesInfo> = {}) {
    const stream = streamOf([infoOf('tank', { unit: '°C', ...info })], { warmup: 200, minDurationMs: 1e12 });
    const normal = noise();
    const live = (from: number, to: number): void => {
      for (let t = from * 24; t < to * 24; t++)
        stream.say(0, t * HOUR, 20 + normal() + Math.min(10, 0.5 * Math.max(0, t / 24 - 40)));
    };
    live(0, days);
    return { ...stream, live };
  }

  test('is one episode of its own kind, which stays open while the series is elsewhere', () => {
    const { events, monitor, at } = drifting(120);
    expect(events.filter(({ phase }) => phase !== 'updated')).toHaveLength(1);
    const [{ phase, anomaly }] = events;
    expect([phase, anomaly.kind, anomaly.series]).toEqual(['opened', 'drift', 'tank']);
    expect(anomaly.openedAt).toBeGreaterThan(at(40 * 24 * HOUR));
    expect(anomaly.openedAt).toBeLessThan(at(55 * 24 * HOUR));
    expect(anomaly.startAt).toBeLessThan(anomaly.openedAt);
    expect(anomaly.expected).toBeCloseTo(20, 0);
    expect(anomaly.value! - anomaly.upper!).toBeGreaterThan(0);
    expect(anomaly.evidence).toEqual({ drift: 1 });
    expect(anomaly.reason).toMatch(
      /^tank has drifted: its mean over the last [\d.]+ days is [\d.]+ °C; in the training period it was [\d.]+ °C/,
    );
    expect([monitor.status.drifting, monitor.status.anomalous]).toEqual([0, false]);
  });

  test('is over when the operator accepts it as normal, and does not come again', () => {
    const { events, monitor, live, at } = drifting(80);
    monitor.operator.acceptAsNormal(at(80 * 24 * HOUR));
    expect(last(events)).toMatchObject({ phase: 'closed', anomaly: { kind: 'drift', endedBy: 'accepted' } });
    const reported = events.length;
    live(80, 150);
    expect([events.length, monitor.status.drifting]).toEqual([reported, -1]);
  });

  test('is none of an excursion of 50 minutes that was reported and is over', () => {
    const { phases, say } = streamOf([infoOf('tank')], { network: false });
    const normal = noise();
    const [from, days] = [16 * 24 * HOUR, 24];
    // It swings every other minute, so that the means of days differ little, as with many readings a day.
    for (let t = 0; t < days * 24 * HOUR; t++) {
      const out = t >= from && t < from + 50;
      say(0, t, (t % 2 ? 21 : 19) + 0.1 * normal() + (out ? 30 : 0));
    }
    expect(phases()).toContain('closed process tank');
    expect(phases()).not.toContain('opened drift tank');
  });

  test('begins with the first day that deviates, not with the days before it', () => {
    const { events, at } = drifting(120);
    expect(events[0].anomaly.startAt).toBeGreaterThan(at(39 * 24 * HOUR)); // a block lasts for a day
  });

  test('of less than matters is none', () => {
    expect(drifting(80, { minDeviation: 11 }).events).toEqual([]);
  });
});

describe('a silent sensor', () => {
  test('is reported after ten usual intervals, with its start, and when it ends', () => {
    const { monitor, tick, say, events, at, normal } = warmTank();
    const heardAt = at(499) + DELAY;
    tick(509);
    expect(events).toEqual([]);

    tick(509.5);
    expect(events).toMatchObject([{ phase: 'opened', at: at(509.5) + DELAY }]);
    expect(events[0].anomaly).toEqual<Anomaly>({
      id: `tank-s${(at(509.5) + DELAY).toString(36)}`,
      stream: 'plant',
      series: 'tank',
      kind: 'sensor',
      severity: 'minor',
      startAt: heardAt,
      openedAt: at(509.5) + DELAY,
      peakAt: at(509.5) + DELAY,
      endAt: null,
      endedBy: null,
      score: 1.05,
      confidence: 500 / 900, // of a sensor with 500 readings, warmed up by 400
      value: null,
      expected: null,
      lower: null,
      upper: null,
      unit: '°C',
      contributions: { tank: 1 },
      evidence: { silent: 1 },
      reason:
        'tank has been silent for 10.5 min; it usually reports every 60 s (since 2023-11-15 06:32 UTC, 56 % sure).',
      incident: null,
    });
    expect(monitor.status.faultOf(0)).toBe('silent');

    for (let t = 510; t < 530; t++) tick(t);
    expect(events.slice(1)).toMatchObject([{ phase: 'updated', anomaly: { severity: 'major', startAt: heardAt } }]);

    say(0, 530, 20 + normal());
    expect(last(events)).toMatchObject({ phase: 'closed', anomaly: { startAt: heardAt, endAt: at(529) + DELAY } });
    expect(monitor.status.faultOf(0)).toBeNull();
  });

  test('a sensor with a reading every second is not silent before a minute', () => {
    const { monitor, say, events, at } = streamOf([infoOf('tank')]);
    const normal = noise();
    for (let t = 0; t < 500; t++) say(0, t / 60, normal());
    const heardAt = at(499 / 60) + DELAY;
    monitor.tick(heardAt + 60 * SECOND);
    expect(events).toEqual([]);
    monitor.tick(heardAt + 61 * SECOND);
    expect(events).toHaveLength(1);
  });

  test('the first reading after it is no step: back at another level it is no jump', () => {
    const { tick, say, monitor } = warmTank();
    tick(600);
    say(0, 600, 22);
    expect(monitor.detector.series[0].step).toBe(0);
    expect(monitor.detector.series[0].level).toBeGreaterThan(1);
  });

  test('so it is after a silence that only the operator calls one', () => {
    const { tick, say, monitor } = warmTank({}, { silentAfterMs: 2 * MINUTE });
    tick(502);
    say(0, 503, 22);
    expect(monitor.detector.series[0].step).toBe(0);
  });

  test('however long it lasts, it has at most three events and scores 10 at most', () => {
    const { tick, events } = warmTank();
    for (let t = 500; t < 5000; t++) tick(t);
    expect(events.map(({ phase }) => phase)).toEqual(['opened', 'updated', 'updated']);
    tick(1e6);
    expect(events).toHaveLength(3);
    expect(last(events).anomaly.score).toBeLessThanOrEqual(10);
  });

  test('that comes back with nonsense has another fault, which is another episode', () => {
    const { tick, say, phases, events, at, monitor } = warmTank({ range: [0, 50] });
    tick(600);
    say(0, 601, 85);
    expect(phases()).toEqual(['opened sensor tank', 'closed sensor tank', 'opened sensor tank']);
    expect(monitor.status.faultOf(0)).toBe('range');
    expect(last(events).anomaly).toMatchObject({ startAt: at(601), value: 85 });
    expect(last(events).anomaly.id).not.toBe(events[0].anomaly.id);
  });
});

test('a sensor whose device is gone before its first reading has none that came years ago', () => {
  const { monitor, say, events, at } = streamOf([infoOf('tank')]);
  monitor.operator.setAvailability(0, false, at(0));
  say(0, 1, 20);
  expect(events.map(({ phase, anomaly }) => [phase, anomaly.reason.split(' (')[0]])).toEqual(
    ['opened', 'closed'].map((phase) => [
      phase,
      'tank is lost: its device announced that it is offline; no reading has come yet',
    ]),
  );
});

describe('a stuck sensor', () => {
  test('is reported after twenty equal readings, with the time of the first of them', () => {
    const { say, events, at, monitor } = warmTank();
    const learned = () => monitor.detector.series[0].readings;
    for (let t = 500; t < 520; t++) say(0, t, 20.5);
    expect(events.filter(({ anomaly }) => anomaly.kind === 'sensor')).toEqual([]);
    const before = learned();

    say(0, 520, 20.5);
    expect(last(events)).toMatchObject({ phase: 'opened', at: at(520) });
    expect(last(events).anomaly).toMatchObject({ kind: 'sensor', series: 'tank', startAt: at(500), value: 20.5 });
    expect(last(events).anomaly.reason).toMatch(/^tank is stuck: it has repeated 20.5 °C for 21 readings \(since/);
    expect(monitor.status.faultOf(0)).toBe('stuck');
    for (let t = 521; t < 540; t++) say(0, t, 20.5);
    expect(learned()).toBe(before); // what a stuck sensor says is no measurement

    say(0, 540, 20.6);
    expect(last(events)).toMatchObject({ phase: 'closed', anomaly: { startAt: at(500), endAt: at(539) } });
    expect(learned()).toBe(before + 1);
  });

  test('that then falls silent is a silent one', () => {
    const { say, tick, phases, monitor } = warmTank({}, { sensitivity: 0.1 });
    for (let t = 500; t < 540; t++) say(0, t, 20.5);
    tick(600);
    expect(phases()).toEqual(['opened sensor tank', 'closed sensor tank', 'opened sensor tank']);
    expect(monitor.status.faultOf(0)).toBe('silent');
  });
});

describe('a reading outside the valid range', () => {
  test('is reported at once, and never learned', () => {
    const { say, events, at, monitor, normal } = warmTank({ range: [0, 50] });
    const [model] = monitor.detector.series;
    const { readings, mean } = model;
    say(0, 500, 85);
    expect(events).toMatchObject([{ phase: 'opened', anomaly: { kind: 'sensor', value: 85, startAt: at(500) } }]);
    expect(events[0].anomaly.reason).toMatch(
      /^tank reads 85 °C, outside its valid range of 0 to 50 °C \(since .*, 100 % sure\)\.$/,
    );
    expect([model.readings, model.mean]).toEqual([readings, mean]);
    say(0, 501, 20 + normal());
    expect(last(events)).toMatchObject({ phase: 'closed', anomaly: { endAt: at(500) } });
    expect(monitor.detector.series[0].step).toBe(0); // from 85 there is no step
  });

  test('is published after the reading was processed, so that a snapshot at the event contains it', () => {
    const { say, onEvent, monitor } = warmTank({ range: [0, 50] });
    const samples: number[] = [];
    onEvent(() => samples.push(monitor.status.samples));
    say(0, 500, 85);
    say(0, 501, 20);
    expect(samples).toEqual([501, 502]);
  });

  test('also in the warm-up: a given range needs no history', () => {
    const { say, phases } = streamOf([infoOf('tank', { range: [0, 50] })]);
    say(0, 0, 85);
    say(0, 1, 20);
    expect(phases()).toEqual(['opened sensor tank', 'closed sensor tank']);
  });
});

describe('how long it goes on', () => {
  const DAY = 86_400_000;

  test('an event that opens says until when it is held, the state too; one that closes until when another must be worse', () => {
    const { say, events, at, monitor, normal } = warmTank();
    for (let t = 500; t < 560; t++) say(0, t, 60 + normal());
    const opened = at(500);
    expect(events[0]).toMatchObject({ phase: 'opened', at: opened, heldUntil: opened + DAY });
    expect(monitor.status.heldUntil(0)).toBe(opened + DAY);
    expect(monitor.status.coolDownUntil).toBeNaN();
    let t = 560;
    while (last(events).phase !== 'closed' && t < 900) say(0, t++, 20 + normal());
    const closed = last(events);
    expect(closed).toMatchObject({ phase: 'closed', coolDownUntil: closed.at + 3_600_000 });
    expect(closed.heldUntil).toBeUndefined();
    expect(monitor.status.coolDownUntil).toBe(closed.at + 3_600_000);
    for (const end = t + 60; t < end; t++) say(0, t, 20 + normal());
    expect(monitor.status.coolDownUntil).toBeNaN();
    expect(monitor.status.heldUntil(0)).toBeNaN();
  });

  test('what is absorbed is not held', () => {
    const { say, events, monitor, normal } = warmTank({}, { onAnomaly: 'absorb' });
    for (let t = 500; t < 503; t++) say(0, t, 60 + normal());
    expect(events[0]).toMatchObject({ phase: 'opened' });
    expect(events[0].heldUntil).toBeUndefined();
    expect(monitor.status.heldUntil(0)).toBeNaN();
  });
});

describe('a step that cannot be', () => {
  test('is reported with the value before, and is neither scored nor learned', () => {
    const { say, events, at, monitor, normal } = warmTank({ maxStep: 8 });
    say(0, 500, 20);
    const { readings } = monitor.detector.series[0];
    say(0, 501, 52);
    expect(events).toMatchObject([{ phase: 'opened', at: at(501), anomaly: { kind: 'sensor', score: 4, value: 52 } }]);
    expect(events[0].anomaly.reason).toMatch(
      /^tank changed from 20 °C to 52 °C; max_step is 8 °C \(since .*, 100 % sure\)\.$/,
    );
    expect([monitor.detector.series[0].readings, monitor.status.faultOf(0)]).toEqual([readings, 'max_step']);
    say(0, 502, 20 + normal());
    expect(last(events)).toMatchObject({ phase: 'closed', anomaly: { endAt: at(501) } });
  });

  test('after an hour without a reading may be sixty times as large', () => {
    const { say, events } = warmTank({ maxStep: 8, only: 'below' });
    say(0, 560, 60);
    expect(events).toEqual([]);
  });
});

describe('a code for "no value"', () => {
  test('is a fault of the sensor, of which nothing is learned', () => {
    const { say, events, monitor } = warmTank();
    const { readings, mean } = monitor.detector.series[0];
    say(0, 500, -127);
    expect(events).toMatchObject([{ phase: 'opened', anomaly: { kind: 'sensor', value: -127 } }]);
    expect(events[0].anomaly.reason).toMatch(
      /^tank reads -127 °C, a common error code and far outside its history \(since .*, 56 % sure\)\.$/,
    );
    expect(monitor.detector.series[0]).toMatchObject({ readings, mean });
  });
});

describe('a counter', () => {
  /** A meter that counts about 2 kWh an hour, with a reading every minute; `extra` is added to it from some minute on. */
  function meter(minutes: number, extra: (minute: number) => number = () => 0) {
    const stream = streamOf([infoOf('meter', { unit: 'kW', counter: 'hour' })]);
    const normal = noise();
    let count = 1000;
    for (let t = 0; t < minutes; t++) {
      count += (2 + 0.1 * normal()) / 60;
      stream.say(0, t, count + extra(t));
    }
    return { ...stream, count };
  }

  test('is learned by its rate', () => {
    const { monitor } = meter(500);
    expect(monitor.detector.series[0].mean).toBeCloseTo(2, 1);
    expect(monitor.status.samples).toBe(499); // the first reading has no rate
  });

  test('that falls is reported once, as counter_reset; the rate continues, and is no anomaly', () => {
    const { events } = meter(600, (minute) => (minute < 500 ? 0 : -1000));
    expect(events.map(({ phase, anomaly }) => `${phase} ${anomaly.kind} ${anomaly.severity}`)).toEqual([
      'opened sensor minor',
      'closed sensor minor',
    ]);
    expect(events[0].anomaly.reason).toMatch(
      /^meter fell from 1017 to 16\.\d+: the counter was reset, replaced or has rolled over \(since .*, 100 % sure\)\.$/,
    );
  });

  test('that is set to zero every day is not reported after the first day', () => {
    const perDay = meter(4000, (minute) => -33.5 * Math.floor(minute / 1000)); // falls at 1000, 2000, 3000
    const faults = perDay.phases().filter((phase) => phase.includes('sensor'));
    expect(faults).toEqual(['opened sensor meter', 'closed sensor meter']);
  });
});

describe('a clock that is wrong', () => {
  test('is reported after five readings; they are scored and learned all the same', () => {
    const { monitor, events, at, normal } = warmTank();
    const learned = monitor.detector.series[0].readings;
    for (let t = 500; t < 510; t++) {
      const receivedAt = at(t);
      const saidAt = receivedAt - 2 * 3_600_000;
      monitor.take(0, { series: 'tank', at: receivedAt, saidAt, value: 20 + normal(), receivedAt });
    }
    expect(events[0]).toMatchObject({ phase: 'opened', at: at(505), anomaly: { kind: 'sensor' } });
    expect(events[0].anomaly.reason).toMatch(
      /^tank has a wrong clock, 2 hours behind; its readings get the time of their arrival \(since .*, 100 % sure\)\.$/,
    );
    expect(monitor.detector.series[0].readings).toBe(learned + 10);
    const receivedAt = at(510);
    monitor.take(0, { series: 'tank', at: receivedAt, value: 20 + normal(), receivedAt });
    expect(last(events).phase).toBe('closed');
  });
});

test.each([
  ['another topic', [7]],
  ['several topics', [7, 8]],
])('a group whose messages came from %s before the restart: each message of its only topic is a sample', (_, past) => {
  const before = streamOf(PUMP);
  for (let t = 0; t < 10; t++) {
    before.say(0, t, 20);
    before.say(1, t, 5);
    before.monitor.endMessage(past[t % past.length]);
  }
  const { monitor, say, at } = streamOf(PUMP, { source: 9 });
  monitor.restore(before.monitor.memory.toBytes());
  say(0, 10, 20); // the flow is missing
  expect(monitor.endMessage(9)?.at).toBe(at(10));
});

describe('a group of which one series falls silent', () => {
  /** Both have readings for 600 minutes, then the current alone, until `end`. */
  function halfPump(end: number, current = (_t: number, usual: number): number => usual) {
    const stream = streamOf(PUMP);
    const normal = noise();
    const verdicts: (number | undefined)[] = [];
    for (let t = 0; t < end; t++) {
      const [usual, flow] = pumpAt(normal);
      verdicts.push(stream.say(0, t, current(t, usual))?.at);
      if (t < 600) stream.say(1, t, flow);
      stream.tick(t + 0.5);
    }
    return { ...stream, verdicts, normal };
  }

  test('goes on: at first a reading behind, as it still waits, then with every reading', () => {
    const { verdicts, monitor, at } = halfPump(640);
    expect(monitor.status.faultOf(1)).toBe('silent');
    expect(verdicts[600]).toBeUndefined();
    expect(verdicts[605]).toBe(at(604));
    expect(verdicts[630]).toBe(at(630));
    expect(monitor.detector.series[0].readings).toBe(640); // none lost
    expect(monitor.detector.series[1].readings).toBe(600);
  });

  test('still finds what is wrong with the other, at once', () => {
    const { events, at } = halfPump(640, (t, usual) => (t === 630 ? 60 : usual));
    const process = events.find(({ anomaly }) => anomaly.kind === 'process' && anomaly.startAt >= at(600));
    expect(process).toMatchObject({ phase: 'opened', at: at(630), anomaly: { series: 'current', value: 60 } });
  });

  test('is whole again with the first reading of the one that was lost', () => {
    const { say, monitor, normal, at } = halfPump(640);
    const [current, flow] = pumpAt(normal);
    expect(say(1, 640, flow)).toBeNull();
    expect(monitor.status.faultOf(1)).toBeNull();
    expect(say(0, 640, current)).toMatchObject({ at: at(640) });
    expect(monitor.detector.series[1].readings).toBe(601);
  });

  test('no round waits for ever for one that was never there, and its first reading is no first one of the next round', () => {
    const { say, at } = streamOf(PUMP);
    const SOON = 1 / 60;
    for (let t = 0; t < 51; t++) say(0, t, 20 + Math.sin(t));
    expect(say(0, 51, 20)?.at).toBe(at(51));
    say(0, 52, 20);
    expect(say(1, 52 + SOON, 5)?.at).toBe(at(52 + SOON));
    expect(say(0, 53, 20)).toBeNull();
    expect(say(1, 53 + SOON, 5)?.at).toBe(at(53 + SOON));
  });

  test('one lost reading of the series that comes first shifts no pair after it', () => {
    const { say, at, phases } = streamOf(PUMP);
    const normal = noise();
    const SOON = 1 / 60;
    for (let t = 0; t < 900; t++) {
      const [current, flow] = pumpAt(normal);
      // At 700 the flow is alone in its round, which the current of 701 ends.
      const first = t === 700 ? null : say(0, t, current);
      if (t === 701) expect(first?.at).toBe(at(700 + SOON));
      const second = say(1, t + SOON, flow);
      if (t > 100 && t !== 700) expect(second?.at).toBe(at(t + SOON));
    }
    expect(phases().filter((phase) => phase.includes('process'))).toEqual([]);
  });

  test('that usually comes second is no second one of the next round: the values of a time stay together', () => {
    const { say, at, phases, tick } = streamOf(PUMP);
    const normal = noise();
    const SOON = 1 / 60;
    for (let t = 0; t < 900; t++) {
      const [current, flow] = pumpAt(normal);
      say(0, t, current);
      if (t < 600 || t > 640) expect(say(1, t + SOON, flow)?.at).toBe(at(t + SOON));
      tick(t + 0.5);
    }
    expect(phases().filter((phase) => phase.includes('process'))).toEqual([]);
  });
});

describe('a snapshot', () => {
  /** Minute t of a pump with a fault from 500 on, and nothing of the flow in every seventh minute. */
  function live(stream: Stream, from: number, to: number): unknown[] {
    const said: unknown[] = [];
    for (let t = from; t < to; t++) {
      const random = new Random(t);
      const [current, flow] = pumpAt(() => random.normal());
      const verdicts = [stream.say(0, t, t >= 500 && t < 520 ? current + 9 : current)];
      if (t % 7 !== 0) verdicts.push(stream.say(1, t, flow));
      said.push(verdicts.map((verdict) => verdict && { at: verdict.at, scores: [...verdict.scores] }));
    }
    return said;
  }
  /** All that is remembered, by name. */
  function remembered({ monitor: { memory } }: Stream): Map<string, Uint8Array> {
    const bytes = memory.toBytes();
    let offset = 0;
    const parts = memory.layout.split(' ').map((part): [string, Uint8Array] => {
      const [, name, length] = /^(.*):(\d+)$/.exec(part)!;
      return [name, bytes.slice(offset, (offset += Number(length)))];
    });
    return new Map(parts);
  }

  test.each<[string, Partial<MonitorOptions>]>([
    ['by default', {}],
    ['on the kernel', { kernel }],
    ['without a network', { network: false }],
    ['absorbing', { onAnomaly: 'absorb' }],
  ])(
    'taken amid an open episode and a round that waits, continues bit for bit, and opens nothing twice: %s',
    (_, options) => {
      const [kept, restored] = [streamOf(PUMP, options), streamOf(PUMP, options)];
      live(kept, 0, 505); // the flow of minute 504 is missing: that of the current waits for it
      expect(kept.monitor.status.anomalous).toBe(true);
      restored.monitor.restore(kept.monitor.memory.toBytes());
      const reported = kept.events.length;

      expect(restored.monitor.status).toMatchObject({
        anomalous: true,
        suspect: kept.monitor.status.suspect,
        warmup: 1,
        samples: 504,
      });
      expect(live(restored, 505, 900)).toEqual(live(kept, 505, 900));
      expect(restored.events).toEqual(kept.events.slice(reported));
      expect(restored.events.map(({ phase }) => phase)).toContain('closed');
      expect(remembered(restored)).toEqual(remembered(kept));
    },
  );

  test('taken at an event is one from between two readings: restored from it, the later events are the same', () => {
    const kept = streamOf(PUMP);
    let bytes: Uint8Array | undefined;
    kept.onEvent(({ phase, at }) => {
      if (phase === 'opened' && at >= kept.at(500)) bytes ??= kept.monitor.memory.toBytes();
    });
    live(kept, 0, 700);
    const opened = kept.events.findIndex(({ phase, at }) => phase === 'opened' && at >= kept.at(500));

    const restored = streamOf(PUMP);
    restored.monitor.restore(bytes!);
    const minute = (kept.events[opened].at - START) / MINUTE;
    // The round was completed by the reading of the event: the last one of its minute.
    live(restored, minute + 1, 700);
    expect(restored.events).toEqual(kept.events.slice(opened + 1));
  });

  test('the time since then is the silence of the sensors, as for whoever was there all along', () => {
    const tank = warmTank();
    const back = streamOf([infoOf('tank', { unit: '°C' })]);
    back.monitor.restore(tank.monitor.memory.toBytes());
    back.tick(510);
    expect(back.events).toMatchObject([{ phase: 'opened', anomaly: { startAt: tank.at(499) + DELAY } }]);
    tank.tick(510);
    expect(tank.events).toEqual(back.events);
  });

  test('except for a downtime: silence is counted from its end', () => {
    const tank = warmTank();
    const back = streamOf([infoOf('tank', { unit: '°C' })]);
    back.monitor.restore(tank.monitor.memory.toBytes());
    back.wake(10_000);
    back.tick(10_000);
    expect(back.events).toEqual([]);
    back.tick(10_009);
    expect(back.events).toEqual([]);
    back.tick(10_011);
    expect(back.events).toMatchObject([{ phase: 'opened', anomaly: { startAt: back.at(10_000) + DELAY } }]);
  });

  test('nor is the way from the last reading before to the first after a step', () => {
    const tank = warmTank();
    const back = streamOf([infoOf('tank', { unit: '°C' })]);
    back.monitor.restore(tank.monitor.memory.toBytes());
    back.wake(10_000);
    back.say(0, 10_000, 23);
    expect(back.monitor.detector.series[0].step).toBe(0);
  });

  test('a silence that was open stays open, and closes with the next reading', () => {
    const tank = warmTank();
    tank.tick(600);
    const back = streamOf([infoOf('tank', { unit: '°C' })]);
    back.monitor.restore(tank.monitor.memory.toBytes());
    back.wake(700);
    back.tick(700);
    back.tick(705);
    expect([back.monitor.status.faultOf(0), back.events]).toEqual(['silent', []]);
    back.say(0, 706, 20);
    expect(back.events).toMatchObject([{ phase: 'closed', anomaly: { id: tank.events[0].anomaly.id } }]);
  });

  test('of another size is refused, and nothing has changed', () => {
    const { monitor, tick, events, at } = warmTank();
    const before = monitor.memory.toBytes();
    for (const bytes of [new Uint8Array(0), before.slice(8), streamOf(PUMP).monitor.memory.toBytes()])
      expect(() => {
        monitor.restore(bytes);
      }).toThrow(RangeError);
    expect(monitor.memory.toBytes()).toEqual(before);
    tick(600);
    expect(events).toMatchObject([{ phase: 'opened', anomaly: { startAt: at(499) + DELAY } }]);
  });

  test('fits where the shape is the same, which says cell, sizes and series', () => {
    const shape = (options: Partial<MonitorOptions> = {}) => streamOf(PUMP, options).monitor.shape;
    expect(shape()).toBe('gru of 16 units in Float64, tbptt of horizon 16, update every 1, series current, flow');
    expect(shape({ cell: 'lstm', peepholes: true, trainEvery: 4 })).toBe(
      'lstm with peepholes of 16 units in Float64, tbptt of horizon 16, update every 4, series current, flow',
    );
    expect(shape({ learner: 'snap1', horizon: 3 })).toBe('gru of 16 units in Float64, snap1, series current, flow');
    expect(shape({ cell: 'gru', peepholes: true })).toBe(shape()); // peepholes are of an lstm only
    expect(shape({ network: false })).toBe('no network, series current, flow');
    expect(shape({ sensitivity: 3, warmup: 9, closeAfter: 2 })).toBe(shape());
  });
});

test('an alarm that is open when the site asks for a longer warm-up ends when the readings are calm', () => {
  const { monitor, say } = warmTank();
  say(0, 500, 60);
  expect(monitor.status.anomalous).toBe(true);
  const { monitor: next, say: sayNext, phases } = streamOf([infoOf('tank')], { warmupTimeMs: 30 * 86_400_000 });
  next.restore(monitor.memory.toBytes());
  for (let t = 501; t < 521; t++) sayNext(0, t, 20);
  expect([next.status.warmup < 1, next.status.anomalous, phases()]).toEqual([true, false, ['closed process tank']]);
});

test.each<[string, (monitor: StreamMonitor, now: number) => void]>([
  [
    'accept',
    (monitor, now) => {
      monitor.operator.acceptAsNormal(now);
    },
  ],
  [
    'adopt',
    (monitor, now) => {
      monitor.operator.adopt(monitor.memory.toBytes(), 0.1, now);
    },
  ],
])('%s before the first reading after a restart does what it does in an uninterrupted run', (_, command) => {
  const { monitor, say, at } = warmTank();
  for (let t = 500; t < 530; t++) say(0, t, 60);
  const restored = streamOf([infoOf('tank')]);
  restored.monitor.restore(monitor.memory.toBytes());
  expect(restored.monitor.status.heldUntil(0)).toBe(monitor.status.heldUntil(0));
  for (const each of [monitor, restored.monitor]) command(each, at(529.5));
  expect(restored.monitor.memory.toBytes()).toEqual(monitor.memory.toBytes());
  expect(restored.monitor.status.coolDownUntil).toBe(monitor.status.coolDownUntil);
  expect(restored.monitor.status.modes).toMatchObject([
    { since: at(529), lastAt: at(529), present: true },
    { lastAt: at(529), present: false },
  ]);
});

describe('the operator says', () => {
  test('freeze: nothing is learned, not after a restart either, until resume; alarms go on', () => {
    const { monitor, say, events, normal } = warmTank();
    const [model] = monitor.detector.series;
    monitor.operator.freeze();
    const { mean } = model;
    const weights = [...theta(monitor)];
    for (let t = 500; t < 600; t++) say(0, t, 23 + normal());
    expect([model.mean, [...theta(monitor)]]).toEqual([mean, weights]);
    say(0, 600, 90);
    expect(events.some(({ phase }) => phase === 'opened')).toBe(true);

    const back = streamOf([infoOf('tank')]);
    back.monitor.restore(monitor.memory.toBytes());
    back.say(0, 601, 23);
    expect([back.monitor.status.frozen, back.monitor.detector.series[0].mean]).toEqual([true, mean]);
    back.monitor.operator.resume();
    for (let t = 602; t < 900; t++) back.say(0, t, 20 + normal());
    expect(back.monitor.status.frozen).toBe(false);
    expect(back.monitor.detector.series[0].mean).not.toBe(mean);
  });

  test('reset: its state is that of a new one, the open episode ends, and the sensor checks continue', () => {
    const { monitor, say, events, at, tick } = warmTank();
    say(0, 500, 60);
    expect(monitor.status.anomalous).toBe(true);
    monitor.operator.reset(at(500.5));
    expect(last(events)).toMatchObject({ phase: 'closed', at: at(500.5), anomaly: { endedBy: 'reset' } });
    expect([monitor.status.warmup, monitor.status.samples, monitor.detector.series[0].readings]).toEqual([0, 0, 0]);
    const fresh = streamOf([infoOf('tank', { unit: '°C' })]);
    for (let t = 501; t < 600; t++) expect(say(0, t, Math.sin(t))!.score).toBe(fresh.say(0, t, Math.sin(t))!.score);
    tick(620);
    expect(monitor.status.faultOf(0)).toBe('silent'); // its limits were learned before
  });

  test('reset during an alarm: the training period of the drift test begins with the next reading', () => {
    const { monitor, say, at } = warmTank();
    say(0, 500, 60);
    expect(monitor.status.anomalous).toBe(true);
    monitor.operator.reset(at(500.5));
    for (let t = 501; t < 511; t++) say(0, t, Math.sin(t));
    const [since, readings] = new Float64Array(piecesOf(monitor.memory).get('tank.drift_test')!.buffer);
    expect([since, readings]).toEqual([at(501), 10]);
  });

  test('reset of one series of a group: the state of the other is unchanged', () => {
    const { monitor, say } = streamOf(PUMP);
    const normal = noise();
    for (let t = 0; t < 600; t++) pumpAt(normal).forEach((value, d) => say(d, t, value));
    const [current, flow] = monitor.detector.series;
    const { mean } = current;
    monitor.operator.reset(0, 1);
    expect([current.readings, current.mean, flow.readings, monitor.status.warmup]).toEqual([600, mean, 0, 1]);
    for (let t = 600; t < 1200; t++) pumpAt(normal).forEach((value, d) => say(d, t, value));
    expect(flow.mean).toBeCloseTo(5, 0);
  });

  test.each(['network', 'novelty', 'progress', 'residuals'])(
    'reset of a series that is called %s: the rest of the group is as after that of any other',
    (slug) => {
      const restAfterReset = (name: string): Buffer => {
        const { monitor, say } = streamOf([infoOf('cpu'), infoOf('disk'), infoOf(name)]);
        const normal = noise();
        for (let t = 0; t < 300; t++) for (let d = 0; d < 3; d++) say(d, t, normal());
        monitor.operator.reset(0, 2);
        const rest = [...piecesOf(monitor.memory)].filter(([piece]) => !piece.startsWith(`${name}.`));
        return Buffer.concat(rest.map(([, bytes]) => bytes));
      };
      expect(restAfterReset(slug).equals(restAfterReset('memory'))).toBe(true);
    },
  );

  test('reset of one series of a group: it warms up for itself, and the other alarms on', () => {
    const { monitor, say, phases, tick, events, at } = streamOf(PUMP);
    const normal = noise();
    const live = (from: number, to: number, spiked = -1): void => {
      for (let t = from; t < to; t++)
        pumpAt(normal).forEach((value, d) => say(d, t, value + (t === to - 1 && d === spiked ? 40 : 0)));
    };
    live(0, 600);
    monitor.operator.reset(0, 1);
    live(600, 800, 1);
    expect([monitor.status.warmupOf(0), monitor.status.warmupOf(1)]).toEqual([1, 0.5]);
    live(800, 850, 0);
    expect(phases()).not.toContain('opened process flow');
    expect(last(events)).toMatchObject({ phase: 'opened', at: at(849), anomaly: { series: 'current' } });
    tick(900);
    expect(monitor.status.faultOf(1)).toBe('silent'); // its limits were learned before
  });

  test.each([
    [
      'reset',
      (monitor: StreamMonitor): void => {
        monitor.operator.reset(0);
      },
    ],
    [
      'forget',
      (monitor: StreamMonitor, past: Uint8Array): void => {
        monitor.operator.forget(past, 0);
      },
    ],
  ])('%s: what a sensor can be said to do is known as before', (_, command) => {
    const { monitor, say, order, normal } = warmTank({ maxStep: 8 });
    const past = monitor.memory.toBytes();
    for (let t = 500; t < 600; t++) say(0, t, 20 + normal());
    command(monitor, past);
    say(0, 600, 60);
    expect(monitor.status.faultOf(0)).toBe('max_step');
    say(0, 601, 20.5);
    for (let t = 602; t < 640; t++) say(0, t, 20.5);
    expect(monitor.status.faultOf(0)).toBe('stuck');
    expect(order(0, 639)).toBe('duplicate');
  });

  test('forget: a meter counts on from where it was, not from where it had been', () => {
    const { monitor, say } = streamOf([infoOf('meter', { counter: 'hour' })]);
    let past: Uint8Array = new Uint8Array();
    for (let t = 0; t < 100; t++) {
      say(0, t, 1000 + t / 30 + (t < 50 ? 0 : t)); // 2 an hour, and 62 from minute 50 on
      if (t === 49) past = monitor.memory.toBytes();
    }
    monitor.operator.forget(past, 0);
    say(0, 100, 1000 + 100 / 30 + 100);
    expect(monitor.detector.series[0].value).toBeCloseTo(62, 9);
  });

  test('forget since then: its state is the earlier one, the open episode ends, and a silent sensor stays silent', () => {
    const { monitor, say, order, events, at, normal, tick } = warmTank();
    const past = monitor.memory.toBytes();
    const { mean, readings } = monitor.detector.series[0];
    for (let t = 500; t < 700; t++) say(0, t, 60 + normal());
    say(0, 700, 500);
    tick(800);
    expect([monitor.status.anomalous, monitor.status.faultOf(0)]).toEqual([true, 'silent']);
    monitor.operator.forget(past, at(800));
    expect(last(events)).toMatchObject({ phase: 'closed', anomaly: { kind: 'process', endedBy: 'forgotten' } });
    expect([monitor.detector.series[0].mean, monitor.detector.series[0].readings]).toEqual([mean, readings]);
    expect([monitor.status.faultOf(0), order(0, 700), order(0, 699)]).toEqual(['silent', 'duplicate', 'late']);
    say(0, 801, 20 + normal());
    expect(monitor.detector.series[0].step).toBe(0);
    say(0, 802, 1e6); // worse than what was forgotten: that is still cooling down
    expect(last(events)).toMatchObject({ phase: 'opened', anomaly: { kind: 'process' } });
  });

  test('forget with bytes of another size: refused, and nothing has changed', () => {
    const { monitor, say, events } = warmTank();
    say(0, 500, 60);
    const before = [monitor.memory.toBytes(), events.length];
    expect(() => {
      monitor.operator.forget(new Uint8Array(8), 0);
    }).toThrow(RangeError);
    expect([monitor.memory.toBytes(), events.length]).toEqual(before);
  });

  test('accepted as normal: the open episode ends, and an equal deviation is not reported at once', () => {
    const { monitor, say, events, at } = warmTank();
    for (let t = 500; t < 503; t++) say(0, t, 60);
    monitor.operator.acceptAsNormal(at(503));
    expect(last(events)).toMatchObject({ phase: 'closed', anomaly: { endedBy: 'accepted', endAt: at(502) } });
    const reported = events.length;
    say(0, 503, 60);
    expect(events).toHaveLength(reported);
  });
});

describe('what the last reading is worth', () => {
  test('is the score of the sample', () => {
    const { monitor, say } = warmTank();
    expect(say(0, 500, 23)!.score).toBeGreaterThan(0);
    expect(monitor.status.score).toBe(monitor.detector.verdict.score);
  });

  test('is that of the sensor where the reading was refused, and of the sample again when it is sound', () => {
    const { monitor, say, normal } = warmTank({ range: [0, 50] });
    say(0, 500, 75);
    expect([monitor.status.score, monitor.status.faultScoreOf(0), monitor.status.alarmed]).toEqual([1.5, 1.5, true]);
    say(0, 501, 55); // by a tenth of the range: the present score, not the peak
    expect(monitor.status.score).toBeCloseTo(1.1, 12);
    say(0, 502, 20 + normal());
    expect([monitor.status.score, monitor.status.faultScoreOf(0)]).toEqual([monitor.detector.verdict.score, 0]);
  });

  test('is that of the worst sensor of a group, also without readings', () => {
    const { monitor, say, tick, at } = streamOf([infoOf('a', { range: [-50, 50] }), infoOf('b')]);
    const normal = noise();
    for (let t = 0; t < 500; t++) for (const d of [0, 1]) say(d, t, normal());
    say(0, 500, 100);
    expect(monitor.status.score).toBe(1.5);
    tick(519);
    const silence = at(519) + DELAY - (at(499) + DELAY);
    expect(monitor.status.faultScoreOf(1)).toBeCloseTo(silence / (10 * MINUTE), 12);
    expect(monitor.status.score).toBe(monitor.status.faultScoreOf(1));
  });

  test('is known after a restart', () => {
    const { monitor, say } = warmTank({ range: [0, 50] });
    say(0, 500, 75);
    const back = streamOf([infoOf('tank', { range: [0, 50] })]);
    back.monitor.restore(monitor.memory.toBytes());
    expect(back.monitor.status.score).toBe(1.5);
  });
});

test('each series goes forward in its own time, and so it does after a restart', () => {
  const { monitor, say, order, at } = streamOf(PUMP);
  say(0, 3, 20);
  expect([order(0, 3), order(0, 2)]).toEqual(['duplicate', 'late']);
  const back = streamOf(PUMP);
  back.monitor.restore(monitor.memory.toBytes());
  expect([back.order(0, 3), back.order(0, 2)]).toEqual(['duplicate', 'late']);
  expect([back.order(1, 1), back.order(0, 4)]).toMatchObject([{ at: at(1) }, { at: at(4) }]);
});

test('a tank with two levels has two operating modes: which is the present one, how often it came, and since when it is known', () => {
  const hold = 200;
  const { monitor, say, at } = streamOf([infoOf('tank', { unit: '°C' })], { holdForMs: hold * MINUTE, network: false });
  const normal = noise();
  let minute = 0;
  const stay = (level: number, minutes: number): void => {
    for (let i = 0; i < minutes; i++) say(0, minute++, level + normal());
  };
  stay(20, 1000);
  expect(monitor.status.modes).toEqual([]); // one level only
  stay(60, 500);
  const taken = at(1000 + hold);
  const [high, low] = monitor.status.modes;
  expect(high).toMatchObject({
    stream: 'plant',
    series: 'tank',
    unit: '°C',
    times: 1,
    lastAt: at(1499),
    present: true,
  });
  expect(high.level).toBeCloseTo(60, 0);
  expect(Math.abs(high.since - taken)).toBeLessThan(10 * MINUTE);
  expect(low).toMatchObject({ since: at(0), times: 1, lastAt: high.since, present: false });
  expect(low.level).toBeCloseTo(20, 0);
  stay(20, 150);
  const [now, before] = monitor.status.modes;
  expect(now).toMatchObject({ since: at(0), times: 2, present: true });
  expect(before).toMatchObject({ since: high.since, times: 1, present: false });
  expect(monitor.status.modeOf(0)).toMatch(/^tank has been back at .*; it stayed there before, until /);
});

describe('a tank that comes back to a level which zankyo knows', () => {
  const HOLD = 200;
  /** A tank that has stayed at 20 °C and, for so long that this is normal too, at 60 °C. */
  function twoLevels(info: Partial<SeriesInfo> = {}, options: Partial<MonitorOptions> = {}) {
    const tank = infoOf('tank', { unit: '°C', ...info });
    const stream = streamOf([tank], { holdForMs: HOLD * MINUTE, network: false, ...options });
    const normal = noise();
    let minute = 0;
    const stay = (level: number, minutes: number): void => {
      for (let i = 0; i < minutes; i++) stream.say(0, minute++, level + normal());
    };
    stay(20, 1000);
    stay(60, 500);
    return { ...stream, stay, now: () => stream.at(minute) };
  }
  const BACK = /^tank has been back at (19|20)\.?\d* °C since 2023-.*; it stayed there before, until 2023-.* UTC\.$/;

  test('says so when the alarm about the change ends, and not a second time', () => {
    const { events, modes, stay } = twoLevels();
    events.length = 0;
    stay(20, 150);
    expect(events.map(({ phase }) => phase)).toEqual(['opened', 'closed']);
    const [opened, closed] = events.map(({ anomaly }) => anomaly.reason);
    expect(opened).not.toContain('back at');
    expect(closed.slice(opened.length + 1)).toMatch(BACK);
    expect(modes).toEqual([]);
  });

  test('publishes the return where no alarm ends with it', () => {
    const { events, modes, stay, now, at } = twoLevels({}, { minDurationMs: 2 * HOLD * MINUTE });
    const from = now();
    events.length = 0;
    stay(20, 150);
    expect(events).toEqual([]);
    expect(modes).toMatchObject([{ stream: 'plant', series: 'tank', unit: '°C', since: at(0), times: 2 }]);
    const [mode] = modes;
    expect(mode.reason).toMatch(BACK);
    expect(mode.id).toBe(`tank-m${mode.at.toString(36)}`);
    expect(mode.at - from).toBeLessThan(HOLD * MINUTE);
    expect([mode.level / 20, mode.from / 60].map(Math.round)).toEqual([1, 1]);
  });

  test('not below min_deviation, and not in a direction that is not asked for', () => {
    for (const info of [{ minDeviation: 100 }, { only: 'above' }] as Partial<SeriesInfo>[]) {
      const { modes, stay } = twoLevels(info, { minDurationMs: 2 * HOLD * MINUTE });
      stay(20, 150);
      expect(modes).toEqual([]);
    }
  });

  test('knows since when, also after an accept before the first reading', () => {
    const { monitor, say, at } = streamOf([infoOf('tank')], { network: false });
    monitor.operator.acceptAsNormal(at(0));
    for (let t = 0; t < 200; t++) say(0, t, 20);
    expect(monitor.detector.series[0].mode.since).toBe(at(0));
  });

  test('is no news from the third time on, if it comes more often than alarms are asked for', () => {
    const week = 7 * 1440 * MINUTE;
    expect(isNews({ times: 2, since: 0 }, week, 1)).toBe(true);
    expect(isNews({ times: 3, since: 0 }, week, 1)).toBe(false);
    expect(isNews({ times: 3, since: 0 }, 4 * week, 1)).toBe(true);
    expect(isNews({ times: 3, since: NaN }, week, 1)).toBe(false);
  });
});
