import { expect, test } from 'vitest';
import { hourOf, usualDemand, Wander } from '../../../src/app/demo/demand.ts';
import { Random } from '../../../src/math/random.ts';
import { deviation, lagged, mean } from './statistics.ts';

const MINUTE_MS = 60_000;
const monday = Date.UTC(2026, 0, 5);
const saturday = Date.UTC(2026, 0, 10);
const hours = (n: number): number => n * 60 * MINUTE_MS;

test('07:30 is hour 7.5 of any day', () => {
  expect(hourOf(monday + hours(7.5))).toBe(7.5);
  expect(hourOf(saturday + hours(7.5))).toBe(7.5);
});

test('a working day: near 100 m3/h at 03:00, peaks at 07:00 and 19:30 above midday', () => {
  const at = (hour: number): number => usualDemand(monday + hours(hour));
  expect(at(3)).toBeGreaterThan(100);
  expect(at(3)).toBeLessThan(105);
  // 100 + 105 + 45 exp(-(5.5/3)²/2); the evening's share is below 0.01
  expect(at(7)).toBeCloseTo(100 + 105 + 45 * Math.exp(-((5.5 / 3) ** 2) / 2), 2);
  expect(at(7)).toBeGreaterThan(at(14));
  expect(at(19.5)).toBeGreaterThan(at(14));
});

test('a weekend morning comes later and lower', () => {
  const peak = (day: number): [number, number] => {
    const minutes = Array.from({ length: 12 * 60 }, (_, minute) => usualDemand(day + minute * MINUTE_MS));
    const highest = Math.max(...minutes);
    return [minutes.indexOf(highest) / 60, highest];
  };
  const [workHour, workPeak] = peak(monday);
  const [restHour, restPeak] = peak(saturday);
  expect(restHour).toBeGreaterThan(workHour + 2);
  expect(restPeak).toBeLessThan(workPeak);
});

test('no minute of the week, midnights included, moves the usual demand by more than 1.2 m3/h', () => {
  for (let minute = 0; minute < 7 * 24 * 60; minute++) {
    const at = monday + minute * MINUTE_MS;
    expect(Math.abs(usualDemand(at + MINUTE_MS) - usualDemand(at))).toBeLessThan(1.2);
  }
});

test('what wanders has its standard deviation, and after tau minutes 1/e of its memory', () => {
  const wander = new Wander(new Random(1), 2, 30);
  const x = Array.from({ length: 200_000 }, () => {
    wander.step();
    return wander.value;
  });
  // 200,000 steps hold about 200,000 / 60 independent values: the standard error of the deviation is 0.025.
  expect(Math.abs(mean(x))).toBeLessThan(0.15);
  expect(deviation(x)).toBeCloseTo(2, 0);
  expect(Math.abs(deviation(x) - 2)).toBeLessThan(0.1);
  expect(Math.abs(lagged(x, x, 30) - Math.exp(-1))).toBeLessThan(0.06);
});
