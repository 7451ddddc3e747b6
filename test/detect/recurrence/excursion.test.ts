import { expect, test } from 'vitest';
import { Excursion } from '../../../src/detect/recurrence/excursion.ts';
import { Memory } from '../../../src/math/memory.ts';

const MINUTE_MS = 60_000;
const SECOND_MS = 1000;

/** Readings of one value each, an interval apart, of which the first one is at 0. */
const follow = (
  excursion: Excursion,
  values: readonly number[],
  evidence: readonly number[],
  intervalMs: number,
): void => {
  values.forEach((value, i) => {
    excursion.follow(i * intervalMs, value, values[i - 1] ?? NaN, evidence[i]);
  });
};

test('begins with the first reading of evidence 0.5, from the value before it', () => {
  const excursion = new Excursion(new Memory(), 0.5);
  follow(excursion, [80, 81, 60], [0.1, 0.49, 0.5], MINUTE_MS);
  expect([excursion.open, excursion.startAt, excursion.from, excursion.to]).toEqual([true, 2 * MINUTE_MS, 81, 60]);
});

test('has the farthest value and the time to it, the largest evidence, its length and the time at the far side', () => {
  const excursion = new Excursion(new Memory(), 0.5);
  //                            0     1    2    3    4    5    6   7
  follow(excursion, [80, 60, 20, 25, 70, 79, 80, 81], [0, 0.9, 3, 2, 0.6, 0.7, 0.2, 0.1], MINUTE_MS);
  const { from, to, riseMs, size, lengthMs, awayMs, lastAt } = excursion;
  expect({ from, to, riseMs, size, lengthMs, awayMs, lastAt }).toEqual({
    from: 80,
    to: 20,
    riseMs: MINUTE_MS, // from minute 1 to minute 2
    size: 3,
    lengthMs: 4 * MINUTE_MS, // from minute 1 to minute 5, the last one of at least 0.5
    awayMs: 2 * MINUTE_MS, // from minute 1 to minute 3: 25 is nearer to 20, 70 is nearer to 80
    lastAt: 5 * MINUTE_MS,
  });
});

test.each([
  ['every second: after 5 min', SECOND_MS, 300],
  ['every 15 s: after 5 min', 15 * SECOND_MS, 20],
  ['every hour: with the sixth calm reading', 60 * MINUTE_MS, 6],
])('readings %s it has ended', (_, intervalMs, calm) => {
  const excursion = new Excursion(new Memory(), 0.5);
  excursion.follow(0, 20, 80, 1);
  let n = 1;
  for (; !excursion.endsAt(n * intervalMs); n++) excursion.follow(n * intervalMs, 80, 80, 0);
  expect(n).toBe(calm);
});

test('a raised reading before the sixth calm one belongs to the same one', () => {
  const excursion = new Excursion(new Memory(), 0.5);
  for (let minute = 0; minute <= 40; minute++) {
    const raised = minute % 6 === 0;
    if (!raised) expect(excursion.endsAt(minute * MINUTE_MS)).toBe(false);
    excursion.follow(minute * MINUTE_MS, 80, 80, raised ? 1 : 0);
  }
  expect([excursion.startAt, excursion.lengthMs]).toEqual([0, 36 * MINUTE_MS]);
});

test.each([0, 1, 2, 3, 4])(
  'noticed %i readings after a jump from 80 to 20, it begins at the value before the jump',
  (late) => {
    const excursion = new Excursion(new Memory(), 0.5);
    const after = Array.from({ length: late + 1 }, (_, i) => 20 + 0.1 * i);
    const values = [79, 81, 80, 79.5, 80.5, 80, ...after];
    follow(
      excursion,
      values,
      values.map((_, i) => (i < values.length - 1 ? 0.4 : 0.6)),
      MINUTE_MS,
    );
    expect([excursion.startAt, excursion.from, excursion.to]).toEqual([(6 + late) * MINUTE_MS, 80, after.at(-1)]);
  },
);

test('without a reading before it, it begins at its own value', () => {
  const excursion = new Excursion(new Memory(), 0.5);
  excursion.follow(0, 20, NaN, 1);
  expect([excursion.from, excursion.to]).toEqual([20, 20]);
});

test('a new one has nothing of the last one', () => {
  const excursion = new Excursion(new Memory(), 0.5);
  follow(excursion, [80, 20, ...new Array<number>(12).fill(80)], [0, 4, ...new Array<number>(12).fill(0)], MINUTE_MS);
  excursion.close();
  expect(excursion.open).toBe(false);
  excursion.follow(60 * MINUTE_MS, 81, 80, 0.7);
  const { from, to, size, lengthMs, awayMs, riseMs } = excursion;
  expect({ from, to, size, lengthMs, awayMs, riseMs }).toEqual({
    from: 80,
    to: 81,
    size: 0.7,
    lengthMs: 0,
    awayMs: 0,
    riseMs: 0,
  });
});
