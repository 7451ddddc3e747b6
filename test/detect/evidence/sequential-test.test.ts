import { describe, expect, test } from 'vitest';
import { SequentialTest } from '../../../src/detect/evidence/sequential-test.ts';
import { Alternatives } from '../../../src/detect/forecast/alternatives.ts';
import { BINS } from '../../../src/math/bins.ts';
import { Memory } from '../../../src/math/memory.ts';
import { Random } from '../../../src/math/random.ts';

const READINGS = 100_000;

/** Forecasts with one, two or many likely steps, another one at every reading. */
function forecasts(random: Random): () => Float64Array {
  const p = new Float64Array(BINS);
  return () => {
    const sharpness = 6 * random.uniform();
    let sum = 0;
    for (let b = 0; b < BINS; b++) sum += p[b] = Math.exp(sharpness * random.normal());
    for (let b = 0; b < BINS; b++) p[b] /= sum;
    return p;
  };
}

function drawn(p: Float64Array, random: Random): number {
  let u = random.uniform();
  for (let b = 0; b < BINS; b++) if ((u -= p[b]) < 0) return b;
  return BINS - 1;
}

type Choice = (p: Float64Array, random: Random) => number;

/** A test of forecasts that `next` makes, after 1,000 steps that came from them. Its answer is log10 M at each of the steps. */
function testOf(next: () => Float64Array) {
  const random = new Random(7);
  const alternatives = new Alternatives();
  const sequence = new SequentialTest(new Memory(), 'test', Infinity);
  const q = new Float64Array(BINS);
  const rarities = (readings: number, choose: Choice, teaches: boolean): number[] =>
    Array.from({ length: readings }, () => {
      const p = next();
      q.fill(0);
      q[choose(p, random)] = 1;
      alternatives.measure(p, q);
      const rarity = sequence.measure(alternatives) * Math.LOG10E;
      sequence.advance(alternatives, teaches, 2000);
      return rarity;
    });
  rarities(1000, drawn, true);
  return { sequence, rarities };
}
const share = (values: readonly number[], above: number): number =>
  values.filter((x) => x >= above).length / values.length;

describe('the stated false-alarm rate: at most 10^-x of the readings have a rarity of x', () => {
  const rarity = testOf(forecasts(new Random(3))).rarities(READINGS, drawn, true);
  test.each([0.5, 1, 2, 3])('x = %d', (x) => {
    expect(share(rarity, x)).toBeLessThanOrEqual(10 ** -x);
  });

  test('it is not 0 everywhere', () => {
    expect(share(rarity, 0)).toBeGreaterThan(0.01);
  });
});

/** A machine that is switched in 3 of 10 readings, or stays. */
const switching = Float64Array.from({ length: BINS }, (_, b) => (b === 10 ? 0.7 : b === 20 ? 0.3 : 0));

test('a switch that fails to come: with a chance of 0.3 each time, a rarity that grows with every reading', () => {
  const rarity = testOf(() => switching).rarities(200, () => 10, false);
  for (let i = 2; i < 100; i++) expect(rarity[i]).toBeGreaterThan(rarity[i - 1]);
  expect(rarity[199]).toBeGreaterThan(2);
});

test('switching 20 times is rarer than staying for 20 readings', () => {
  const [stays, switches] = [10, 20].map((b) => testOf(() => switching).rarities(20, () => b, false));
  expect(switches[19]).toBeGreaterThan(stays[19]);
});

test('a forecast that is always too sure of itself is no news: its mean excess is taken off', () => {
  const tooSure = Float64Array.from({ length: BINS }, (_, b) => (b === 10 ? 0.9 : b === 20 ? 0.1 : 0));
  const often: Choice = (_, random) => (random.uniform() < 0.25 ? 20 : 10);
  const { rarities } = testOf(() => tooSure);
  const rarity = rarities(20_000, often, true).slice(8000);
  expect(share(rarity, 3)).toBeLessThan(0.005);
  const untaught = testOf(() => tooSure)
    .rarities(20_000, often, false)
    .slice(8000);
  expect(share(untaught, 3)).toBeGreaterThan(10 * share(rarity, 3));
});

test('span: which of the readings it speaks of, negative where the steps are too regular', () => {
  const sequence = new SequentialTest(new Memory(), 'test', Infinity);
  const alternatives = new Alternatives();
  const q = new Float64Array(BINS);
  for (const [b, sign] of [
    [20, 1],
    [10, -1],
  ]) {
    q.fill(0);
    q[b] = 1;
    alternatives.measure(switching, q);
    sequence.measure(alternatives);
    expect(Math.sign(sequence.span)).toBe(sign);
  }
});

test('beyond the largest value that is read nothing is added up, so that a fault is over sooner when the forecasts are right again', () => {
  const alternatives = new Alternatives();
  const q = new Float64Array(BINS);
  /** Readings after 200 unlikely ones until ln M is below 2. */
  const readingsUntilCalm = (most: number): number => {
    const sequence = new SequentialTest(new Memory(), 'test', most);
    const step = (b: number): void => {
      q.fill(0);
      q[b] = 1;
      alternatives.measure(switching, q);
      sequence.measure(alternatives);
      sequence.advance(alternatives, false, 1000);
    };
    for (let t = 0; t < 200; t++) step(20);
    expect(sequence.soFar()).toBeGreaterThan(Math.min(10, most - 1e-9));
    let readings = 0;
    for (; sequence.soFar() > 2; readings++) step(10);
    return readings;
  };
  expect(readingsUntilCalm(5)).toBeLessThan(0.8 * readingsUntilCalm(Infinity));
});
