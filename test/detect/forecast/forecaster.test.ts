import { describe, expect, test } from 'vitest';
import { BINS, softTarget, surprisal } from '../../../src/math/bins.ts';
import { Forecaster, type ForecasterOptions } from '../../../src/detect/forecast/forecaster.ts';
import { Memory } from '../../../src/math/memory.ts';
import { Random } from '../../../src/math/random.ts';
import { DEFAULTS } from '../options.ts';

/** A forecaster of `series` steps from two inputs, and what it remembers. */
function forecasterOf(series: number, options: Partial<ForecasterOptions> = {}) {
  const memory = new Memory();
  return { memory, forecaster: new Forecaster(memory, 2, series, { ...DEFAULTS, ...options }) };
}

const targetsOf = (...steps: number[]): Float64Array => {
  const q = new Float64Array(steps.length * BINS);
  steps.forEach((y, d) => {
    softTarget(y, q, d * BINS);
  });
  return q;
};
const ALL = Uint8Array.of(1, 1);

test('before the first reading every step is as likely', () => {
  expect(forecasterOf(2).forecaster.p).toEqual(new Float64Array(2 * BINS).fill(1 / BINS));
});

test('for each series a distribution: positive, and summing to 1', () => {
  const { forecaster } = forecasterOf(2);
  const random = new Random(1);
  for (let t = 0; t < 200; t++) {
    const x = Float64Array.of(5 * random.normal(), random.normal());
    forecaster.learn(targetsOf(x[0], x[1]), ALL);
    forecaster.advance(x);
    for (const d of [0, 1]) {
      const p = forecaster.p.subarray(d * BINS, (d + 1) * BINS);
      expect(p.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(Math.min(...p)).toBeGreaterThan(0);
    }
  }
});

test.each<{ name: string; options: Partial<ForecasterOptions> }>([
  { name: 'a gru', options: { cell: 'gru' } },
  { name: 'an lstm', options: { cell: 'lstm' } },
  { name: 'an lstm with peepholes', options: { cell: 'lstm', peepholes: true } },
  { name: 'an rnn', options: { cell: 'rnn' } },
  { name: 'a gru taught every fourth reading', options: { cell: 'gru', trainEvery: 4, learningRate: 0.01 } },
])('$name learns a saw-tooth: its surprisal falls from log 32 to less than half', ({ options }) => {
  const { forecaster } = forecasterOf(1, options);
  const tooth = (t: number): number => -1.5 + (3 * (t % 8)) / 7;
  let late = 0;
  for (let t = 1; t <= 1000; t++) {
    const step = tooth(t) - tooth(t - 1);
    const q = targetsOf(step);
    if (t === 1) expect(surprisal(forecaster.p, q, 0, step)).toBeCloseTo(Math.log(32), 5);
    if (t > 900) late += surprisal(forecaster.p, q, 0, step) / 100;
    forecaster.learn(q, Uint8Array.of(1));
    forecaster.advance(Float64Array.of(tooth(t), step));
  }
  expect(late).toBeLessThan(Math.log(32) / 2);
});

describe('two coins, tossed anew each time, where the next step of each is an earlier toss', () => {
  /** Mean surprisal of the last 200 of 1500 steps, which are the tosses of `ago` readings before. */
  function surprisalOf(ago: number, hiddenSize: number): number {
    const { forecaster } = forecasterOf(2, { hiddenSize, learningRate: 0.01 });
    const random = new Random(1);
    const tosses = Array.from({ length: 1500 }, () => [2 * random.below(2) - 1, 2 * random.below(2) - 1]);
    let late = 0;
    for (let t = ago; t < 1500; t++) {
      const steps = tosses[t - ago];
      const q = targetsOf(...steps);
      if (t >= 1300) for (const d of [0, 1]) late += surprisal(forecaster.p, q, d * BINS, steps[d]) / 400;
      forecaster.learn(q, ALL);
      forecaster.advance(Float64Array.from(tosses[t]));
    }
    return late;
  }
  // Not knowing the toss costs log 2; the soft target alone has an entropy of 1.06 nats.
  const KNOWN = 1.15;

  test('of the last reading: one hidden unit does, as the inputs reach the forecast directly', () => {
    expect(surprisalOf(1, 1)).toBeLessThan(KNOWN);
  });

  test('of the reading before: the hidden state learns to keep them', () => {
    expect(surprisalOf(2, 16)).toBeLessThan(KNOWN);
  });
});

describe('a missing series', () => {
  /** Both have learned from the same few readings. */
  const pair = () =>
    [forecasterOf(2), forecasterOf(2)].map((one) => {
      for (let t = 0; t < 20; t++) {
        one.forecaster.learn(targetsOf(Math.sin(t), 0), ALL);
        one.forecaster.advance(Float64Array.of(Math.sin(t), 0));
      }
      return one;
    });

  test('teaches nothing: what stands in its place makes no difference to any bit', () => {
    const [a, b] = pair();
    a.forecaster.learn(targetsOf(1, 0), Uint8Array.of(1, 0));
    b.forecaster.learn(targetsOf(1, -3), Uint8Array.of(1, 0));
    expect(a.memory.toBytes()).toEqual(b.memory.toBytes());
  });

  test('while one that is present does', () => {
    const [a, b] = pair();
    a.forecaster.learn(targetsOf(1, 0), ALL);
    b.forecaster.learn(targetsOf(1, -3), ALL);
    expect(a.memory.toBytes()).not.toEqual(b.memory.toBytes());
  });

  test('when all are missing, the gradient is 0', () => {
    const [a, b] = pair();
    a.forecaster.learn(targetsOf(1, -3), Uint8Array.of(0, 0));
    b.forecaster.learn(targetsOf(1, -3), Uint8Array.of(1, 0));
    expect(a.forecaster.network.core.norm).toBe(0);
    expect(b.forecaster.network.core.norm).toBeGreaterThan(0);
  });
});

test('with an update every third reading, the gradient of the other two waits', () => {
  const { forecaster } = forecasterOf(1, { trainEvery: 3 });
  const norms = [0, 1, 2, 3, 4, 5].map((t) => {
    forecaster.advance(Float64Array.of(Math.sin(t), 0));
    return forecaster.learn(targetsOf(Math.sin(t)), Uint8Array.of(1));
  });
  expect(norms).toEqual([false, false, true, false, false, true]);
});

test('the seed decides, and nothing else', () => {
  const [one, same, other] = [1, 1, 2].map((seed) => forecasterOf(1, { seed }).memory.toBytes());
  expect(same).toEqual(one);
  expect(other).not.toEqual(one);
});
