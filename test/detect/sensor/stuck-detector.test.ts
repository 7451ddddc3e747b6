import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StuckDetector } from '../../../src/detect/sensor/stuck-detector.ts';
import { Memory } from '../../../src/math/memory.ts';
import { Random } from '../../../src/math/random.ts';

const [MINUTE, HOUR] = [60_000, 3_600_000];

/** A sensor that says something every minute. */
function sensor(after: number | 'auto' | 'never' = 'auto') {
  const memory = new Memory();
  const still = new StuckDetector(memory, after);
  let at = 1e12;
  let learning = false;
  const say = (value: number): number => {
    still.update(value, (at += MINUTE), learning);
    return still.score();
  };
  return {
    memory,
    still,
    say,
    /** That many readings from 0 to 6, no two in a row alike. */
    chat: (count: number): void => {
      for (let i = 0; i < count; i++) say(i % 7);
    },
    /** The highest score of so many equal readings. */
    repeat: (value: number, count: number): number => {
      let most = 0;
      for (let i = 0; i < count; i++) most = Math.max(most, say(value));
      return most;
    },
    learn: (yes: boolean) => (learning = yes),
  };
}

test('twenty equal readings are the least that is a fault', () => {
  const { chat, repeat, still } = sensor();
  chat(60);
  expect(repeat(3.5, 20)).toBe(1);
  expect(still.run).toBe(20);
  expect(repeat(3.5, 1)).toBeGreaterThan(1);
});

test('twice the longest run so far, where that is more', () => {
  const { chat, repeat, still } = sensor();
  chat(2000);
  repeat(3.5, 20);
  repeat(2.5, 40);
  expect(still.score()).toBe(1);
});

test('beyond the limit each doubling adds 0.05: stuck for weeks is little worse than stuck', () => {
  const { chat, repeat } = sensor();
  chat(2000);
  expect(repeat(3.5, 80)).toBeCloseTo(1.1, 12); // 4 times the limit of 20
});

test('a run that was a fault raises the longest by a quarter at most: 10, 12.5, and from there by more faults', () => {
  const { chat, repeat } = sensor();
  chat(4000);
  expect(repeat(3.5, 500)).toBeGreaterThan(1);
  expect(repeat(2.5, 25)).toBe(1); // of 2 * 12.5
  expect(repeat(1.5, 26)).toBeLessThanOrEqual(1); // 25 was no fault: the limit is 50
  expect(repeat(2.5, 500)).toBeGreaterThan(1);
  expect(repeat(3.5, 65)).toBeCloseTo(1, 12); // 2 * 26 * 1.25
});

test('the full length of a run in the warm-up counts as usual', () => {
  const { chat, repeat, learn } = sensor();
  learn(true);
  chat(2000);
  repeat(3.5, 60);
  repeat(1, 1);
  learn(false);
  expect(repeat(2.5, 60)).toBe(0.5); // of 2 * 60
});

test('a switch that hardly ever changes is not stuck', () => {
  const { repeat, still } = sensor();
  for (let i = 0; i < 40; i++) repeat(i % 3, 3);
  repeat(1, 10_000);
  expect(still.score()).toBe(0);
});

test('a number is what the operator said; never is never', () => {
  const [told, blind] = [sensor(5), sensor('never')];
  expect(told.repeat(0, 5)).toBe(1);
  expect(told.repeat(0, 5)).toBeCloseTo(1.05, 12); // twice as many
  blind.chat(100);
  expect(blind.repeat(3.5, 10_000)).toBe(0);
});

test('of a coarse sensor that repeats nine of ten readings, runs of 190 are luck', () => {
  const { chat, repeat } = sensor();
  const random = new Random(1);
  chat(7);
  const { say } = { say: (value: number) => repeat(value, 1) };
  let value = 3.5;
  for (let i = 0; i < 5000; i++) {
    if (random.uniform() < 0.1) value = 1 + random.below(9) / 2;
    say(value);
  }
  repeat(2.25, 1);
  expect(repeat(2.75, 150)).toBeLessThan(1);
  expect(repeat(2.75, 300)).toBeGreaterThan(1);
});

test('the share of repeats is that of a week, and of at least 10,000 readings', () => {
  /** The limit after 15,000 readings, of which nine of ten repeat in runs of ten, and 10,000 without a repeat. */
  const limitAfter = (span?: number): number => {
    const stuck = new StuckDetector(new Memory(), 'auto');
    let at = 0;
    const say = (value: number): void => {
      stuck.update(value, (at += 60_000), true, span);
    };
    say(0);
    say(9);
    for (let t = 0; t < 15_000; t++) say(1 + (Math.floor(t / 10) % 7));
    for (let t = 0; t < 10_000; t++) say(1 + (t % 7));
    for (let n = 0; n < 20; n++) say(3.3);
    return 20 / stuck.score(); // a score below 1 is the run over the limit
  };
  // r = 13,519 / 25,021 = 0.54, so the limit is 34. Where the counts were halved twice less of it is left.
  expect(limitAfter(604_800)).toBeCloseTo((9 * Math.LN10) / -Math.log(13_519 / 25_021), 0);
  expect(limitAfter()).toBeLessThan(limitAfter(604_800) - 8);
});

describe('rest', () => {
  /** A day of a solar inverter that began in the morning: the power by the minute, 0 from dusk to dawn. */
  const power = (minute: number, random: Random): number =>
    minute % 1440 < 720 ? Math.max(1, Math.sin((Math.PI * (minute % 1440)) / 720) * (900 + 90 * random.normal())) : 0;

  test('in the first night is none of a stuck sensor, nor in any later one', () => {
    const { say } = sensor();
    const random = new Random(2);
    for (let minute = 0; minute < 6 * 1440; minute++) expect(say(power(minute, random))).toBeLessThanOrEqual(1);
  });

  test('does not hide a value that is stuck by day: it is found in half an hour', () => {
    const { say, repeat } = sensor();
    const random = new Random(2);
    for (let minute = 0; minute < 3 * 1440 + 300; minute++) say(power(minute, random));
    expect(repeat(412.5, 31)).toBeGreaterThan(1);
  });

  test('far longer than ever is a fault again', () => {
    const { say, repeat } = sensor();
    const random = new Random(2);
    for (let minute = 0; minute < 3 * 1440; minute++) say(power(minute, random));
    expect(repeat(0, (5 * 12 * HOUR) / MINUTE)).toBeGreaterThan(1);
  });
});

test('readings that are never alike twice are never stuck', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { maxLength: 200 }), (values) => {
      const { say } = sensor();
      for (const [i, value] of values.entries()) {
        if (value !== values[i - 1]) expect(say(value)).toBeLessThan(1);
      }
    }),
  );
});

test('asking changes nothing', () => {
  const { memory, still, chat } = sensor();
  chat(60);
  const before = memory.toBytes();
  still.score();
  expect(memory.toBytes()).toEqual(before);
});
