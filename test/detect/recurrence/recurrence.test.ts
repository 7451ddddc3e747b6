import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FAULT, HABIT, NEW, NORMAL } from '../../../src/detect/recurrence/signature-slots.ts';
import { DAY_MS, HOUR_MS, WEEK_MS } from '../../../src/math/time.ts';
import type { CycleView, Said } from '../../../src/detect/recurrence/recurrence.ts';
import { STEP_MS, Stream, type Given } from './stream.ts';

describe('the score', () => {
  test.each([
    [1, 1],
    [10, 1.3],
    [0.1, 0.7],
  ])('of evidence 1 with no past, which comes once a week, where %f alarms a week are asked for, is %f', (W, score) => {
    expect(new Stream({ alarmsPerWeek: W }).step(80, 1)[0]).toBeCloseTo(score, 12);
  });

  // The line is (200 W)^(-1 / 7.7): 0.914, 0.678, 0.503.
  test.each([
    [0.01, 0.9, 0.5],
    [0.1, 0.67, 0.5],
    [1, 0.49, 0.49],
  ])(
    'where %f alarms a week are asked for, of evidence %f below the line is %f: it keeps no alarm open',
    (W, e, score) => {
      expect(new Stream({ alarmsPerWeek: W }).step(80, e)[0]).toBeCloseTo(score, 2);
    },
  );

  test('of the same evidence is higher after weeks in which it did not come: 1 + 0.3 log10(1 + weeks)', () => {
    const stream = new Stream().calm(2 * WEEK_MS);
    const weeks = 8 * (1 - Math.exp(-2 / 8)); // two weeks, with fading
    expect(stream.step(80, 1)[0]).toBeCloseTo(1 + 0.3 * Math.log10(1 + weeks), 3);
  });

  /** Alarms in the first day, in which each hour has another event of evidence 2. */
  const alarmsInYouth = (alarmsPerWeek: number, reports: boolean): number => {
    const stream = new Stream({ alarmsPerWeek });
    stream.reports = reports;
    let alarms = 0;
    for (let k = 0; k < 24; k++) {
      stream.calm(50 * 60_000);
      if (stream.event(100 * 2 ** k, 2, 1) > 1) alarms++;
      stream.calm(10 * 60_000);
    }
    return alarms;
  };

  // After n alarms in w weeks the rate is at least n / 2 / (2 + w): 0.25, 0.49, 0.73, 0.98, 1.2 a week. Evidence 2 alone is 2^-7.7 = 0.005 a
  // week.
  test.each([
    [0.1, 1],
    [1, 5],
  ])(
    'with %f alarms a week a young stream has no more than %f of the same rarity, however different they are',
    (W, most) => {
      expect(alarmsInYouth(W, true)).toBe(most);
      expect(alarmsInYouth(W, false)).toBeGreaterThan(most); // what nobody was told does not count as an alarm
    },
  );

  test('of an event seen k times in w weeks is at most 1 + 0.3 log10(W w / k), however large it is', () => {
    const stream = new Stream({ alarmsPerWeek: 3 }).calm(3 * DAY_MS);
    for (let k = 1; k <= 4; k++) {
      stream.event(20, 9);
      stream.calm(2 * DAY_MS);
      const weeks = stream.at / WEEK_MS;
      const copy = stream.event(20, 9, 1);
      expect(copy).toBeLessThanOrEqual(1 + 0.3 * Math.log10((3 * weeks) / k) + 0.02);
      stream.recurrences[0].drop();
      stream.calm(2 * HOUR_MS);
    }
  });
});

describe('a daily event', () => {
  test('is an alarm at first, is announced as a habit once, and is none from then on', () => {
    const stream = new Stream().calm(3 * DAY_MS);
    const scores = stream.daily(28);
    expect(scores[0]).toBeGreaterThan(1.5);
    expect(stream.habits).toHaveLength(1);
    const nth = Math.floor((stream.habits[0] - 3 * DAY_MS) / DAY_MS);
    expect(nth).toBeLessThan(6);
    for (const score of scores.slice(nth + 1)) expect(score).toBeLessThan(0.95);
    const [habit] = stream.recurrences[0].habits();
    expect(habit).toMatchObject({ state: HABIT, from: 80, to: 20, firstAt: 3 * DAY_MS });
    expect(habit.awayMs).toBeCloseTo(6 * STEP_MS, 0);
    expect(habit.perWeek).toBeCloseTo(7, 0);
  });

  test('is no habit where it comes less often than alarms are asked for', () => {
    const stream = new Stream({ alarmsPerWeek: 10 }).calm(3 * DAY_MS);
    stream.daily(28);
    expect(stream.habits).toEqual([]);
    expect(stream.recurrences[0].habits()).toEqual([]);
  });

  test.each<[string, number, number, number]>([
    ['level', 50, 2, 6],
    ['duration', 20, 2, 36],
    ['size', 20, 6, 6],
    ['direction', 140, 2, 6],
  ])('that is a habit does not hide one of another %s', (_, value, evidence, readings) => {
    const stream = new Stream().calm(3 * DAY_MS);
    stream.daily(28);
    expect(stream.event(value, evidence, readings)).toBeGreaterThan(1.5);
  });

  test('that comes at 2:00 in the night is little known at 14:00', () => {
    const stream = new Stream().calm(3 * DAY_MS + 2 * HOUR_MS);
    stream.daily(28);
    stream.calm(12 * HOUR_MS);
    expect(stream.event()).toBeGreaterThan(1);
  });

  test('four times a day counts as one spell a day after ten days: it is a habit after as many days', () => {
    const [once, often] = [new Stream().calm(10 * DAY_MS), new Stream().calm(10 * DAY_MS)];
    once.daily(10);
    for (let n = 0; n < 40; n++) {
      const start = often.at;
      often.event();
      often.calm(start + 6 * HOUR_MS - often.at);
    }
    expect(often.habits).toHaveLength(1);
    expect(Math.abs(often.habits[0] - once.habits[0])).toBeLessThan(DAY_MS);
    expect(often.recurrences[0].habits()[0].perWeek).toBeCloseTo(28, 0);
  });
});

describe('until a spell is over an event', () => {
  interface Past {
    readonly opened: boolean;
    readonly said: Said;
    readonly alarmsPerWeek: number;
    readonly contextual: number;
  }

  /** The end of the spell of an alarm of the present event, in hours after the first event, which was one at 20 or was none. */
  function alarmed(
    value: number,
    { opened = true, said, alarmsPerWeek = 1, contextual = 0 }: Partial<Past> = {},
  ): number {
    const stream = new Stream({ alarmsPerWeek }).calm(WEEK_MS);
    const start = stream.at;
    stream.step(20, 2);
    if (opened) stream.recurrences[0].opened();
    stream.event(20, 2, 5);
    stream.calm(HOUR_MS);
    if (said !== undefined) stream.say(said);
    stream.contextual = contextual;
    stream.step(value, 2);
    return (stream.recurrences[0].alarmedUntil - start) / HOUR_MS;
  }

  test('like one that opened an alarm opens no other: for a day, or the time of a seventh of the alarms asked for', () => {
    expect(alarmed(20)).toBeCloseTo(24, 6);
    expect(alarmed(20, { alarmsPerWeek: 10 })).toBeCloseTo(2.4, 6);
    expect(alarmed(20, { alarmsPerWeek: 0.1 })).toBeCloseTo(24, 6);
  });

  test('opens one where the other opened none, or went elsewhere, or has been called a fault', () => {
    expect(alarmed(20, { opened: false })).toBe(-Infinity);
    expect(alarmed(140)).toBe(-Infinity);
    expect(alarmed(20, { said: FAULT })).toBe(-Infinity);
  });

  test('opens one where it has contextual evidence and the other had none', () => {
    expect(alarmed(20, { contextual: 2 })).toBe(-Infinity);
  });
});

test('the score of an event does not rise while it is repeated, as often or more often than the stream is old', () => {
  const given = fc.record({
    alarmsPerWeek: fc.constantFrom(0.1, 1, 10),
    age: fc.integer({ min: 3, max: 60 }), // days before the first one
    days: fc.integer({ min: 1, max: 3 }), // from one to the next
    value: fc.constantFrom(20, 79, 140),
    evidence: fc.double({ min: 0.7, max: 9, noNaN: true }),
    readings: fc.integer({ min: 1, max: 40 }),
  });
  fc.assert(
    fc.property(given, ({ alarmsPerWeek, age, days, value, evidence, readings }) => {
      const stream = new Stream({ alarmsPerWeek }).calm(age * DAY_MS);
      let before = Infinity;
      for (let n = 0; n < 12; n++) {
        const start = stream.at;
        const score = stream.event(value, evidence, readings);
        expect(score).toBeLessThanOrEqual(before + 0.02); // a habit is counted without the prior
        before = score;
        stream.calm(start + Math.min(days, age / 2) * DAY_MS - stream.at);
      }
    }),
    { numRuns: 60 },
  );
});

describe('the operator', () => {
  test('names an event a fault: it stays an alarm, however often it comes', () => {
    const stream = new Stream().calm(3 * DAY_MS);
    stream.event();
    stream.say(FAULT); // while it is open
    stream.calm(DAY_MS);
    const scores = stream.daily(28);
    for (const score of scores) expect(score).toBeGreaterThan(1.5);
    expect([stream.habits, stream.recurrences[0].habits()]).toEqual([[], []]);
  });

  test('names a habit a fault: it is an alarm again', () => {
    const stream = new Stream().calm(3 * DAY_MS);
    stream.daily(14);
    stream.say(FAULT); // after it is over
    expect(stream.event()).toBeGreaterThan(1.5);
  });

  test('names an event normal: the rest of it, and those like it, have score 0', () => {
    const stream = new Stream().calm(3 * DAY_MS);
    expect(stream.event()).toBeGreaterThan(1.5);
    stream.say(NORMAL);
    expect(stream.step(20, 2)).toEqual([0]);
    stream.calm(DAY_MS);
    expect(stream.event()).toBe(0);
    expect(stream.habits).toEqual([]); // the operator knows
    expect(stream.recurrences[0].habits()).toMatchObject([{ state: NORMAL, from: 80, to: 20 }]);
    stream.calm(DAY_MS);
    expect(stream.event(50, 2)).toBeGreaterThan(1.5);
  });

  test.each<[string, number, number]>([
    ['further, at 5', 5, 1.5],
    ['on the other side, at 120', 120, 1.5],
    ['a fifth of the movement further, at 9', 9, 0],
    ['in between, at 50', 50, 0],
  ])(
    'names an event normal while it is open, 80 to 20: a reading %s, is another event or part of it',
    (_, value, least) => {
      const stream = new Stream().calm(3 * DAY_MS);
      stream.event();
      stream.say(NORMAL);
      const [score] = stream.step(value, 2);
      if (least === 0) expect(score).toBe(0);
      else expect(score).toBeGreaterThan(least);
      stream.calm(DAY_MS);
      expect(stream.event()).toBe(0);
    },
  );

  test('names an event normal while nothing is learned', () => {
    const stream = new Stream().calm(3 * DAY_MS);
    stream.teaches = false;
    stream.event();
    stream.say(NORMAL);
    stream.calm(DAY_MS);
    expect(stream.event()).toBe(0);
  });

  test('names an event of last week, though another one has come since', () => {
    const stream = new Stream().calm(3 * DAY_MS);
    const from = stream.at;
    stream.event();
    const until = stream.at;
    stream.calm(DAY_MS).event(95, 2, 12);
    stream.calm(DAY_MS);
    const [recurrence] = stream.recurrences;
    expect(recurrence.mark({ from, until, value: 20 }, NORMAL)).toEqual({ before: NEW, firstAt: from });
    expect(stream.event()).toBe(0);
    expect(stream.calm(DAY_MS).event(95, 2, 12)).toBeGreaterThan(0.5);
    // There was nothing a week before.
    expect(recurrence.mark({ from: from - WEEK_MS, until: from - 1, value: 20 }, NORMAL)).toBeNull();
  });

  test('names an event that has come again since, by its value', () => {
    const stream = new Stream().calm(3 * DAY_MS);
    const from = stream.at;
    stream.event();
    const until = stream.at;
    stream.calm(DAY_MS).event();
    stream.calm(DAY_MS);
    const [recurrence] = stream.recurrences;
    expect(recurrence.mark({ from, until, value: 95 }, NORMAL)).toBeNull();
    expect(recurrence.mark({ from, until, value: NaN }, NORMAL)).toBeNull();
    expect(recurrence.mark({ from, until, value: 22 }, NORMAL)).toEqual({ before: NEW, firstAt: from });
  });

  test('takes it back: its count decides again', () => {
    const stream = new Stream().calm(3 * DAY_MS);
    const from = stream.at;
    stream.event();
    const [recurrence] = stream.recurrences;
    const event = { from, until: stream.at, value: 20 };
    expect(recurrence.mark(event, FAULT)).toEqual({ before: NEW, firstAt: NaN }); // it is open
    expect(recurrence.mark(event, NORMAL)).toEqual({ before: FAULT, firstAt: NaN });
    stream.calm(DAY_MS);
    expect(recurrence.mark({ firstAt: from }, NEW)).toEqual({ before: NORMAL, firstAt: from });
    expect(stream.event()).toBeGreaterThan(0.5);
    expect(recurrence.mark({ firstAt: from - 1 }, NORMAL)).toBeNull();
  });

  test('accepts the present state: the open excursion is not counted', () => {
    const [dropped, calm] = [new Stream().calm(3 * DAY_MS), new Stream().calm(3 * DAY_MS)];
    dropped.event();
    dropped.recurrences[0].drop();
    calm.calm(6 * STEP_MS);
    for (const stream of [dropped, calm]) stream.calm(DAY_MS);
    expect(dropped.event()).toBe(calm.event());
  });
});

describe('the rates of a stream', () => {
  test('two series at once are one event', () => {
    const [one, two] = [new Stream(), new Stream({ series: 2 })];
    for (const stream of [one, two]) {
      stream.calm(WEEK_MS);
      stream.event();
      stream.calm(DAY_MS);
    }
    expect(two.rates.of(2)).toBe(one.rates.of(2));
    expect(two.rates.of(2)).toBeGreaterThan(new Stream().calm(WEEK_MS + DAY_MS).rates.of(2));
  });

  test('when a habit is removed from them, are as if it had never been', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 20 }),
        fc.double({ min: 1.5, max: 9, noNaN: true }),
        fc.double({ min: 0.5, max: 20, noNaN: true }),
        (days, evidence, asked) => {
          const [with_, without] = [new Stream(), new Stream()];
          for (const stream of [with_, without]) {
            stream.calm(days * DAY_MS);
            stream.event(140, 3); // an event that stays
          }
          const start = with_.at;
          for (let n = 0; n < 30 && with_.habits.length === 0; n++) {
            with_.calm(DAY_MS);
            with_.event(20, evidence);
            with_.calm(HOUR_MS);
          }
          without.calm(with_.at - start);
          expect(with_.habits).toHaveLength(1);
          expect(with_.rates.of(asked) / without.rates.of(asked)).toBeCloseTo(1, 6);
        },
      ),
      { numRuns: 20 },
    );
  });
});

test('a habit that has not come for half a year is an alarm again', () => {
  const stream = new Stream().calm(3 * DAY_MS);
  stream.daily(14);
  expect(stream.event()).toBeLessThan(1);
  expect(stream.calm(8 * WEEK_MS).recurrences[0].habits()[0].perWeek).toBeLessThan(3);
  stream.calm(18 * WEEK_MS);
  expect(stream.recurrences[0].habits()).toEqual([]);
  expect(stream.event()).toBeGreaterThan(1);
});

test('half a year without a reading is no observation: a habit is one afterwards', () => {
  const stream = new Stream().calm(3 * DAY_MS);
  stream.daily(14);
  stream.at += 26 * WEEK_MS;
  stream.calm(DAY_MS);
  expect(stream.event()).toBeLessThan(1);
});

test.each<[string, Given, boolean]>([
  ['anomalies are absorbed', { counts: false }, true],
  ['nothing is learned', {}, false],
])('while %s no event counts', (_, given, teaches) => {
  const stream = new Stream(given);
  stream.teaches = teaches;
  stream.calm(3 * DAY_MS);
  const [first, ...others] = stream.daily(10);
  expect(first).toBeGreaterThan(1.5);
  for (const score of others) expect(score).toBeGreaterThanOrEqual(first);
  expect([stream.habits, stream.recurrences[0].habits()]).toEqual([[], []]);
});

test('restored in the middle of an excursion it goes on bit for bit', () => {
  const [kept, other] = [new Stream({ series: 2 }).calm(3 * DAY_MS), new Stream({ series: 2 })];
  kept.daily(3);
  kept.event(20, 2, 3);
  other.memory.fromBytes(kept.memory.toBytes());
  other.at = kept.at;
  for (let i = 0; i < 2000; i++) {
    const away = i < 3 || i % 288 < 6;
    expect(other.step(away ? 20 : 80, away ? 2 : 0)).toEqual(kept.step(away ? 20 : 80, away ? 2 : 0));
  }
  expect(other.memory.toBytes()).toEqual(kept.memory.toBytes());
  expect(other.recurrences[0].habits()).toEqual(kept.recurrences[0].habits());
});

test('noise that is never an alarm has no habit, however often it comes', () => {
  const stream = new Stream().calm(3 * DAY_MS);
  for (let n = 0; n < 60; n++) expect(stream.calm(6 * HOUR_MS).event(80.4, 0.55)).toBeLessThan(n === 0 ? 1.1 : 1);
  expect(stream.habits).toEqual([]);
  expect(stream.recurrences[0].habits()).toEqual([]);
});

describe('contextual evidence', () => {
  test('a wash of two hours that is a habit, and then one that is held up: only the second is an alarm', () => {
    const stream = new Stream().calm(3 * DAY_MS);
    stream.daily(20);
    expect(stream.habits).toHaveLength(1);
    expect(stream.event()).toBeLessThan(0.9);
    stream.calm(DAY_MS);
    stream.contextual = 1.2;
    expect(stream.event()).toBeGreaterThan(1);
  });

  test('that comes every day is a habit of its own in the end', () => {
    const stream = new Stream().calm(3 * DAY_MS);
    stream.contextual = 1.2;
    const scores = stream.daily(20, 20, 1.2);
    expect(scores[0]).toBeGreaterThan(1);
    expect(scores[19]).toBeLessThan(0.95);
  });
});

describe('strokes that the kinds of evidence have learned', () => {
  const CALM: CycleView = { known: false, turned: 0, stroke: -1, high: 80, low: 20, gapMs: 3 * HOUR_MS, gaps: 30 };

  /** A stroke every three hours for some days, without evidence. */
  const strokesIn = (stream: Stream, days: number): void => {
    for (let i = 0; i < 8 * days; i++) {
      stream.cycle = { ...CALM, known: true, turned: -1 };
      stream.step(20, 0);
      stream.cycle = { ...CALM, known: true };
      stream.calm(3 * HOUR_MS - STEP_MS);
    }
  };

  const alarmed = (evidence: number): Stream => {
    const stream = new Stream().calm(3 * DAY_MS);
    stream.reports = true;
    stream.cycle = CALM;
    stream.event(20, evidence);
    return stream.calm(DAY_MS);
  };

  test('and the first of which was an alarm, are a habit, published once, with the levels and the rate of the cycle', () => {
    const stream = alarmed(2);
    strokesIn(stream, 10);
    expect(stream.habits).toHaveLength(1);
    const [habit, ...more] = stream.recurrences[0].habits();
    expect(more).toEqual([]);
    expect(habit).toMatchObject({ state: HABIT, from: 80, to: 20, awayMs: 0 });
    expect(habit.perWeek).toBeCloseTo(56, -1);
    expect(stream.at - habit.lastAt).toBeLessThan(4 * HOUR_MS);
  });

  const stroke = (stream: Stream, value: number, evidence: number, cycle: Partial<CycleView> = {}): number => {
    stream.cycle = { ...CALM, known: true, turned: -1, ...cycle };
    const [score] = stream.step(value, evidence);
    stream.cycle = { ...CALM, known: true };
    return score;
  };

  test('and one of which is an alarm itself: that one is not counted, and the habit begins with the next one', () => {
    const stream = alarmed(2);
    expect(stroke(stream, -60, 4)).toBeGreaterThan(1);
    expect(stream.habits).toEqual([]);
    stream.calm(3 * HOUR_MS - STEP_MS);
    expect(stroke(stream, 20, 0)).toBeLessThan(1);
    expect(stream.habits).toEqual([stream.at - STEP_MS]);
    const eventsOf = (): number => stream.recurrences[0].habits()[0].events;
    const before = eventsOf();
    expect(stroke(stream, -120, 6)).toBeGreaterThan(1);
    expect(eventsOf()).toBeLessThanOrEqual(before);
  });

  test('came first at the first of two alarms, or before the gaps that are known where that was longer ago', () => {
    const [recent, old] = [alarmed(2), alarmed(2)];
    for (const [stream, weeks] of [
      [recent, 0],
      [old, 4],
    ] as const) {
      expect(stream.event(140, 4)).toBeGreaterThan(1);
      stream.calm(DAY_MS + weeks * WEEK_MS);
      stroke(stream, 20, 0);
    }
    expect(recent.recurrences[0].habits()[0].firstAt).toBe(3 * DAY_MS);
    expect(old.recurrences[0].habits()[0].firstAt).toBe(old.at - STEP_MS - 90 * HOUR_MS); // 30 gaps of 3 h
  });

  test.each<[string, Partial<CycleView>, object[]]>([
    ['known for 24 h are a habit', { gaps: 8 }, [{ from: 80, to: 20 }]],
    ['known for 21 h are none yet', { gaps: 7 }, []],
    ['less often than alarms are asked for are none', { gapMs: WEEK_MS + HOUR_MS }, []],
    ['that rise are a habit from the lower level', { stroke: 1, turned: 1 }, [{ from: 20, to: 80 }]],
  ])('%s', (_, cycle, habits) => {
    const stream = alarmed(2);
    stroke(stream, 20, 0, cycle);
    expect(stream.recurrences[0].habits()).toMatchObject(habits);
  });

  test('stay one as long as they come, and none a year after the last', () => {
    const stream = alarmed(2);
    strokesIn(stream, 200);
    expect(stream.recurrences[0].habits()).toHaveLength(1);
    stream.calm(52 * WEEK_MS);
    expect(stream.recurrences[0].habits()).toEqual([]);
    expect(stream.habits).toHaveLength(1);
  });

  test('are no news where none of them was an alarm, or where they are a habit already', () => {
    const quiet = alarmed(0.6);
    strokesIn(quiet, 10);
    expect(quiet.habits).toEqual([]);
    const known = new Stream().calm(3 * DAY_MS);
    known.reports = true;
    known.cycle = CALM;
    known.daily(10);
    expect(known.habits).toHaveLength(1);
    strokesIn(known, 10);
    expect(known.habits).toHaveLength(1);
  });

  test('an excursion like one of them is no alarm', () => {
    const stream = alarmed(2);
    strokesIn(stream, 10);
    stream.cycle = { ...CALM, known: true };
    expect(stream.event(20, 1.2, 1)).toBeLessThan(0.8);
    stream.calm(DAY_MS);
    expect(stream.event(-20, 1.2, 1)).toBeGreaterThan(1);
  });
});
