import { describe, expect, test } from 'vitest';
import { FillPump, Sump, type Cycle } from '../../../src/app/demo/cycles.ts';
import { MINUTE_MS } from '../../../src/math/time.ts';

const MONDAY = Date.UTC(2026, 0, 5);
const DAY = 24 * 60;

/** The readings of so many minutes; faulty in the minutes from `from` to before `to`. */
const run = (cycle: Cycle, minutes: number, [from, to] = [Infinity, Infinity]): number[] =>
  Array.from({ length: minutes }, (_, i) => {
    cycle.step(MONDAY + i * MINUTE_MS, i >= from && i < to);
    return cycle.reading;
  });

/** Lengths of the stretches of minutes in which the condition holds, without those that the ends of the run cut. */
const stretches = (readings: readonly number[], holds: (x: number) => boolean): number[] =>
  readings
    .map((x) => (holds(x) ? 'x' : ' '))
    .join('')
    .split(/ +/)
    .slice(1, -1)
    .map(({ length }) => length);

const sump = (seed: number): Sump => new Sump(seed, MONDAY);
const isRunning = (kW: number): boolean => kW > 1.5;

test.each([
  ['sump', (seed: number): Cycle => sump(seed)],
  ['fill pump', (seed: number): Cycle => new FillPump(seed)],
])('%s: the same seed gives the same bits, another seed other ones', (_, make) => {
  expect(run(make(1), DAY)).toEqual(run(make(1), DAY));
  expect(run(make(1), DAY)).not.toEqual(run(make(2), DAY));
});

describe.each([1, 2, 3])('sump, seed %i', (seed) => {
  const machine = sump(seed);
  const readings = run(machine, 28 * DAY);

  test('its level stays between the two switches, but for four times its noise of 0.3 %', () => {
    expect(Math.min(...readings)).toBeGreaterThan(20 - 1.2);
    expect(Math.max(...readings)).toBeLessThan(81 + 1.2);
  });

  test('one rise takes 60 % / (60/180 % a minute) = 3 h, so about eight strokes come a day', () => {
    expect(machine.times / 28).toBeGreaterThan(7);
    expect(machine.times / 28).toBeLessThan(8.6);
  });

  test('a stroke takes 60 / (15 - 0.33) = 4.1 min: at most five readings', () => {
    const falls = readings.slice(1).map((x, i) => x - readings[i]);
    for (const length of stretches(falls, (fall) => fall < -2)) expect(length).toBeLessThanOrEqual(5);
  });

  test('with a blocked inlet the level stays where it is, and no stroke comes; then strokes come again', () => {
    const blocked = sump(seed);
    const level = run(blocked, 8 * DAY, [2 * DAY, 2 * DAY + 14 * 60]).slice(2 * DAY + 10, 2 * DAY + 14 * 60);
    expect(Math.max(...level) - Math.min(...level)).toBeLessThan(8 * 0.3);
    expect(machine.times / 28 - blocked.times / 8).toBeGreaterThan(0.2);
    expect(blocked.times).toBeGreaterThan(45);
  });
});

test('before drains are connected the level of the sump stands', () => {
  const machine = new Sump(1, MONDAY + DAY * MINUTE_MS);
  const level = run(machine, DAY);
  expect(machine.times).toBe(0);
  expect(Math.max(...level) - Math.min(...level)).toBeLessThan(9 * 0.3);
  run(machine, DAY); // the clock of `run` begins at Monday again: still before the connection
  expect(machine.times).toBe(0);
  for (let i = 0; i < DAY; i++) machine.step(MONDAY + (DAY + i) * MINUTE_MS, false);
  expect(machine.times).toBeGreaterThan(5);
});

describe.each([1, 2, 3])('fill pump, seed %i', (seed) => {
  const machine = new FillPump(seed);
  const readings = run(machine, 28 * DAY);
  const runs = stretches(readings, isRunning);

  test('power is 0.04 kW at rest or 2.9 kW, with little between them', () => {
    const between = readings.filter((kW) => kW > 0.2 && kW < 2.7).length;
    expect(between / machine.times).toBeLessThan(4);
    expect(Math.min(...readings)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...readings)).toBeLessThan(3);
  });

  test('a run fills 60 % of the tank at 3.2 % a minute less 0.47 to 1.2 % that leave it: 20 to 32 min', () => {
    expect(Math.abs(runs.length - machine.times)).toBeLessThanOrEqual(1);
    expect(Math.min(...runs)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...runs)).toBeLessThanOrEqual(32);
  });

  test('between two runs 60 % leave the tank: 50 min to 3 h', () => {
    const pauses = stretches(readings, (kW) => !isRunning(kW));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(45);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(180);
  });

  test('left in manual it starts at once, runs without a pause, and stops with the fault; the power is the usual one', () => {
    const manual = run(new FillPump(seed), 3 * DAY, [2 * DAY, 2 * DAY + 240]);
    const during = manual.slice(2 * DAY + 2, 2 * DAY + 240);
    expect(during.every(isRunning)).toBe(true);
    expect(Math.max(...during)).toBeLessThan(3);
    expect(manual.slice(2 * DAY + 242, 2 * DAY + 280).some(isRunning)).toBe(false);
  });
});
