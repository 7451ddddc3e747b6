import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StreamMonitor } from '../../src/detect/stream-monitor.ts';
import { Random } from '../../src/math/random.ts';
import { fuzz } from '../fuzz.ts';
import { ARITHMETICS } from '../nn/kernel.ts';
import { DEFAULTS } from './options.ts';

/* The largest values that are read at all, 1e30, have a square beyond a float of 32 bits: they must not stay. */

const START = 1_700_000_000_000;

function tank(kernel: (typeof ARITHMETICS)[number]['kernel']) {
  const info = { slug: 'tank', unit: '', range: null, only: 'both' } as const;
  const monitor = new StreamMonitor(
    'tank',
    [info],
    { ...DEFAULTS, hiddenSize: 4, warmup: 100, kernel },
    () => undefined,
  );
  const random = new Random(1);
  let at = START;
  const say = (value: number): void => {
    at += 60_000;
    monitor.take(0, { series: 'tank', at, value, receivedAt: at });
    const [{ expected, lower, upper }] = monitor.detector.series;
    for (const number of [monitor.status.score, expected, lower, upper]) expect(number).not.toBe(Infinity);
    expect(Number.isFinite(monitor.status.score)).toBe(true);
  };
  return {
    monitor,
    say,
    live: (readings: number): void => {
      for (let i = 0; i < readings; i++) say(20 + random.normal());
    },
  };
}

test('a spoiled beginning is begun anew once, also when nothing sound follows it', () => {
  const info = { slug: 'tank', unit: '', range: [-1e4, 1e4], only: 'both' } as const;
  const monitor = new StreamMonitor('tank', [info], DEFAULTS, () => undefined);
  const random = new Random(1);
  const say = (value: number, i: number): void => {
    const at = START + i * 60_000;
    monitor.take(0, { series: 'tank', at, value, receivedAt: at });
  };
  for (let i = 0; i < 16; i++) say(i === 3 ? 5000 : 20 + random.normal(), i);
  expect(monitor.detector.series[0].readings).toBe(1);
  for (let i = 16; i < 20; i++) say(1e5, i); // out of range
  expect(monitor.detector.series[0].readings).toBe(1);
  say(20, 20);
  expect(monitor.detector.series[0].readings).toBe(2);
});

describe.each(ARITHMETICS)('in $arithmetic', ({ kernel }) => {
  test.each([
    ['1e30 once', [1e30]],
    ['1e30 up and down', [1e30, -1e30, 1e30, -1e30]],
    ['1e30 in the place of ten readings', Array<number>(10).fill(1e30)],
    ['the least of all doubles', [5e-324, -5e-324, 0, -0]],
    ['every power of ten', Array.from({ length: 61 }, (_, i) => 10 ** (i - 30))],
  ])('%s, after the warm-up: 200 readings later the forecast is as it was', (_, values) => {
    const { monitor, say, live } = tank(kernel);
    live(300);
    values.forEach(say);
    live(200);
    expect(Math.abs(monitor.detector.series[0].expected - 20)).toBeLessThan(3);
    expect(monitor.status.score).toBeLessThan(2);
  });

  test.each([
    ['the first', [0]],
    ['the tenth', [9]],
    ['the fiftieth', [49]],
    ['the first and the fortieth', [0, 39]],
  ])('a million as %s reading makes nobody deaf: 400 later, 15 deviations off is an anomaly', (_, places) => {
    const { monitor, say, live } = tank(kernel);
    for (let i = 0; i < 50; i++) {
      if (places.includes(i)) say(1e6);
      else live(1);
    }
    live(400);
    const [{ lower, upper }] = monitor.detector.series;
    expect(upper - lower).toBeLessThan(60); // of a scale that has heard of it: 20,000
    say(35);
    expect(monitor.status.score).toBeGreaterThan(1);
  });

  test('any values, in the warm-up and after it, leave every score a number', () => {
    const value = fc.oneof(
      fc.double({ min: -1e30, max: 1e30, noNaN: true }),
      fc.constantFrom(0, -0, 1e30, -1e30, 5e-324, 20),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 200 }), (values) => {
        const { say, live } = tank(kernel);
        values.forEach(say);
        live(20);
      }),
      fuzz(20),
    );
  });
});
