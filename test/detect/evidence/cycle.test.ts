import { describe, expect, test } from 'vitest';
import type { SentenceNumbers, SeriesReading } from '../../../src/detect/evidence/kind.ts';
import { DwellTails } from '../../../src/detect/evidence/dwell/dwell-times.ts';
import { Cycle, CYCLE } from '../../../src/detect/evidence/kinds/cycle.ts';
import { formatOf } from '../../../src/detect/episode/reason.ts';
import { Memory } from '../../../src/math/memory.ts';
import { Random } from '../../../src/math/random.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A sump with a reading a minute: it fills from 20 to 80 % in about 3 h and is emptied at once. `take` returns the rarity of a reading. */
class SumpSeries {
  readonly memory = new Memory();
  readonly cycle = new Cycle(this.memory, new DwellTails(this.memory), { usualChange: 0.3 });
  value = 20;
  minute = 0;
  private readonly random = new Random(1);

  take(teaches = true, comparable = true): number {
    const reading = {
      value: this.value,
      at: this.minute * MINUTE,
      day: (this.minute++ % 1440) / 1440,
      span: 10_080,
      comparable,
      deviation: 17,
    } as SeriesReading;
    const rarity = this.cycle.measure(reading);
    this.cycle.learn(reading, teaches);
    return rarity;
  }

  /** Fills at `rate` % a minute from 20 to `top`, and is emptied; the largest rarity, that of the stroke included. */
  stroke({ rate = 60 / (180 * (1 + 0.1 * this.random.normal())), top = 80, teaches = true } = {}): number {
    let largest = 0;
    for (this.value = 20; this.value < top; this.value += rate) largest = Math.max(largest, this.take(teaches));
    this.value = 20;
    return Math.max(largest, this.take(teaches));
  }

  /** So many strokes; the largest rarity of the last half. */
  strokes(n: number): number {
    let largest = 0;
    for (let i = 0; i < n; i++) {
      const rarity = this.stroke();
      if (2 * i > n) largest = Math.max(largest, rarity);
    }
    return largest;
  }

  stand(minutes: number): number[] {
    return Array.from({ length: minutes }, () => this.take());
  }

  get sentence(): string {
    const { cycle, value } = this;
    const detail = cycle.detail();
    const usual = cycle.usual();
    const numbers = {
      value,
      expected: NaN,
      lower: NaN,
      upper: NaN,
      gapFrom: NaN,
      gapTo: NaN,
      detail,
      usual,
      aspect: cycle.aspect(),
    };
    return CYCLE.sentence('sump', numbers, formatOf('%', Math.abs(value - detail)));
  }
}

describe('a sump that fills in three hours and is emptied in a minute', () => {
  test('its normal life has no rarity above 4.5, and is a regular cycle between 80 and 20 %', () => {
    const sump = new SumpSeries();
    expect(sump.strokes(80)).toBeLessThan(4.5);
    const { known, stroke, high, low, gapMs, gaps } = sump.cycle;
    expect([known, stroke]).toEqual([true, -1]);
    expect(high).toBeCloseTo(80, 0);
    expect(low).toBeCloseTo(20, 0);
    expect(gapMs / HOUR).toBeCloseTo(3, 0);
    expect(gaps).toBeGreaterThan(70);
  });

  test('a stroke that does not come: more than 4 after twice the usual time, and more with each reading', () => {
    const sump = new SumpSeries();
    sump.strokes(80);
    for (sump.value = 20; sump.value < 40; sump.value += 0.33) sump.take();
    sump.stand(5 * 60);
    const rarities = sump.stand(60);
    expect(rarities[0]).toBeGreaterThan(4);
    rarities.slice(1).forEach((r, i) => {
      expect(r).toBeGreaterThanOrEqual(rarities[i]);
    });
    expect(sump.cycle.overdue()).toBeGreaterThan(1.4);
    expect(sump.sentence).toBe('sump has not dropped for 7 hours; it usually drops every 3 hours');
  });

  test('the long gaps after a stroke that did not come are not learned as usual ones: the next that does not come is rare, too', () => {
    const sump = new SumpSeries();
    sump.strokes(80);
    const missed = (): number => {
      for (sump.value = 20; sump.value < 40; sump.value += 0.33) sump.take();
      const rarities = Array.from({ length: 14 * 60 }, () => sump.take(false));
      for (; sump.value < 80; sump.value += 0.33) sump.take(); // it is over, and zankyo learns again
      return Math.max(...rarities);
    };
    expect(missed()).toBeGreaterThan(7);
    sump.strokes(40);
    expect(missed()).toBeGreaterThan(7);
  });

  test('strokes every 40 minutes, a few times', () => {
    const sump = new SumpSeries();
    sump.strokes(80);
    let largest = 0;
    for (let i = 0; i < 4; i++) largest = Math.max(largest, sump.stroke({ rate: 1.5, teaches: false }));
    expect(largest).toBeGreaterThan(4);
    expect(sump.sentence).toBe('sump drops too often, now after 41 min; it usually drops every 3 hours');
  });

  test('a stroke from 45 %: at once, and until the next one is due', () => {
    const sump = new SumpSeries();
    sump.strokes(80);
    expect(sump.stroke({ top: 45 })).toBeGreaterThan(4);
    expect(sump.sentence).toMatch(/^sump dropped from 44\.\d+ %; it usually drops from 79\.\d+ %$/);
    for (sump.value = 20; sump.value < 60; sump.value += 0.33) expect(sump.take()).toBeGreaterThan(4);
    while (sump.value < 79.8) {
      sump.take();
      sump.value += 0.33;
    }
    // The rise after it came too early, too: that counts until the next rise is due.
    sump.stroke();
    expect(sump.stroke()).toBeLessThan(1);
  });

  test('a stroke from 45 % at the usual time counts no longer than until the next one, which is usual and a little early', () => {
    const sump = new SumpSeries();
    sump.strokes(80);
    for (sump.value = 20; sump.value < 40; sump.value += 0.33) sump.take();
    for (; sump.value < 45; sump.value += 0.042) sump.take();
    sump.value = 20;
    expect(sump.take()).toBeGreaterThan(4);
    for (sump.value = 20; sump.value < 80; sump.value += 60 / 168) expect(sump.take()).toBeGreaterThan(4);
    sump.value = 20;
    expect(sump.stand(5)).toEqual([0, 0, 0, 0, 0]);
  });

  test('a stroke while nothing is learned does not become usual', () => {
    const sump = new SumpSeries();
    sump.strokes(80);
    const first = sump.stroke({ top: 45, teaches: false });
    for (let i = 0; i < 10; i++) sump.stroke({ top: 45, teaches: false });
    sump.strokes(4);
    expect(sump.stroke({ top: 45, teaches: false })).toBeCloseTo(first, 0);
  });

  test('a gap with a fault in it is not judged', () => {
    const sump = new SumpSeries();
    sump.strokes(80);
    sump.take(true, false);
    expect(Math.max(...sump.stand(12 * 60))).toBeLessThanOrEqual(0);
  });

  test('after another life has begun the cycle is not judged before eight strokes', () => {
    const sump = new SumpSeries();
    sump.strokes(80);
    sump.cycle.renew();
    for (let i = 0; i < 8; i++) expect(sump.stroke({ top: 60 })).toBeLessThanOrEqual(0);
    expect(sump.cycle.high).toBeCloseTo(60, 0);
  });
});

test('the times of the old behaviour do not delay an alarm of the new one: strokes every 100 minutes after strokes every twelve hours', () => {
  const sump = new SumpSeries();
  for (let i = 0; i < 20; i++) sump.stroke({ rate: 1 / 12 });
  sump.cycle.renew();
  for (let i = 0; i < 20; i++) sump.stroke({ rate: 0.6 });
  // It has risen by 17 %, one deviation, 28 minutes after each drop.
  const late = sump.stand(120).findIndex((rarity) => rarity > 4);
  expect(late).toBeGreaterThan(28);
  expect(late).toBeLessThan(40);
});

/** A pump that runs from 8 to 16 o'clock, with a reading every five minutes; `day` returns the rarities of one day. */
class DailyPump {
  private readonly memory = new Memory();
  private readonly cycle = new Cycle(this.memory, new DwellTails(this.memory), { usualChange: 0.3 });
  private days = 0;

  constructor() {
    for (let i = 0; i < 30; i++) this.day();
  }

  /** `runs`: whether it runs at an hour of the day. */
  day(runs = (hour: number) => hour >= 8 && hour < 16): { hour: number; rarity: number }[] {
    const midnight = this.days++ * 24 * HOUR;
    return Array.from({ length: 288 }, (_, i) => {
      const reading = {
        value: runs(i / 12) ? 80 : 20,
        at: midnight + i * 5 * MINUTE,
        day: i / 288,
        span: 2016,
        comparable: true,
        deviation: 28,
      } as SeriesReading;
      const rarity = this.cycle.measure(reading);
      this.cycle.learn(reading, true);
      return { hour: i / 12, rarity };
    });
  }
}

/** The hours of the day in which a rarity is above 4. */
const unusualHours = (day: readonly { hour: number; rarity: number }[]): number[] => [
  ...new Set(day.filter(({ rarity }) => rarity > 4).map(({ hour }) => Math.floor(hour))),
];

describe('a pump that runs once a day: one fault is one event', () => {
  test('a normal day has no unusual hour', () => {
    expect(unusualHours(new DailyPump().day())).toEqual([]);
  });

  test('a start three hours late is unusual, and neither is the stop at the usual time nor the start on the next day, after 21 hours', () => {
    const pump = new DailyPump();
    const late = unusualHours(pump.day((hour) => hour >= 11 && hour < 16));
    expect(late.length).toBeGreaterThan(0);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(8);
    expect(Math.max(...late)).toBeLessThanOrEqual(11); // the reading at 11:00 is the start
    expect(unusualHours(pump.day())).toEqual([]);
  });

  test('a day without a run: it is late until the run of the next day, whose stop is not late though the last one was 48 hours ago', () => {
    const pump = new DailyPump();
    expect(unusualHours(pump.day(() => false))).toContain(23);
    // The reading at 8:00 is the run.
    expect(unusualHours(pump.day())).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(unusualHours(pump.day())).toEqual([]);
  });

  test('an hour of switching every 20 minutes is unusual, and over with the hour', () => {
    const pump = new DailyPump();
    const hours = unusualHours(
      pump.day((hour) => (hour >= 8 && hour < 16) || (hour > 1 && hour < 2 && (hour * 3) % 1 < 0.5)),
    );
    expect(hours).toContain(1);
    expect(hours.filter((hour) => hour > 3)).toEqual([]);
    expect(unusualHours(pump.day())).toEqual([]);
  });

  test('two runs a day instead of one: every second turn is unusual, though each comes one usual gap after the last but one', () => {
    const pump = new DailyPump();
    const twice = (hour: number): boolean => hour % 12 >= 8;
    expect(unusualHours(pump.day(twice)).length).toBeGreaterThan(0);
    expect(unusualHours(pump.day(twice)).length).toBeGreaterThan(0);
  });
});

/** A server with a reading every five minutes: its load goes up and down at random by about 15, and a backup from 2:00 to 2:20 adds 50. */
class Server {
  private readonly memory = new Memory();
  readonly cycle = new Cycle(this.memory, new DwellTails(this.memory), { usualChange: 0.6 });
  private readonly random = new Random(3);
  private load = 0;
  private days = 0;

  constructor() {
    for (let i = 0; i < 30; i++) this.day();
  }

  /** The largest rarity of a day, and the sentence of that reading. `backup`: how much it adds. */
  day(backup = 50): { rarity: number; sentence: string } {
    const { cycle, random } = this;
    const midnight = this.days++ * 24 * HOUR;
    let largest = { rarity: -Infinity, sentence: '' };
    for (let i = 0; i < 288; i++) {
      this.load = 0.9 * this.load + random.normal();
      const value = 15 + 6 * Math.sin(i / 20) + this.load + (i >= 24 && i < 28 ? backup : 0);
      const reading = {
        value,
        at: midnight + i * 5 * MINUTE,
        day: i / 288,
        span: 2016,
        comparable: true,
        deviation: 8,
      } as SeriesReading;
      const rarity = cycle.measure(reading);
      if (rarity > largest.rarity) {
        const numbers = { value, detail: cycle.detail(), usual: cycle.usual(), aspect: cycle.aspect() };
        const sentence = CYCLE.sentence('load', numbers as SentenceNumbers, formatOf('%', 50));
        largest = { rarity, sentence };
      }
      cycle.learn(reading, true);
    }
    return largest;
  }
}

describe('a backup every night on a server whose load goes up and down all day: the large movements have regular gaps', () => {
  test('all its movements together have none, and a normal day is not unusual', () => {
    const server = new Server();
    expect(server.cycle.known).toBe(false);
    for (let i = 0; i < 7; i++) expect(server.day().rarity).toBeLessThan(4);
  });

  test('a night without the backup is unusual', () => {
    const { rarity, sentence } = new Server().day(0);
    expect(rarity).toBeGreaterThan(4);
    expect(sentence).toMatch(/^load has not risen for [234]\d\.?\d* hours; it usually rises every 24 hours$/);
  });

  test('so is a backup that ends at once: a movement of less than half of the largest does not count', () => {
    expect(new Server().day(10).rarity).toBeGreaterThan(4);
  });

  test('one that reads and writes less counts, from another level too', () => {
    expect(new Server().day(40).rarity).toBeLessThan(4);
  });
});

test('noise and the first readings have no cycle', () => {
  const memory = new Memory();
  const cycle = new Cycle(memory, new DwellTails(memory), { usualChange: Infinity });
  const random = new Random(2);
  for (let i = 0; i < 1000; i++) {
    const reading = {
      value: random.normal(),
      at: i * MINUTE,
      day: 0,
      span: 10_080,
      comparable: true,
      deviation: 1,
    } as SeriesReading;
    expect(cycle.measure(reading)).toBeLessThanOrEqual(0);
    cycle.learn(reading, true);
  }
  expect(cycle.known).toBe(false);
});
