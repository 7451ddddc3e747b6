import { describe, expect, test } from 'vitest';
import { SensorWatch, type SensorWatchOptions } from '../../src/detect/sensor-watch.ts';
import { Memory } from '../../src/math/memory.ts';

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
const START = 1e12;

/** A sensor under watch, and what it says: `say` adds a reading so long after the last one. */
function sensor(options: Partial<SensorWatchOptions> = {}, range: readonly [number, number] | null = null) {
  const memory = new Memory();
  const watch = new SensorWatch(memory, range, { silentAfterMs: 'auto', stuckAfter: 'auto', ...options });
  let at = START;
  let learning = false;
  const say = (value: number, after = MINUTE): void => {
    at += after;
    watch.hear({ series: 'tank', at, value, receivedAt: at + 200 }, learning);
  };
  /** That many readings, no two in a row alike. */
  const chat = (count: number, after = MINUTE): void => {
    for (let i = 0; i < count; i++) say(i % 7, after);
  };
  const repeat = (value: number, count: number): void => {
    for (let i = 0; i < count; i++) say(value);
  };
  return {
    memory,
    watch,
    say,
    chat,
    repeat,
    learn: (yes: boolean) => (learning = yes),
    /** Silence after the last arrival over the silence that is a fault. */
    silence: (ms: number) => watch.silenceScore(at + 200 + ms),
    now: () => at,
  };
}

describe('silence', () => {
  test('of a reading a minute: ten minutes are the limit, and the score is the share of it', () => {
    const { chat, silence, watch } = sensor();
    chat(60);
    expect(watch.gapMs).toBe(MINUTE);
    expect(silence(5 * MINUTE)).toBe(0.5);
    expect(silence(10 * MINUTE)).toBe(1);
    expect(silence(25 * MINUTE)).toBe(2.5);
  });

  test('of a reading a second: not less than a minute', () => {
    const { chat, silence } = sensor();
    chat(60, SECOND);
    expect(silence(MINUTE)).toBe(1);
  });

  test('twice the longest gap so far, where that is more', () => {
    const { chat, say, silence } = sensor();
    chat(60, SECOND);
    say(1, 50 * SECOND);
    expect(silence(100 * SECOND)).toBe(1);
  });

  test('a habit takes fifty readings to know', () => {
    const { chat, silence } = sensor();
    chat(49);
    expect(silence(24 * HOUR)).toBe(0);
    chat(1);
    expect(silence(10 * MINUTE)).toBe(1);
  });

  test('once is a fault, twice is a habit', () => {
    const { chat, say, silence } = sensor();
    chat(60);
    const night = 8 * HOUR;
    expect(silence(night)).toBe(48);
    say(1, night);
    chat(60);
    expect(silence(night)).toBe(1);
    expect(silence(1.1 * night)).toBeCloseTo(1.1, 12);
  });

  test('while learning nothing is a fault, and a pause is a habit in full', () => {
    const { chat, say, silence, learn } = sensor();
    learn(true);
    chat(60);
    expect(silence(HOUR)).toBe(0);
    say(1, HOUR);
    learn(false);
    chat(60);
    expect(silence(2 * HOUR)).toBe(1);
  });

  test('a duration is what the operator said, habit or not; never is never', () => {
    const [told, deaf] = [sensor({ silentAfterMs: 5 * MINUTE }), sensor({ silentAfterMs: 'never' })];
    for (const { say, chat } of [told, deaf]) {
      say(1);
      chat(100, HOUR);
    }
    expect(told.silence(6 * MINUTE)).toBe(1.2);
    expect(deaf.silence(1000 * HOUR)).toBe(0);
  });

  test('a sensor that was never heard is not silent', () => {
    expect(sensor({ silentAfterMs: MINUTE }).silence(HOUR)).toBe(0);
  });

  test('the time in which nobody listened does not count, neither as silence nor as a gap', () => {
    const { chat, say, silence, watch, now } = sensor();
    chat(60);
    watch.resume(now() + 9 * HOUR);
    expect(silence(9 * HOUR)).toBeLessThan(0.01);
    say(1, 9 * HOUR + MINUTE);
    chat(60);
    expect(silence(10 * MINUTE)).toBeCloseTo(1, 1);
  });
});

describe('equal readings in a row', () => {
  test('thirty are the least that is odd', () => {
    const { chat, repeat, watch } = sensor();
    chat(60);
    repeat(9, 30);
    expect(watch.run).toBe(30);
    expect(watch.stuckScore()).toBe(1);
    repeat(9, 1);
    expect(watch.stuckScore()).toBeGreaterThan(1);
  });

  test('four times the longest run so far, where that is more', () => {
    const { chat, repeat, watch } = sensor();
    chat(60);
    repeat(9, 20);
    repeat(8, 80);
    expect(watch.stuckScore()).toBe(1);
  });

  test('a run that was a fault counts half: of 60, the next limit is 4 * 30', () => {
    const { chat, repeat, watch } = sensor();
    chat(60);
    repeat(9, 60);
    expect(watch.stuckScore()).toBe(2);
    repeat(8, 60);
    expect(watch.stuckScore()).toBe(0.5);
  });

  test('what was repeated while learning is a habit in full', () => {
    const { chat, repeat, watch, learn } = sensor();
    learn(true);
    chat(60);
    repeat(9, 60);
    repeat(7, 1);
    learn(false);
    repeat(8, 60);
    expect(watch.stuckScore()).toBe(0.25);
  });

  test('a switch that hardly ever changes is not stuck', () => {
    const { repeat, watch } = sensor();
    for (let i = 0; i < 40; i++) repeat(i % 2, 3);
    repeat(1, 10_000);
    expect(watch.stuckScore()).toBe(0);
  });

  test('a number is what the operator said; never is never', () => {
    const [told, blind] = [sensor({ stuckAfter: 5 }), sensor({ stuckAfter: 'never' })];
    for (const { repeat } of [told, blind]) repeat(0, 6);
    expect(told.watch.stuckScore()).toBe(1.2);
    blind.chat(100);
    blind.repeat(9, 10_000);
    expect(blind.watch.stuckScore()).toBe(0);
  });
});

describe('the valid range', () => {
  const { watch } = sensor({}, [-10, 40]);

  test('has its ends inside', () => {
    for (const value of [-10, 0, 40]) expect(watch.rangeScore(value)).toBe(0);
  });

  test('outside, 1 and the distance in widths of the range, 10 at most', () => {
    expect(watch.rangeScore(45)).toBe(1.1);
    expect(watch.rangeScore(-35)).toBe(1.5);
    expect(watch.rangeScore(1e300)).toBe(10);
  });

  test('is no concern where none was given', () => {
    expect(sensor().watch.rangeScore(1e300)).toBe(0);
  });
});

describe('an interruption', () => {
  test('is more than ten usual intervals between readings', () => {
    const { chat, watch, now } = sensor();
    chat(60);
    expect(watch.intervalMs).toBe(MINUTE);
    expect(watch.interrupted(now() + 10 * MINUTE)).toBe(false);
    expect(watch.interrupted(now() + 10 * MINUTE + 1)).toBe(true);
  });

  test('cannot be told from an interval before fifty readings', () => {
    const { chat, watch, now } = sensor();
    chat(49);
    expect(watch.interrupted(now() + 24 * HOUR)).toBe(false);
  });

  test('moves the usual interval no more than ten usual ones would', () => {
    const { chat, say, watch } = sensor();
    chat(100);
    say(1, 1000 * HOUR);
    expect(watch.intervalMs).toBeCloseTo(MINUTE + 0.02 * 9 * MINUTE, 6);
  });
});

test('when and how it was last heard', () => {
  const { say, watch } = sensor();
  expect(watch.lastAt).toBe(-Infinity);
  say(1);
  expect(watch.lastAt).toBe(START + MINUTE);
  expect(watch.heardAt).toBe(START + MINUTE + 200);
});

test('asking changes nothing', () => {
  const { memory, watch, chat, now, silence } = sensor({}, [0, 1]);
  chat(60);
  const before = memory.toBytes();
  silence(HOUR);
  watch.stuckScore();
  watch.rangeScore(9);
  watch.interrupted(now() + HOUR);
  expect(memory.toBytes()).toEqual(before);
});
