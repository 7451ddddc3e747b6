import { expect, test } from 'vitest';
import { SilenceDetector } from '../../../src/detect/sensor/silence-detector.ts';
import { Memory } from '../../../src/math/memory.ts';

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];
const START = 1e12;

/** A sensor of which only the arrivals are known: `say` adds one so long after the last. */
function sensor(after: number | 'auto' | 'never' = 'auto') {
  const memory = new Memory();
  const silence = new SilenceDetector(memory, after);
  let at = START;
  let learning = false;
  const say = (gap = MINUTE): void => {
    at += gap;
    silence.update(at, learning);
  };
  return {
    memory,
    silence,
    say,
    chat: (count: number, gap = MINUTE): void => {
      for (let i = 0; i < count; i++) say(gap);
    },
    learn: (yes: boolean) => (learning = yes),
    /** Silence after the last arrival over the silence that is a fault. */
    after: (ms: number) => silence.score(at + ms),
    now: () => at,
  };
}

test('of a reading a minute: ten minutes are the limit, and the score is the share of it', () => {
  const { chat, after, silence } = sensor();
  chat(60);
  expect(silence.gapMs).toBe(MINUTE);
  expect([5, 10, 25].map((minutes) => after(minutes * MINUTE))).toEqual([0.5, 1, 2.5]);
});

test('of a reading a second: not less than a minute', () => {
  const { chat, after } = sensor();
  chat(60, SECOND);
  expect(after(MINUTE)).toBe(1);
});

test('twice the longest gap so far, where that is more', () => {
  const { chat, say, after } = sensor();
  chat(60, SECOND);
  say(50 * SECOND);
  expect(after(100 * SECOND)).toBe(1);
});

test('the usual gap is known after fifty readings', () => {
  const { chat, after } = sensor();
  chat(49);
  expect(after(24 * HOUR)).toBe(0);
  chat(1);
  expect(after(10 * MINUTE)).toBe(1);
});

test('after a silence half its length is the longest gap: an equal one is no fault', () => {
  const { chat, say, after } = sensor();
  chat(60);
  const night = 8 * HOUR;
  expect(after(night)).toBe(48);
  say(night);
  chat(60);
  expect(after(night)).toBe(1);
  expect(after(1.1 * night)).toBeCloseTo(1.1, 12);
});

test('a sensor that drops out for a quarter of an hour every hour is reported once', () => {
  const { chat, say, after } = sensor();
  chat(60);
  const told = [];
  for (let hour = 0; hour < 100; hour++) {
    if (after(15 * MINUTE) > 1) told.push(hour);
    say(15 * MINUTE);
    chat(45);
  }
  expect(told).toEqual([0]);
});

test('one outage of three days is forgotten by halves every four weeks; the nights are not', () => {
  const { chat, say, after } = sensor();
  const live = (days: number): void => {
    for (let day = 0; day < days; day++) {
      chat(160, 6 * MINUTE);
      say(8 * HOUR);
    }
  };
  live(5);
  say(3 * DAY);
  chat(2);
  expect(after(3 * DAY)).toBeCloseTo(1, 9);
  live(29);
  expect(after(3 * DAY)).toBeCloseTo(2, 9);
  live(200);
  expect(after(16 * HOUR)).toBeLessThanOrEqual(1);
  expect(after(19 * HOUR)).toBeGreaterThan(1);
});

test('a sensor that sends on change has a limit from its second day on, after one night', () => {
  const { say, after, now } = sensor();
  const day = (): void => {
    for (let i = 0; i < 200; i++) {
      say(20 * SECOND);
      say(7 * MINUTE);
    }
  };
  day(); // until it has sent for a day
  expect(now() - START).toBeGreaterThan(DAY);
  const { say: early, after: earlyAfter } = sensor();
  for (let i = 0; i < 50; i++) {
    early(20 * SECOND);
    early(7 * MINUTE);
  }
  expect(earlyAfter(9 * HOUR)).toBe(0); // its first night
  early(9 * HOUR);
  for (let i = 0; i < 100; i++) {
    early(20 * SECOND);
    early(7 * MINUTE);
  }
  expect(earlyAfter(9 * HOUR)).toBeLessThanOrEqual(1); // its second
  expect(earlyAfter(19 * HOUR)).toBeGreaterThan(1);
  expect(after(2 * HOUR)).toBeGreaterThan(1);
});

test('in the warm-up nothing is a fault, and the full length of a pause counts as usual', () => {
  const { chat, say, after, learn } = sensor();
  learn(true);
  chat(60);
  expect(after(HOUR)).toBe(0);
  say(HOUR);
  learn(false);
  chat(60);
  expect(after(2 * HOUR)).toBe(1);
});

test('a given duration replaces the learned limit; never is never', () => {
  const [told, deaf] = [sensor(5 * MINUTE), sensor('never')];
  for (const { chat } of [told, deaf]) chat(100, HOUR);
  expect(told.after(6 * MINUTE)).toBe(1.2);
  expect(deaf.after(1000 * HOUR)).toBe(0);
});

test('a sensor without any reading is not silent', () => {
  expect(sensor(MINUTE).after(HOUR)).toBe(0);
});

test('the time in which nobody listened does not count, neither as silence nor as a gap', () => {
  const { chat, say, after, silence, now } = sensor();
  chat(60);
  silence.markDowntime(now() + 9 * HOUR, Infinity);
  expect(after(9 * HOUR)).toBe(0);
  say(9 * HOUR + MINUTE);
  chat(60);
  expect(after(10 * MINUTE)).toBe(1);
});

test('nothing changes when the sensor would not have spoken meanwhile: it was not missed', () => {
  const { memory, chat, after, silence, now } = sensor();
  silence.markDowntime(now() + HOUR, Infinity); // nor without any reading
  chat(60);
  const before = memory.toBytes();
  for (const away of [0, 1, MINUTE]) silence.markDowntime(now() + away, Infinity);
  expect(memory.toBytes()).toEqual(before);
  expect(after(10 * MINUTE)).toBe(1);
  silence.markDowntime(now() + MINUTE + 1, Infinity);
  expect(after(11 * MINUTE + 1)).toBe(1);
});

test('a clock that was set back meanwhile is no reason to wait until it has caught up', () => {
  const { chat, silence, now } = sensor();
  chat(60);
  const back = now() - DAY;
  silence.markDowntime(back, Infinity);
  expect(silence.score(back + 10 * MINUTE)).toBe(1);
});

test('the silence before a downtime counts: an unstable link hides no dead sensor', () => {
  const { chat, silence, now } = sensor();
  chat(60);
  let at = now();
  // Each minute half of it is lost: eleven minutes of silence take twenty-two.
  for (let minute = 0; minute < 22; minute++) {
    at += MINUTE / 2;
    expect(silence.score(at)).toBeLessThanOrEqual(1.15);
    at += MINUTE / 2;
    silence.markDowntime(at, MINUTE / 2);
  }
  expect(silence.score(at)).toBeGreaterThan(1);
  expect(silence.score(at)).toBeLessThan(1.2);
});

test('a clock that was set back by an hour takes with it what was silent before', () => {
  const { chat, silence, now } = sensor();
  chat(60);
  const at = now() + 5 * MINUTE - HOUR;
  silence.markDowntime(at, -HOUR);
  expect(silence.score(at)).toBe(0.5);
});

test('asking changes nothing', () => {
  const { memory, after, chat } = sensor();
  chat(60);
  const before = memory.toBytes();
  after(HOUR);
  expect(memory.toBytes()).toEqual(before);
});
