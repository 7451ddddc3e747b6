import { expect, test } from 'vitest';
import { BINS, softTarget, surprisal } from '../../../../src/math/bins.ts';
import { UTC } from '../../../../src/detect/forecast/calendar.ts';
import { ContextDensity } from '../../../../src/detect/evidence/level/context-density.ts';
import { Season } from '../../../../src/detect/forecast/season.ts';
import { Memory } from '../../../../src/math/memory.ts';
import { Random } from '../../../../src/math/random.ts';

const HOUR_MS = 3_600_000;

const setClock = (density: ContextDensity, hour: number): void => {
  const season = new Season(UTC);
  season.set(hour * HOUR_MS);
  density.advance(season);
};

/** How surprising, in nats, a level is at an hour. */
const surprise = (density: ContextDensity, hour: number, y: number): number => {
  const q = new Float64Array(BINS);
  softTarget(y, q, 0);
  setClock(density, hour);
  density.forecast();
  return surprisal(density.p, q, 0, y);
};

/** Around +1.5 from 9 to 21 o'clock, around -1.5 at night, four readings an hour. */
function dayAndNight(days: number): { density: ContextDensity; memory: Memory } {
  const memory = new Memory();
  const density = new ContextDensity(memory);
  const random = new Random(1);
  const q = new Float64Array(BINS);
  for (let t = 0; t < days * 96; t++) {
    const hour = (t / 4) % 24;
    softTarget((hour >= 9 && hour < 21 ? 1.5 : -1.5) + 0.3 * random.normal(), q, 0);
    setClock(density, hour);
    density.forecast();
    density.learn(q, 0);
  }
  return { density, memory };
}

test('at first every level is as likely at any time', () => {
  const density = new ContextDensity(new Memory());
  setClock(density, 9);
  density.forecast();
  expect(density.p).toEqual(new Float64Array(BINS).fill(1 / BINS));
});

test('after two weeks it knows the levels of 3 in the afternoon and 3 in the morning, and that they are not to be swapped', () => {
  const { density } = dayAndNight(14);
  for (const [hour, usual] of [
    [15, 1.5],
    [3, -1.5],
  ]) {
    expect(surprise(density, hour, usual)).toBeLessThan(2.5); // of log 32 = 3.5 before
    expect(surprise(density, hour, -usual)).toBeGreaterThan(surprise(density, hour, usual) + 3);
    expect(surprise(density, hour, 0)).toBeGreaterThan(surprise(density, hour, usual) + 3); // nor to be averaged
  }
});

test('at the change of shifts both are possible, and only the middle is not', () => {
  const { density } = dayAndNight(14);
  const [day, night, middle] = [1.5, -1.5, 0].map((y) => surprise(density, 9, y));
  expect(Math.abs(day - night)).toBeLessThan(1);
  expect(middle).toBeGreaterThan(Math.max(day, night) + 2);
});

test('the day of the week is nothing to it', () => {
  const { density } = dayAndNight(14);
  const [monday, thursday] = [4 * 24 + 15, 15].map((hour) => surprise(density, hour, 1.5));
  expect(monday).toBeCloseTo(thursday, 9);
});

test('a forecast is a distribution, and making one leaves no trace', () => {
  const { density, memory } = dayAndNight(2);
  const before = memory.toBytes();
  density.forecast();
  expect(density.p.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
  expect(memory.toBytes()).toEqual(before);
});
