import { expect, test } from 'vitest';
import { Volatility } from '../../../src/detect/evidence/volatility.ts';
import { Memory } from '../../../src/math/memory.ts';
import { Random } from '../../../src/math/random.ts';

/** After `steps` normal steps of deviation 2: the volatility, and the surprisals of the last half of them. */
function ordinary(steps = 4000) {
  const memory = new Memory();
  const volatility = new Volatility(memory);
  const random = new Random(1);
  const surprisals: number[] = [];
  for (let t = 0; t < steps; t++) {
    const dx = 2 * random.normal();
    const surprisal = volatility.surprisal(dx);
    if (t >= steps / 2) surprisals.push(surprisal);
    volatility.learn(dx, true);
  }
  surprisals.sort((a, b) => a - b);
  return { volatility, memory, random, quantile: (share: number) => surprisals[Math.floor(share * surprisals.length)] };
}

/** Takes the steps in turn and gives the surprisal of each. */
const follow = (volatility: Volatility, steps: readonly number[]): number[] =>
  steps.map((dx) => {
    const surprisal = volatility.surprisal(dx);
    volatility.learn(dx, true);
    return surprisal;
  });

const repeat = <T>(n: number, make: () => T): T[] => Array.from({ length: n }, make);

test('noise five times as large surprises within ten steps as nothing ordinary did, and stepRatio is about 5', () => {
  const { volatility, random, quantile } = ordinary();
  const burst = follow(
    volatility,
    repeat(50, () => 10 * random.normal()),
  );
  expect(Math.max(...burst.slice(0, 10))).toBeGreaterThan(quantile(0.999));
  expect(volatility.stepRatio).toBeGreaterThan(3);
  expect(volatility.stepRatio).toBeLessThan(6);
});

test('so does no movement at all, once the energy of 48 steps has faded', () => {
  const { volatility, quantile } = ordinary();
  const silence = follow(
    volatility,
    repeat(150, () => 0),
  );
  expect(Math.max(...silence)).toBeGreaterThan(quantile(0.999));
  expect(volatility.stepRatio).toBeLessThan(0.3);
});

test('more of the same does not: 200 steps like those before stay under twice their usual surprisal', () => {
  const { volatility, random, quantile } = ordinary();
  const more = follow(
    volatility,
    repeat(200, () => 2 * random.normal()),
  );
  const mean = more.reduce((sum, x) => sum + x, 0) / more.length;
  expect(mean).toBeLessThan(2 * quantile(0.5));
  expect(volatility.stepRatio).toBeGreaterThan(0.6);
  expect(volatility.stepRatio).toBeLessThan(1.5);
});

test('what is not normal moves the energy on, and stays as rare as it was', () => {
  const [{ volatility: taught }, { volatility: kept }] = [ordinary(), ordinary()];
  for (let t = 0; t < 500; t++)
    for (const volatility of [taught, kept]) {
      volatility.surprisal(10);
      volatility.learn(10, volatility === taught);
    }
  expect(kept.stepRatio).toBeGreaterThan(3);
  expect(kept.surprisal(10)).toBeGreaterThan(taught.surprisal(10) + 2);
});

test('its history is that of a week, and at least 50,000 readings', () => {
  /** The total of the histogram after 60,000 steps: it follows two moments of three, a mean square and a count. */
  const total = (span: number): number => {
    const memory = new Memory();
    const volatility = new Volatility(memory);
    for (let t = 0; t < 60_000; t++) volatility.learn(1, true, span);
    return new Float64Array(memory.toBytes().buffer)[8];
  };
  expect(total(604_800)).toBe(60_000);
  expect(total(2000)).toBe(50_001 / 2 + 9999);
});

test('before the first step every bin of the histogram is as likely: log 32', () => {
  expect(new Volatility(new Memory()).surprisal(7)).toBeCloseTo(Math.log(32), 12);
});

test('one absurd step does not last: finite, and ordinary again within 2000 steps', () => {
  const { volatility, random } = ordinary();
  const after = follow(volatility, [1e300, ...repeat(2000, () => 2 * random.normal())]);
  expect(after.every(Number.isFinite)).toBe(true);
  expect(volatility.stepRatio).toBeLessThan(1.5);
});

test('asking changes nothing that a snapshot would keep', () => {
  const { volatility, memory } = ordinary(100);
  const before = memory.toBytes();
  volatility.surprisal(50);
  expect(memory.toBytes()).toEqual(before);
});
