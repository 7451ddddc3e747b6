import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Presence } from '../../src/detect/forecast/presence.ts';
import { log2 } from '../../src/math/elementary.ts';
import { TimeGap } from '../../src/math/time-gap.ts';
import { Memory, section } from '../../src/math/memory.ts';

const MINUTE = 60_000;
const START = 1.7e12;

/** A gap after one reading per minute, the last at START. */
function minutely(memory = new Memory(), count = 60): TimeGap {
  const gap = new TimeGap(memory);
  for (let i = count - 1; i >= 0; i--) gap.update(START - i * MINUTE);
  return gap;
}

describe('the time gap', () => {
  test('is 0 in time, -1 at once, 1 after three usual gaps, 3 after fifteen', () => {
    const gap = minutely();
    expect(gap.usualMs).toBe(MINUTE);
    expect([0, 1, 3, 15].map((minutes) => gap.lateness(START + minutes * MINUTE))).toEqual([-1, 0, 1, 3]);
  });

  test('is 0 while nothing is usual', () => {
    const gap = new TimeGap(new Memory());
    expect(gap.lateness(START)).toBe(0);
    gap.update(START);
    expect(gap.lateness(START + MINUTE)).toBe(0);
  });

  test('a pause of a year counts as ten gaps once the habit is known', () => {
    const gap = minutely();
    gap.update(START + 365 * 1440 * MINUTE);
    expect(gap.usualMs).toBeCloseTo(MINUTE + (9 * MINUTE) / 50, 6); // the newest gap weighs 1/50
  });

  test('of all times is a number from -1 to 10, and grows with them', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1e12), { maxLength: 80 }), fc.nat(1e12), fc.nat(1e12), (gaps, a, b) => {
        const gap = new TimeGap(new Memory());
        let at = 0;
        for (const ms of gaps) gap.update((at += ms));
        const [sooner, later] = [gap.lateness(at + Math.min(a, b)), gap.lateness(at + Math.max(a, b))];
        expect(sooner).toBeGreaterThanOrEqual(-1);
        expect(later).toBeGreaterThanOrEqual(sooner);
        expect(later).toBeLessThanOrEqual(10);
      }),
    );
  });

  test('is remembered', () => {
    const [kept, back] = [new Memory(), new Memory()];
    const gap = minutely(kept);
    const restored = new TimeGap(back);
    back.fromBytes(kept.toBytes());
    expect(restored.lateness(START + 7 * MINUTE)).toBe(gap.lateness(START + 7 * MINUTE));
  });
});

test('presence: a missing series has a mask of 0 and a growing gap until its next reading', () => {
  const memory = new Memory();
  const presence = new Presence([section(memory, 'a'), section(memory, 'b')]);
  const observe = (minute: number, ...x: number[]): number[][] => {
    presence.update(START + minute * MINUTE, Float64Array.from(x));
    return [[...presence.mask], [...presence.gap]];
  };
  for (let t = 0; t < 60; t++) observe(t, 1, 2);
  expect(observe(60, 1, 2)).toEqual([
    [1, 1],
    [0, 0],
  ]);
  expect(observe(61, 1, NaN)).toEqual([
    [1, 0],
    [0, 0],
  ]);
  expect(observe(63, NaN, NaN)).toEqual([
    [0, 0],
    [log2(1.5), 1],
  ]);
  expect(observe(67, 1, 2)).toEqual([
    [1, 1],
    [Math.log2(3.5), 2],
  ]);
  expect(observe(68, 1, 2)[0]).toEqual([1, 1]);
});
