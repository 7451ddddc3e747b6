import { describe, expect, test } from 'vitest';
import { SPREAD } from '../../../src/app/demo/faults.ts';
import type { Series, Values } from '../../../src/app/demo/plant.ts';
import { INSTRUMENTS, Plant, SERIES, shown } from '../../../src/app/demo/plant.ts';
import { MINUTE_MS } from '../../../src/math/time.ts';
import { correlation, deviation, lagged, mean } from './statistics.ts';

const monday = Date.UTC(2026, 0, 5);
const DAY = 24 * 60;

interface Run {
  readonly readings: Values[];
  readonly truth: Values[];
}

const run = (seed: number, minutes: number, startAt = monday): Run => {
  const plant = new Plant(seed, startAt);
  const readings: Values[] = [];
  const truth: Values[] = [];
  for (let i = 0; i < minutes; i++) {
    readings.push(plant.readings);
    truth.push(plant.truth);
    plant.step();
  }
  return { readings, truth };
};

const course = (values: readonly Values[], series: Series): number[] => values.map((each) => each[series]);
const month = run(1, 28 * DAY);

test('the same seed and start give the same bits, another seed other ones', () => {
  expect(run(1, 2 * DAY)).toEqual({ readings: month.readings.slice(0, 2 * DAY), truth: month.truth.slice(0, 2 * DAY) });
  expect(run(2, 10).readings).not.toEqual(month.readings.slice(0, 10));
});

test('it stands at its start until the first step; a step is one minute; looking changes nothing', () => {
  const plant = new Plant(3, monday);
  expect(plant.at).toBe(monday);
  const first = plant.readings;
  expect(plant.readings).toBe(first);
  plant.step();
  expect(plant.at).toBe(monday + MINUTE_MS);
});

/** Where the five series of such a station can be: a vibration trip is set at 4.5 mm/s, the motor's plate says 97 A. */
const PLAUSIBLE: Record<Series, readonly [number, number]> = {
  vibration: [0.3, 2.8],
  current: [28, 97],
  pressure: [2.8, 6.5],
  flow: [55, 350],
  'bearing-temperature': [10, 65],
};

test.each([1, 2, 3, 4, 5, 0, -1, 123456789])('seed %i: 60 days stay plausible', (seed) => {
  const plant = new Plant(seed, monday);
  const low = { ...plant.readings };
  const high = { ...plant.readings };
  for (let i = 0; i < 60 * DAY; i++) {
    for (const series of SERIES) {
      low[series] = Math.min(low[series], plant.readings[series]);
      high[series] = Math.max(high[series], plant.readings[series]);
    }
    plant.step();
  }
  for (const series of SERIES) {
    expect(low[series]).toBeGreaterThan(PLAUSIBLE[series][0]);
    expect(high[series]).toBeLessThan(PLAUSIBLE[series][1]);
  }
});

describe.each(SERIES)('%s', (series) => {
  const readings = course(month.readings, series);
  const error = course(month.truth, series).map((truth, i) => readings[i] - truth);

  test("the instrument's error is its noise and its rounding, a digit's width over √12", () => {
    const { noise, decimals } = INSTRUMENTS[series];
    const expected = Math.hypot(noise, 10 ** -decimals / Math.sqrt(12));
    expect(Math.abs(mean(error))).toBeLessThan(0.03 * expected);
    expect(deviation(error) / expected).toBeGreaterThan(0.97);
    expect(deviation(error) / expected).toBeLessThan(1.03);
  });

  test('four weeks spread as the table of spreads says, within a tenth', () => {
    expect(deviation(readings) / SPREAD[series]).toBeGreaterThan(0.9);
    expect(deviation(readings) / SPREAD[series]).toBeLessThan(1.1);
  });
});

test('a value is shown in whole last digits and stops at the ends of the scale', () => {
  expect(shown('flow', 123.456)).toBe(123.5);
  expect(shown('vibration', -0.3)).toBe(0);
  expect(shown('pressure', 12)).toBe(10);
});

test('current, pressure and vibration go with the flow', () => {
  const flow = course(month.readings, 'flow');
  expect(correlation(flow, course(month.readings, 'current'))).toBeGreaterThan(0.95);
  expect(correlation(flow, course(month.readings, 'pressure'))).toBeGreaterThan(0.9);
  expect(correlation(flow, course(month.readings, 'vibration'))).toBeGreaterThan(0.8);
});

test('the bearing follows the current: alike most after 20 to 60 min, less at once and after 2 h', () => {
  const current = course(month.truth, 'current');
  const temperature = course(month.truth, 'bearing-temperature');
  const lags = [0, 10, 20, 30, 40, 50, 60, 80, 100, 120];
  const alike = lags.map((lag) => lagged(current, temperature, lag));
  const best = lags[alike.indexOf(Math.max(...alike))];
  expect(best).toBeGreaterThanOrEqual(20);
  expect(best).toBeLessThanOrEqual(60);
});

test('a backwash at 03:00 raises the flow by some 50 m3/h within 10 min, and is over by 03:25', () => {
  const flow = course(month.truth, 'flow');
  const minuteOfDay = (day: number, minute: number): number => flow[day * DAY + minute];
  for (let day = 0; day < 28; day++) {
    const before = minuteOfDay(day, 3 * 60 - 1);
    expect(minuteOfDay(day, 3 * 60 + 10) - before).toBeGreaterThan(40);
    expect(minuteOfDay(day, 3 * 60 + 10) - before).toBeLessThan(70);
    expect(Math.abs(minuteOfDay(day, 3 * 60 + 26) - before)).toBeLessThan(12);
  }
});

test('the valve to the upper zone opens on a working morning: a rise that demand alone does not make', () => {
  const morning = course(month.truth, 'flow').slice(DAY + 5 * 60, DAY + 9 * 60); // a Tuesday
  const rises = morning.slice(5).map((flow, i) => flow - morning[i]);
  // Usual demand moves by at most 5 · 1.2 m3/h in 5 min; the valve brings some 30.
  expect(Math.max(...rises)).toBeGreaterThan(20);
});

test('working days begin earlier than weekends: at 07:00 the pump delivers more', () => {
  const at7 = Array.from({ length: 28 }, (_, day) => month.truth[day * DAY + 7 * 60].flow);
  const weekend = at7.filter((_, day) => day % 7 >= 5);
  const working = at7.filter((_, day) => day % 7 < 5);
  expect(Math.min(...working)).toBeGreaterThan(Math.max(...weekend));
});
