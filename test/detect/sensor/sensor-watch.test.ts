import { describe, expect, test } from 'vitest';
import { SensorWatch } from '../../../src/detect/sensor/sensor-watch.ts';
import { Memory } from '../../../src/math/memory.ts';

const [MINUTE, HOUR] = [60_000, 3_600_000];
const START = 1e12;

/** A sensor under watch: `say` adds a reading so long after the last one. */
function sensor() {
  const memory = new Memory();
  const watch = new SensorWatch(memory, { range: null }, { silentAfterMs: 'auto', stuckAfter: 'auto' });
  let at = START;
  const say = (after = MINUTE, clock: { saidAt?: number } = {}): void => {
    at += after;
    watch.update({ series: 'tank', at, value: 1, receivedAt: at + 200, ...clock }, false);
  };
  return {
    memory,
    watch,
    say,
    chat: (count: number): void => {
      for (let i = 0; i < count; i++) say();
    },
    now: () => at,
  };
}

describe('an interruption', () => {
  test('is more than ten usual intervals between readings', () => {
    const { chat, watch, now } = sensor();
    chat(60);
    expect(watch.intervalMs).toBe(MINUTE);
    expect(watch.interrupted(now() + 10 * MINUTE)).toBe(false);
    expect(watch.interrupted(now() + 10 * MINUTE + 1)).toBe(true);
  });

  test('is not recognised before fifty readings', () => {
    const { chat, watch, now } = sensor();
    chat(49);
    expect(watch.interrupted(now() + 24 * HOUR)).toBe(false);
  });

  test('changes the usual interval no more than ten usual ones would', () => {
    const { chat, say, watch } = sensor();
    chat(100);
    say(1000 * HOUR);
    expect(watch.intervalMs).toBeCloseTo(MINUTE + 0.02 * 9 * MINUTE, 6);
  });
});

test('the time of the last reading, by arrival', () => {
  const { say, watch } = sensor();
  say();
  expect(watch.silence.receivedAt).toBe(START + MINUTE + 200);
});

describe('the clock of the device', () => {
  test('may be wrong five times in a row, as after a start without a network', () => {
    const { say, watch } = sensor();
    const scores = Array.from({ length: 6 }, () => {
      say(MINUTE, { saidAt: 0 });
      return watch.clock.score();
    });
    expect(scores).toEqual([0, 0.4, 0.6, 0.8, 1, 1.2]); // the first has lasted for no time
    say();
    expect(watch.clock.score()).toBe(0);
  });

  test('and for a minute, at a reading a second', () => {
    const { say, watch } = sensor();
    for (let n = 0; n <= 60; n++) say(1000, { saidAt: 0 });
    expect(watch.clock.score()).toBe(1);
    say(1000, { saidAt: 0 });
    expect(watch.clock.score()).toBeCloseTo(61 / 60, 12);
  });

  test('is so far ahead', () => {
    const { say, watch, now } = sensor();
    say(MINUTE, { saidAt: now() + MINUTE + 200 + HOUR });
    expect(watch.clock.aheadMs).toBe(HOUR);
  });
});

test('asking changes nothing', () => {
  const { memory, watch, chat, now } = sensor();
  chat(60);
  const before = memory.toBytes();
  watch.interrupted(now() + HOUR);
  watch.clock.score();
  expect(memory.toBytes()).toEqual(before);
});
