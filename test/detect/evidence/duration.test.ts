import { describe, expect, test } from 'vitest';
import type { SeriesReading } from '../../../src/detect/evidence/kind.ts';
import { Duration } from '../../../src/detect/evidence/kinds/duration.ts';
import { Memory } from '../../../src/math/memory.ts';
import { Random } from '../../../src/math/random.ts';

const MINUTE = 60_000;
const DAY = 1440;

/** A series with a reading a minute. `take` returns the rarity of the reading. */
class Series {
  readonly duration: Duration;
  readonly reading: SeriesReading;
  private minute = 0;
  private last = NaN;

  constructor(memory = new Memory()) {
    this.duration = new Duration(memory);
    this.reading = { value: NaN, at: 0, day: 0, deviation: 38 } as SeriesReading;
  }

  take(value: number, teaches = true, comparable = true): number {
    const at = this.minute * MINUTE;
    const day = (this.minute++ % DAY) / DAY;
    Object.assign(this.reading, { value, at, day, comparable, change: comparable ? value - this.last : 0 });
    if (Number.isNaN(this.last)) Object.assign(this.reading, { change: 0 });
    const rarity = this.duration.measure(this.reading);
    this.duration.learn(this.reading, teaches);
    this.last = value;
    return rarity;
  }

  /** So many equal readings; the largest rarity among them. */
  stay(value: number, minutes: number, teaches = true): number {
    let largest = 0;
    for (let i = 0; i < minutes; i++) largest = Math.max(largest, this.take(value, teaches));
    return largest;
  }
}

/** A fridge on for about 18 minutes, off for about 40; the largest rarity of the last half of the cycles. */
function fridge(cycles = 200) {
  const random = new Random(1);
  const series = new Series();
  let largest = 0;
  for (let i = 0; i < cycles; i++) {
    const on = series.stay(82, Math.round(18 * (1 + 0.1 * random.normal())));
    const off = series.stay(0.4, Math.round(40 * (1 + 0.1 * random.normal())));
    if (2 * i > cycles) largest = Math.max(largest, on, off);
  }
  return { series, largest };
}

describe('a fridge that is on for 18 minutes and off for 40', () => {
  test('its normal life has no rarity above 4: one reading of 10,000', () => {
    expect(fridge().largest).toBeLessThan(4);
  });

  test('on for 30 minutes is rarer than one reading of 10,000, and rarer with each minute', () => {
    const { series } = fridge();
    series.stay(82, 30);
    const rarities = Array.from({ length: 30 }, () => series.take(82));
    expect(rarities[0]).toBeGreaterThan(4);
    rarities.forEach((r, i) => {
      if (i > 0) expect(r).toBeGreaterThan(rarities[i - 1]);
    });
    expect(series.duration.detail()).toBe(59 * MINUTE);
    expect(series.duration.usual() / MINUTE).toBeCloseTo(18, 0);
  });

  test('off for 30 minutes is nothing: each state has its own times', () => {
    const { series } = fridge();
    series.stay(82, 18);
    expect(series.stay(0.4, 30)).toBe(0);
  });

  test('on for 6 and off for 13 minutes, a few times, is rare, and says how long it usually takes', () => {
    const { series } = fridge();
    let largest = 0;
    for (let i = 0; i < 4; i++) largest = Math.max(largest, series.stay(82, 6), series.stay(0.4, 13));
    expect(largest).toBeGreaterThan(4);
    series.take(82);
    expect(series.duration.detail()).toBe(13 * MINUTE);
    expect(series.duration.usual() / MINUTE).toBeCloseTo(40, -1);
  });

  test('a dwell while nothing is learned does not become usual', () => {
    const { series } = fridge();
    const first = series.stay(82, 300, false);
    series.stay(0.4, 40, false);
    for (let i = 0; i < 5; i++) {
      series.stay(82, 18);
      series.stay(0.4, 40);
    }
    expect(series.stay(82, 300, false)).toBeCloseTo(first, 0);
  });

  test('a dwell with a gap in it is not judged', () => {
    const { series } = fridge();
    series.stay(82, 10);
    series.take(82, true, false);
    expect(series.stay(82, 100)).toBeLessThanOrEqual(0);
  });
});

test('a door that nobody opens at night: eight hours at night are normal, and not by day', () => {
  const random = new Random(2);
  const series = new Series();
  Object.assign(series.reading, { deviation: 0.2 });
  let night = 0;
  for (let day = 0; day < 40; day++) {
    const quiet = series.stay(0, 8 * 60);
    if (day > 20) night = Math.max(night, quiet);
    for (let minute = 8 * 60; minute < DAY; minute++) series.take(random.uniform() < 0.02 ? 1 : 0);
  }
  series.stay(0, 8 * 60);
  expect(series.stay(0, 16 * 60)).toBeGreaterThan(Math.max(3.5, night));
});

test('noise has no durations', () => {
  const random = new Random(3);
  const series = new Series();
  Object.assign(series.reading, { deviation: 1 });
  let largest = 0;
  for (let i = 0; i < 20_000; i++) largest = Math.max(largest, series.take(random.normal()));
  expect(largest).toBeLessThan(4);
});

test('a series that rests 1 to 60 minutes at random is never too long at rest for its own past', () => {
  const random = new Random(4);
  const series = new Series();
  let above = 0;
  for (let i = 0; i < 600; i++) {
    const rarity = Math.max(series.stay(82, 5), series.stay(0, 1 + random.below(60)));
    if (i > 200 && rarity > 4) above++;
  }
  expect(above).toBe(0);
});

test('another life, once it is the normal one: the present dwell is not judged, and new durations soon are normal', () => {
  const { series } = fridge();
  expect(series.stay(82, 40, false)).toBeGreaterThan(4);
  series.duration.renew();
  expect(series.stay(82, 60)).toBe(0);
  let largest = 0;
  for (let i = 0; i < 30; i++) largest = Math.max(largest, series.stay(0.4, 40), series.stay(82, 36));
  expect(largest).toBeLessThan(4);
});

test('a dwell is not judged while it is longer than all the time before it', () => {
  const random = new Random(1);
  const series = new Series();
  let before = 0;
  const stay = (value: number): void => {
    const minutes = 10 + Math.round(random.normal());
    before += minutes;
    series.stay(value, minutes);
  };
  for (let i = 0; i < 60; i++) {
    stay(82);
    stay(0.4);
  }
  stay(82);
  expect(series.stay(0.4, 300)).toBeGreaterThan(4);
  series.stay(0.4, before - 300 + 2);
  expect(series.stay(0.4, 4 * DAY)).toBe(0);
});
