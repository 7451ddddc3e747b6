import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MeanShift } from '../../../../src/detect/evidence/level/mean-shift.ts';
import { Memory } from '../../../../src/math/memory.ts';
import { Random } from '../../../../src/math/random.ts';

const LASTING = 1000;

/** What the shift makes of each reading, and learns from it. */
const follow = (shift: MeanShift, readings: readonly number[], span = 2000): number[] =>
  readings.map((x) => {
    const score = shift.score(x);
    shift.learn(x, span);
    return score;
  });
/** The same without learning, as while the series is held. */
const hold = (shift: MeanShift, readings: readonly number[]): number[] =>
  readings.map((x) => {
    const score = shift.score(x);
    shift.learn(x, 2000, false);
    return score;
  });
const noise = (count: number, mean = 20, seed = 1): number[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => mean + random.normal());
};
const shiftOf = (): MeanShift => new MeanShift(new Memory());
const above = (scores: readonly number[]): number => scores.filter((score) => score > 1).length;

describe('noise of deviation 1 around 20', () => {
  test('for 100,000 readings is never a shift', () => {
    expect(above(follow(shiftOf(), noise(100_000)))).toBe(0);
  });

  test.each([1, 2, 3])('that moves by 3 deviations is found within 15 readings, and stays found: noise %i', (seed) => {
    const shift = shiftOf();
    follow(shift, noise(2000, 20, seed));
    const after = hold(shift, noise(LASTING, 17, seed + 10));
    const found = after.findIndex((score) => score > 1);
    expect(found).toBeGreaterThanOrEqual(0);
    expect(found).toBeLessThan(15);
    expect(above(after.slice(found))).toBeGreaterThan(0.99 * (LASTING - found));
    expect(shift.z).toBeLessThan(0);
    expect(shift.mean).toBeCloseTo(20, 0); // the reference has not moved
  });

  test('that moves back is in order at once, as soon as the recent mean is', () => {
    const shift = shiftOf();
    follow(shift, noise(2000));
    hold(shift, noise(500, 17, 2));
    expect(above(follow(shift, noise(500, 20, 3)).slice(20))).toBe(0);
  });
});

test('what was accepted is normal with the next reading; the way back is a shift, unless that level is kept as a mode', () => {
  for (const kept of [false, true]) {
    const shift = shiftOf();
    follow(shift, noise(2000));
    const { mode } = shift;
    hold(shift, noise(200, 14, 2));
    shift.accept();
    if (kept) shift.remember(mode);
    expect(above(follow(shift, noise(500, 14, 3)))).toBe(0);
    const back = hold(shift, noise(500, 20, 4));
    if (kept) expect(above(back.slice(40))).toBe(0);
    else expect(above(back)).toBeGreaterThan(400);
    expect(shift.mean).toBeCloseTo(kept ? 20 : 14, 0);
  }
});

test('a mode that is far away is reached too: a pump that runs at 200, is off at 0, and runs again', () => {
  const shift = shiftOf();
  follow(shift, noise(2000, 200));
  const running = shift.mode;
  shift.begin(0);
  follow(shift, noise(500, 0, 3));
  expect(shift.mean).toBeCloseTo(0, 0);
  shift.remember(running);
  expect(above(follow(shift, noise(500, 200, 4)).slice(60))).toBe(0);
  expect(above(follow(shift, noise(500, 0, 5)).slice(60))).toBe(0);
  expect(Math.abs(shift.mean)).toBeLessThan(3); // it learned on the way, too
});

describe('a guarded mean, which does not learn from what seems to be a shift', () => {
  const WEEK = 10_080; // readings, one a minute
  const guarded = (): MeanShift => new MeanShift(new Memory(), true);

  test('learns what comes four times a day: a run of a motor is no shift for ever', () => {
    const random = new Random(1);
    // It runs for 25 of 360 minutes, at 2.9 kW instead of 0.04.
    const motor = (days: number): number[] =>
      Array.from({ length: 1440 * days }, (_, i) => (i >= 300 && i % 360 < 25 ? 2.9 : 0.04) + 0.02 * random.normal());
    const shift = guarded();
    follow(shift, motor(5), WEEK);
    expect(above(follow(shift, motor(1), WEEK))).toBe(0);
  });

  test('does not learn a wash every other day that heats four times with pauses of 90 minutes', () => {
    const shift = guarded();
    follow(shift, noise(WEEK), WEEK);
    const wash = (k: number): number[] =>
      [0, 1, 2, 3].flatMap((n) => [...noise(25, 40, k + n), ...noise(90, 20, k + n)]);
    for (let k = 0; k < 5; k++) follow(shift, [...wash(k), ...noise(2420, 20, k)], WEEK);
    follow(shift, noise(30, 40, 9), WEEK);
    expect(shift.score(40)).toBeGreaterThan(1);
  });

  test('does not learn what comes every other day, nor what lasts', () => {
    const shift = guarded();
    follow(shift, noise(WEEK), WEEK);
    for (let k = 0; k < 5; k++) follow(shift, [...noise(25, 40, k), ...noise(2855, 20, k)], WEEK);
    follow(shift, noise(2000, 40, 9), WEEK);
    expect(shift.mean).toBeCloseTo(20, 0);
    expect(shift.score(40)).toBeGreaterThan(1);
  });
});

test('a return to a mode has a time, and that at which the mode was left', () => {
  const shift = shiftOf();
  follow(shift, noise(2000, 200));
  const running = shift.mode;
  shift.begin(0);
  follow(shift, noise(500, 0, 3));
  expect(shift.returnedAt).toBeNaN();
  shift.remember(running, 5000);
  noise(100, 200, 4).forEach((x, i) => {
    shift.score(x);
    shift.learn(x, 2000, true, 9000 + i);
  });
  expect(shift.returnedAt).toBeGreaterThanOrEqual(9000);
  expect(shift.returnedAt).toBeLessThan(9100);
  expect(shift.knownMode).toMatchObject({ leftAt: 5000, times: 2 });
  expect(Math.abs(shift.returnedFrom)).toBeLessThan(20);
});

test('a pump between two speeds: since when each is known, how often it has run at it, and when it left it', () => {
  const shift = shiftOf();
  let minute = 0;
  const run = (mean: number, count: number): void => {
    for (const x of noise(count, mean, minute)) {
      shift.score(x);
      shift.learn(x, 2000, true, ++minute);
    }
  };
  run(200, 2000);
  expect(shift.earlierModes).toEqual([]);
  expect(shift.mode).toMatchObject({ since: 1, times: 1 });
  const { mode } = shift;
  shift.begin(0);
  run(0, 500);
  shift.remember(mode, 2500);
  expect(shift.mode).toMatchObject({ since: 2500, times: 1 });
  expect(shift.earlierModes).toMatchObject([{ since: 1, times: 1, leftAt: 2500 }]);
  run(200, 100);
  expect(shift.mode).toMatchObject({ since: 1, times: 2 });
  expect(shift.earlierModes).toMatchObject([{ since: 2500, times: 1 }]);
  run(0, 100);
  expect(shift.mode).toMatchObject({ since: 2500, times: 2 });
  const [fast] = shift.earlierModes;
  expect(fast.times).toBe(2);
  expect(fast.leftAt).toBeGreaterThan(2600);
  expect(fast.leftAt).toBeLessThan(2650);
});

test('the reference is the mean of so many readings: over a longer span it moves less', () => {
  const [short, long] = [2000, 600_000].map((span) => {
    const shift = shiftOf();
    for (const x of [...noise(4000), ...noise(2000, 23, 2)]) {
      shift.score(x);
      shift.learn(x, span);
    }
    return shift.mean;
  });
  expect(long).toBeCloseTo(21, 1); // a third of all readings are 3 higher
  expect(short).toBeGreaterThan(21.7);
});

test('a walk that goes as far by nature is not accused of it', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const random = new Random(seed);
    let x = 20;
    const walk = Array.from({ length: 20_000 }, () => (x += 0.001 * (20 - x) + 0.1 * random.normal()));
    expect(above(follow(shiftOf(), walk))).toBeLessThan(100); // of 20,000; one seed of the five has 42, the others none
  }
});

describe('the score is the smaller one of |z| / 6 and a quarter of the rarity of |z|', () => {
  test('a mean that has never been there: the distance decides', () => {
    const shift = shiftOf();
    follow(shift, noise(2000));
    const score = hold(shift, noise(20, 17, 2)).at(-1)!;
    expect(score).toBeGreaterThan(1);
    expect(score).toBeCloseTo(Math.abs(shift.z) / 6, 12);
  });

  test('a mean that has been there for 20 of 2,000 readings before: as far, but not rare, so it is no alarm', () => {
    const shift = shiftOf();
    const round = (seed: number): number[] => [...noise(1980, 20, seed), ...noise(20, 30, seed + 100)];
    for (let seed = 1; seed <= 10; seed++) follow(shift, round(seed));
    const scores = round(11).map((x) => {
      const score = shift.score(x);
      shift.learn(x);
      return { score, z: Math.abs(shift.z) };
    });
    expect(Math.max(...scores.map(({ z }) => z / 6.4))).toBeGreaterThan(1.2);
    expect(Math.max(...scores.map(({ score }) => score))).toBeLessThan(0.9);
  });
});

test('z is 0 for 100 readings, and from the 101st on it is not', () => {
  const shift = shiftOf();
  const readings = noise(101);
  expect(follow(shift, readings.slice(0, 100))).toEqual(new Array<number>(100).fill(0));
  expect(shift.z).toBe(0);
  follow(shift, readings.slice(100));
  expect(shift.z).not.toBe(0);
});

test('a constant series: the means of late never differed, so z and the score are 0', () => {
  const shift = shiftOf();
  expect(follow(shift, new Array<number>(300).fill(20))).toEqual(new Array<number>(300).fill(0));
  expect(shift.z).toBe(0);
});

test('after a constant past the first change counts in full: there is no deviation yet to cut it at', () => {
  const shift = shiftOf();
  follow(shift, [...new Array<number>(300).fill(20), 21]);
  // The recent mean is 20 + 1/12; its square distance from 20 is averaged over the readings from the 12th to the 301st.
  expect(shift.spread).toBeCloseTo(Math.sqrt((1 / 12) ** 2 / 290), 12);
});

test('the spread is the root mean square of (recent mean - mean), from the twelfth reading on', () => {
  const shift = shiftOf();
  const readings = noise(30);
  follow(shift, readings);
  let [late, mean] = [0, 0];
  const squares: number[] = [];
  for (const [k, x] of readings.entries()) {
    late += Math.max(1 / (k + 1), 1 / 12) * (x - late);
    if (k >= 11) squares.push((late - mean) ** 2); // against the mean of the readings before
    mean += (x - mean) / (k + 1);
  }
  expect(shift.spread).toBeCloseTo(Math.sqrt(squares.reduce((sum, s) => sum + s) / squares.length), 12);
});

test('a wild value counts as one at 6 deviations: it moves the recent mean by a twelfth of the way there', () => {
  const shift = shiftOf();
  const readings = noise(1000);
  follow(shift, readings);
  const mean = readings.reduce((sum, x) => sum + x) / 1000;
  const deviation = Math.sqrt(readings.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 1000);
  const late = (): number => shift.mean + shift.z * shift.spread;
  shift.score(20); // its score is asked for, but it is not learned
  const before = (12 * late() - 20) / 11;
  shift.score(-1e9);
  expect(late()).toBeCloseTo(before + (mean - 6 * deviation - before) / 12, 9);
});

test('a shift within the first 200 readings is learned: so early it may be the usual level that comes', () => {
  const shift = shiftOf();
  follow(shift, noise(150));
  follow(shift, noise(50, 30, 2));
  expect(shift.mean).toBeGreaterThan(21);
});

test('one wild value is no shift, whatever it is, and moves neither mean', () => {
  for (const wild of [1e6, -1e300, Number.MAX_VALUE]) {
    const shift = shiftOf();
    follow(shift, noise(2000));
    const [score] = follow(shift, [wild]);
    expect(score).toBeLessThan(1);
    expect(shift.mean).toBeCloseTo(20, 0);
  }
});

test('whatever comes, scores are finite and not below 0', () => {
  const value = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ min: -50, max: 50, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(value, { maxLength: 400 }), (readings) => {
      for (const score of follow(shiftOf(), readings)) {
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThan(Infinity);
      }
    }),
  );
});
