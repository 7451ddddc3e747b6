import { describe, expect, test } from 'vitest';
import { HourlyLevels } from '../../../src/detect/evidence/level/hourly-levels.ts';
import { LevelAxis } from '../../../src/detect/evidence/level/level-axis.ts';
import type { SeriesReading } from '../../../src/detect/evidence/kind.ts';
import { Occupancy } from '../../../src/detect/evidence/kinds/occupancy.ts';
import { Memory } from '../../../src/math/memory.ts';
import { Random } from '../../../src/math/random.ts';

describe('the axis of levels', () => {
  const axisOf = (values: readonly number[]) => {
    const axis = new LevelAxis(new Memory());
    for (const x of values) if (axis.add(x)) axis.fit();
    return axis;
  };

  test('64 values of 9 and 64 of 11: median 10, half of the bins below it, and twice the median deviation of 1 as scale', () => {
    const axis = axisOf(Array.from({ length: 128 }, (_, i) => 9 + 2 * (i % 2)));
    expect(axis.valueOf(31.5)).toBeCloseTo(10, 12);
    expect(axis.valueOf(31.5 + 6.3)).toBeCloseTo(10 + 2 * Math.sinh(2), 9); // a bin is 20/63 wide
  });

  test('a bin goes back to its value', () => {
    const axis = axisOf(Array.from({ length: 128 }, (_, i) => i));
    for (let b = 0; b < 64; b++) expect(axis.binOf(axis.valueOf(b))).toBe(b);
    expect([axis.binOf(-1e12), axis.binOf(1e12)]).toEqual([0, 63]);
  });

  test('rest at 1.1 W and work at 120 and 2,000 W have bins of their own, and so has 31 W', () => {
    const random = new Random(1);
    const axis = axisOf(
      Array.from({ length: 128 }, (_, i) => (i < 120 ? 1.1 + 0.1 * random.normal() : i < 125 ? 120 : 2000)),
    );
    const bins = [1.1, 31, 120, 2000].map((x) => axis.binOf(x));
    for (let i = 1; i < bins.length; i++) expect(bins[i] - bins[i - 1]).toBeGreaterThan(2);
  });

  test('a contact that is nearly always 0 has a bin for 1, and a constant one for itself', () => {
    const contact = axisOf(Array.from({ length: 128 }, (_, i) => (i === 77 ? 1 : 0)));
    expect(contact.binOf(1) - contact.binOf(0)).toBeGreaterThan(2);
    const constant = axisOf(Array<number>(128).fill(0));
    expect(constant.fitted).toBe(true);
  });
});

describe('levels of each hour', () => {
  const at = (day: number) => ({ day, restDay: false });
  /** So many days with 12 readings an hour: 10 at night, 70 from noon on. */
  const levelsOf = (days: number) => {
    const levels = new HourlyLevels(new Memory());
    for (let i = 0; i < days * 288; i++) levels.learn(i % 288 < 144 ? 10 : 70, at((i % 288) / 288), 12);
    return levels;
  };

  test('the usual level of the hour has no excess, that of another hour has', () => {
    const levels = levelsOf(20);
    expect(levels.excess(10, at(0.1), 12)).toBeLessThan(0.3);
    expect(levels.excess(70, at(0.1), 12)).toBeGreaterThan(2);
    expect(levels.excess(40, at(0.1), 12)).toBeGreaterThan(levels.excess(70, at(0.1), 12) + 2);
  });

  test('a reading counts a quarter for the hours beside its own: a noon half an hour early is no surprise of 3 nats', () => {
    const levels = levelsOf(20);
    const [beside, apart] = [11.5, 10.5].map((hour) => levels.excess(70, at(hour / 24), 12));
    // 20 days fade to n = 28 (1 - e^(-20/28)). In the hour from 11, 3/4 of them are at 10 and 1/4 at 70; one more day is half of each.
    const n = 28 * (1 - Math.exp(-20 / 28));
    expect(beside).toBeCloseTo(Math.log((0.75 * n + 0.5) / (0.25 * n + 0.5)), 1);
    expect(apart).toBeGreaterThan(3);
  });

  test('an hour is known after as many days as it has been over', () => {
    const levels = levelsOf(8);
    expect([levels.knows(0.5, 6.5, 12), levels.knows(0.5, 9.5, 12)]).toEqual([true, false]);
  });

  test('the present hour is counted when it is over, and not at all where it is dropped', () => {
    const excess = (drop: boolean) => {
      const levels = levelsOf(20);
      for (let i = 0; i < 12; i++) levels.learn(40, at((i + 12) / 288), 12);
      const during = levels.excess(40, at(14 / 288), 12);
      if (drop) levels.drop();
      levels.learn(10, at(24 / 288), 12);
      return [during, levels.excess(40, at(14 / 288), 12)];
    };
    const [during, after] = excess(false);
    expect(during).toBeGreaterThan(after + 3);
    expect(excess(true)[1]).toBeCloseTo(during, 1);
  });
});

describe('working days and days of rest', () => {
  /** So many weeks with 12 readings an hour: 70 from 8:00 to 18:00, and on days of rest `rest`. */
  const weeksOf = (weeks: number, rest: number) => {
    const levels = new HourlyLevels(new Memory());
    for (let i = 0; i < weeks * 7 * 288; i++) {
      const hour = (i % 288) / 12;
      const restDay = Math.floor(i / 288) % 7 >= 5;
      levels.learn(hour < 8 || hour >= 18 ? 10 : restDay ? rest : 70, { day: hour / 24, restDay }, 12);
    }
    return levels;
  };
  const noon = (restDay: boolean) => ({ day: 0.5, restDay });

  test('after four weeks the level of a Sunday is a surprise on a working day, and usual on a Sunday', () => {
    const levels = weeksOf(4, 10);
    expect(levels.excess(10, noon(false), 12)).toBeGreaterThan(2.5);
    expect(levels.excess(10, noon(true), 12)).toBeLessThan(0.5);
    expect(levels.excess(70, noon(true), 12)).toBeGreaterThan(1.5);
  });

  test('where all days are alike the kind of day makes no difference', () => {
    const levels = weeksOf(4, 70);
    for (const level of [10, 40, 70])
      expect(levels.excess(level, noon(true), 12)).toBe(levels.excess(level, noon(false), 12));
    expect(levels.independentDays(noon(true), 12)).toBe(levels.independentDays(noon(false), 12));
  });

  test('another life begins for both: so many days are left of them together', () => {
    const levels = weeksOf(4, 10);
    levels.renew(3, 12);
    expect([levels.knows(0.5, 2.9, 12), levels.knows(0.5, 3.1, 12)]).toEqual([true, false]);
  });
});

describe('occupancy', () => {
  /** A valve closed to 10 % at night and open to 70 % by day, with a reading every five minutes. */
  function valve(days: number, levelAt?: (i: number) => number) {
    const occupancy = new Occupancy(new Memory());
    const reading = { value: 0, at: 0, day: 0, restDay: false, mean: 40 } as SeriesReading;
    const take = (i: number, value: number, teaches = true): number => {
      Object.assign(reading, { value, at: i * 300_000, day: (i % 288) / 288 });
      const rarity = occupancy.measure(reading);
      occupancy.learn(reading, teaches);
      return rarity;
    };
    const random = new Random(1);
    const usual = levelAt ?? ((i: number) => (i % 288 < 96 || i % 288 > 260 ? 10 : 70) + 0.5 * random.normal());
    let largest = 0;
    for (let i = 0; i < days * 288; i++) largest = Math.max(largest, take(i, usual(i)));
    return { occupancy, take, usual, largest, next: days * 288 };
  }

  test('open at night for an hour is rarer than all of its normal life', () => {
    const { take, next, largest } = valve(30);
    let fault = 0;
    for (let i = 0; i < 12; i++) fault = Math.max(fault, take(next + i, 70, false));
    expect(fault).toBeGreaterThan(largest + 1);
    expect(fault).toBeGreaterThan(4.5);
  });

  test('half open, which it never is, is rarer still', () => {
    const { take, next } = valve(30);
    let fault = 0;
    for (let i = 0; i < 12; i++) fault = Math.max(fault, take(next + i, 40, false));
    expect(fault).toBeGreaterThan(8);
  });

  test('a level that wanders from day to day, so that each is new for its hour, is at most half an alarm in two months', () => {
    const random = new Random(3);
    let level = 40;
    expect(valve(60, () => (level += 0.5 * random.normal())).largest).toBeLessThan(2.5); // weight 0.2
  });

  test('another life, once it is the normal one, is judged after some days, and is not rare then', () => {
    const { occupancy, take, next } = valve(30);
    const other = (i: number): number => 70 - (i % 288 < 96 ? 30 : 0);
    const largestOf = (from: number, count: number, level: (i: number) => number, teaches = true): number => {
      let largest = 0;
      for (let i = next + from; i < next + from + count; i++) largest = Math.max(largest, take(i, level(i), teaches));
      return largest;
    };
    expect(largestOf(0, 288, other, false)).toBeGreaterThan(5);
    occupancy.renew();
    expect(largestOf(288, 3 * 288, other)).toBe(0);
    expect(largestOf(4 * 288, 20 * 288, other)).toBeLessThan(4);
    expect(largestOf(24 * 288, 12, () => 55, false)).toBeGreaterThan(4);
  });

  test('nothing is judged in the first week', () => {
    expect(valve(7).largest).toBe(0);
  });
});
