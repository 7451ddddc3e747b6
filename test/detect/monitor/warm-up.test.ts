import { describe, expect, test } from 'vitest';
import { WarmUp, type WarmUpOptions } from '../../../src/detect/monitor/warm-up.ts';
import { Memory } from '../../../src/math/memory.ts';

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
const DAY = 24 * HOUR;

function warmUpOf(options: Partial<WarmUpOptions> = {}, series = 1) {
  const warmUp = new WarmUp(new Memory(), series, { warmup: 400, warmupTimeMs: 0, ...options });
  const say = (count: number, gap: number, from = 0): void => {
    for (let i = 0; i < count; i++)
      warmUp.update({ stream: 'plant', at: from + i * gap, x: new Float64Array(series).fill(20) });
  };
  return { warmUp, say };
}

describe('it ends', () => {
  test.each([
    ['a reading a second: with the 400th', SECOND, 400],
    ['a reading in 5 minutes: with the 400th', 5 * MINUTE, 400],
    ['a reading in 10 minutes: after two days', 10 * MINUTE, 289],
    ['a reading in half an hour: after two days, not eight', 30 * MINUTE, 97],
    ['a reading an hour: after two days, not seventeen', HOUR, 49],
    ['a reading in two hours: with the fortieth', 2 * HOUR, 40],
  ])('for %s', (_, gap, count) => {
    const { warmUp, say } = warmUpOf();
    say(count - 1, gap);
    expect(warmUp.of(0)).toBeLessThan(1);
    say(1, gap, (count - 1) * gap);
    expect(warmUp.of(0)).toBe(1);
  });

  test('not before `warmup_time`, however many readings there were', () => {
    const { warmUp, say } = warmUpOf({ warmupTimeMs: 4 * DAY });
    say(1000, 5 * MINUTE);
    expect(warmUp.of(0)).toBeCloseTo((999 * 5 * MINUTE) / (4 * DAY), 12);
  });
});

describe('the time left', () => {
  test('is not known before the second reading', () => {
    const { warmUp, say } = warmUpOf();
    expect(warmUp.leftMs(0)).toBeNaN();
    say(1, MINUTE);
    expect(warmUp.leftMs(0)).toBeNaN();
  });

  test.each([
    ['of 300 more readings in 5 minutes', 5 * MINUTE, 100, 300 * 5 * MINUTE],
    ['of two days less the ten hours so far', HOUR, 11, 38 * HOUR],
    ['of 30 more readings in two hours', 2 * HOUR, 10, 60 * HOUR],
  ])('%s', (_, gap, count, left) => {
    const { warmUp, say } = warmUpOf();
    say(count, gap);
    expect(warmUp.leftMs(0)).toBe(left);
  });

  test('is that of a series that begins later, and of `warmup_time`', () => {
    const { warmUp, say } = warmUpOf({ warmupTimeMs: 3 * DAY }, 2);
    say(1000, 5 * MINUTE);
    warmUp.begin(1);
    say(101, 5 * MINUTE, 1000 * 5 * MINUTE);
    expect(warmUp.leftMs(0)).toBe(0);
    expect(warmUp.leftMs(1)).toBe(3 * DAY - 100 * 5 * MINUTE);
  });
});

test('a day is not seen in less than a day, a week not in less than a week', () => {
  const { warmUp, say } = warmUpOf();
  const unseen = [0, 23, 24, 167, 168].map((hour) => {
    say(1, HOUR, hour * HOUR);
    return warmUp.unseen(0).join();
  });
  expect(unseen).toEqual(['day,week', 'day,week', 'week', 'week', '']);
});
