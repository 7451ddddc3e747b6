import { describe, expect, test } from 'vitest';
import { OnChange } from '../../../src/detect/sensor/on-change.ts';
import { Memory } from '../../../src/math/memory.ts';
import { Random } from '../../../src/math/random.ts';
import { TimeGap } from '../../../src/math/time-gap.ts';

const MINUTE_MS = 60_000;
const [HOUR_MS, DAY_MS] = [60 * MINUTE_MS, 1440 * MINUTE_MS];

/** A sensor, and the usual gap between its readings. */
function sensor() {
  const memory = new Memory();
  const gap = new TimeGap(memory);
  const onChange = new OnChange(memory, gap);
  return {
    onChange,
    say: (at: number, value: number, receivedAt = at) => {
      onChange.update(at, receivedAt, value);
      gap.update(at);
      onChange.measured(value);
    },
  };
}

/** A contact that says each hour how it is, and at once when it changes: open for two minutes, `changes` times a day. */
function contact(days: number, changes = 4) {
  const each = sensor();
  const random = new Random(1);
  let at = 0;
  for (let day = 0; day < days; day++) {
    const opens = Array.from({ length: changes }, () => day * DAY_MS + random.uniform() * DAY_MS).sort((a, b) => a - b);
    for (const open of [...opens, (day + 1) * DAY_MS]) {
      for (; at + HOUR_MS < open; at += HOUR_MS) each.say(at + HOUR_MS, 0);
      if (open % DAY_MS === 0) continue;
      each.say(open, 1);
      each.say((at = open + 2 * MINUTE_MS), 0);
    }
  }
  return { ...each, at };
}

describe('a sensor that reports on change', () => {
  test('has its last value once more after 7.5 minutes, and every 5 minutes from then on, for a day', () => {
    const { onChange, at } = contact(10);
    expect(onChange.value).toBe(0);
    let n = 0;
    for (let due = onChange.dueAt; due < Infinity; due = onChange.dueAt) {
      expect(due).toBe(at + (2.5 + ++n * 5) * MINUTE_MS);
      expect(onChange.repeat(due)).toBe(n === 1);
    }
    expect(n).toBe(287);
  });

  test('is known after 50 readings', () => {
    const each = sensor();
    for (let i = 0, at = 0; i < 50; i++) {
      expect(each.onChange.dueAt).toBe(Infinity);
      each.say((at += i % 10 === 9 ? MINUTE_MS : HOUR_MS), i);
    }
    expect(each.onChange.dueAt).toBeLessThan(Infinity);
  });

  test('has one early reading in 50 or more', () => {
    const readings = (every: number): number => {
      const { onChange, say } = sensor();
      let at = 0;
      for (let i = 1; i <= 5000; i++) say((at += i % every === 0 ? 10 * MINUTE_MS : HOUR_MS), i);
      return onChange.dueAt - at;
    };
    expect(readings(40)).toBe(7.5 * MINUTE_MS);
    expect(readings(60)).toBe(Infinity);
  });

  test('stops when its value is no measurement or may have changed, until its next reading', () => {
    const { onChange, say, at } = contact(10);
    onChange.stop();
    expect(onChange.dueAt).toBe(Infinity);
    say(at + HOUR_MS, 0);
    expect(onChange.dueAt).toBe(at + HOUR_MS + 7.5 * MINUTE_MS);
    onChange.update(at + 2 * HOUR_MS, at + 2 * HOUR_MS, 1e9); // and no `measured`
    expect(onChange.dueAt).toBe(Infinity);
  });

  test('may be behind: the lag is that of its last reading, and none where its clock is ahead', () => {
    const { onChange, say, at } = contact(10);
    say(at + HOUR_MS, 0, at + HOUR_MS + 700);
    expect(onChange.lagMs).toBe(700);
    say(at + 2 * HOUR_MS, 0, at + 2 * HOUR_MS - 700);
    expect(onChange.lagMs).toBe(0);
  });
});

describe('a sensor that is read at fixed times is none', () => {
  test.each([0, 0.1, 0.3])('of its readings %d are lost', (lost) => {
    const { onChange, say } = sensor();
    const random = new Random(2);
    for (let at = 0; at < 20 * DAY_MS; at += 10 * MINUTE_MS) {
      if (random.uniform() < lost) continue;
      say(at + 5000 * random.normal(), random.normal());
      expect(onChange.dueAt).toBe(Infinity);
    }
  });

  test('among its first readings are two pauses of two hours', () => {
    const { onChange, say } = sensor();
    const random = new Random(2);
    let at = 0;
    for (let i = 0; i < 2000; i++) {
      say((at += i === 20 || i === 40 ? 2 * HOUR_MS : MINUTE_MS), random.normal());
      expect(onChange.dueAt).toBe(Infinity);
    }
  });

  test('each message comes twice', () => {
    const { onChange, say } = sensor();
    const random = new Random(2);
    for (let at = 0; at < 20 * DAY_MS; at += 10 * MINUTE_MS) {
      const value = random.normal();
      say(at, value);
      say(at + 50, value);
      expect(onChange.dueAt).toBe(Infinity);
    }
  });
});
