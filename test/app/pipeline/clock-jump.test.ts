import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClockJump, jumpInWords } from '../../../src/app/pipeline/clock-jump.ts';
import { SilenceDetector } from '../../../src/detect/sensor/silence-detector.ts';
import { Memory } from '../../../src/math/memory.ts';

const [SECOND, MINUTE, HOUR, YEAR] = [1000, 60_000, 3_600_000, 365 * 86_400_000];
const START = Date.UTC(2026, 0);

/** A machine with both clocks; `wait` advances both and returns the detected jump. */
function machine(wall = START) {
  const clocks = { wall, monotonic: 5000 };
  const watch = new ClockJump();
  watch.jumpMs(clocks.wall, clocks.monotonic);
  return {
    clocks,
    wait: (wall: number, monotonic = wall): number => {
      clocks.wall += wall;
      clocks.monotonic += monotonic;
      return watch.jumpMs(clocks.wall, clocks.monotonic);
    },
  };
}

test.each([
  [10_920_000, 'by 3 h 2 min'],
  [-3_600_000, 'back by 1 h'],
  [90_500, 'by 1 min 30 s'],
  [56 * YEAR, 'by 20440 d'],
  [-90_000_000, 'back by 1 d 1 h'],
])('a jump of %i ms is %j', (ms, words) => {
  expect(jumpInWords(ms)).toBe(words);
});

test('the first call finds no jump, whatever the clocks show', () => {
  expect(new ClockJump().jumpMs(START, 0)).toBe(0);
  expect(new ClockJump().jumpMs(0, 1e9)).toBe(0);
});

test('time that passes on both clocks is not a jump', () => {
  const { wait } = machine();
  expect([0, 5 * SECOND, 5 * SECOND, MINUTE, 5 * SECOND].map((ms) => wait(ms))).toEqual([0, 0, 0, 0, 0]);
});

test('the network sets the clock 56 years ahead, and later an hour back', () => {
  const { wait } = machine(0);
  expect(wait(56 * YEAR + 5 * SECOND, 5 * SECOND)).toBe(56 * YEAR);
  expect(wait(5 * SECOND)).toBe(0);
  expect(wait(5 * SECOND - HOUR, 5 * SECOND)).toBe(-HOUR);
  expect(wait(5 * SECOND)).toBe(0);
});

test('a suspend of 8 hours, during which the monotonic clock stops', () => {
  expect(machine().wait(8 * HOUR, 3 * SECOND)).toBe(8 * HOUR - 3 * SECOND);
});

test('a process that was stopped for 8 hours, while both clocks advance', () => {
  expect(machine().wait(8 * HOUR)).toBe(8 * HOUR - MINUTE);
});

test('a minute is not a jump, one ms more is', () => {
  expect(machine().wait(65 * SECOND, 5 * SECOND)).toBe(0);
  expect(machine().wait(65 * SECOND + 1, 5 * SECOND)).toBe(MINUTE + 1);
  expect(machine().wait(-55 * SECOND, 5 * SECOND)).toBe(0);
  expect(machine().wait(-55 * SECOND - 1, 5 * SECOND)).toBe(-MINUTE - 1);
});

test('slewing a clock for years is never a jump', () => {
  const { wait } = machine();
  for (let i = 0; i < 10_000; i++) expect(wait(5 * SECOND + 3, 5 * SECOND)).toBe(0);
});

test('for any course of both clocks, the jump plus the elapsed time is the advance of the wall clock', () => {
  const step = fc.tuple(fc.integer({ min: -YEAR, max: YEAR }), fc.integer({ min: 0, max: MINUTE }));
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const { wait } = machine();
      for (const [jump, elapsed] of steps) {
        const found = wait(elapsed + jump, elapsed);
        expect(found).toBe(Math.abs(jump) > MINUTE ? jump : 0);
      }
    }),
  );
});

describe('the sensors, when a jump is marked as downtime', () => {
  /** Ten sensors that report every ten seconds; `silentAfter` advances the clocks and returns how many are silent. */
  function sensors(wall: number) {
    const { clocks, wait } = machine(wall);
    const all = Array.from({ length: 10 }, () => new SilenceDetector(new Memory(), 'auto'));
    const silentAfter = (onWall: number, monotonic = onWall): number => {
      const jump = wait(onWall, monotonic);
      if (jump !== 0) for (const sensor of all) sensor.markDowntime(clocks.wall, onWall);
      return all.filter((sensor) => sensor.score(clocks.wall) > 1).length;
    };
    const live = (rounds: number): void => {
      for (let i = 0; i < rounds; i++) {
        expect(silentAfter(10 * SECOND)).toBe(0);
        for (const sensor of all) sensor.update(clocks.wall, false);
      }
    };
    return { silentAfter, live };
  }

  test.each([
    ['set from 1970 to 2026', 0, 56 * YEAR, 5 * SECOND],
    ['set ten years back', START, -10 * YEAR, 5 * SECOND],
    ['after a suspend of 8 hours', START, 8 * HOUR, 3 * SECOND],
    ['after 8 hours stopped', START, 8 * HOUR, 8 * HOUR],
  ])('%s: no sensor is silent then, and one that stops is found as soon as before', (_, wall, jump, elapsed) => {
    const { silentAfter, live } = sensors(wall);
    live(100);
    expect(silentAfter(jump, elapsed)).toBe(0);
    live(100);
    // A gap of ten usual gaps, 100 s, is not a silence yet.
    expect(Array.from({ length: 13 }, () => silentAfter(10 * SECOND))).toEqual([
      ...Array<number>(10).fill(0),
      10,
      10,
      10,
    ]);
  });
});
