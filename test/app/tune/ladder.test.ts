import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Ladder, rungWithin, type Rung } from '../../../src/app/tune/ladder.ts';

const options = { minDurationMs: 0, closeAfter: 2, hysteresis: 0.7, coolDownMs: 0, holdForMs: 0 };

/** The rungs after these scores, one a minute, of which `events` lie in an event. */
function rungsOf(scores: readonly number[], events: readonly number[] = [], base = 1): readonly Rung[] {
  const ladder = new Ladder(base, options);
  scores.forEach((score, i) => {
    ladder.step(60_000 * i, score, events[i] ?? -1);
  });
  return ladder.rungs;
}
const alarmsOf = (rungs: readonly Rung[]): readonly number[] => rungs.map(({ alarms }) => alarms);
/** A score that rounding cannot move over the line of a sensitivity. */
const scoreOffTheLine = fc.integer({ min: 0, max: 400 }).map((n) => n / 100 + 0.0013);
const at = (rungs: readonly Rung[], sensitivity: number): Rung =>
  rungs.find((rung) => rung.sensitivity === sensitivity)!;

test('each sensitivity from 0.1 to 3.2 opens its own episodes: log10 of it is added to each score', () => {
  const rungs = rungsOf([0, 1.5, 0, 0, 0.6, 0, 0, 2.1, 0, 0]);
  // 1.5 is above 1 from 10^-0.5 = 0.316 on, 2.1 already at 0.1, 0.6 from 10^0.4 = 2.51 on
  expect([0.1, 0.32, 0.5, 1, 2.5, 2.7].map((sensitivity) => at(rungs, sensitivity).alarms)).toEqual([1, 2, 2, 2, 2, 3]);
});

test('an event is found once, however often an alarm is raised in it', () => {
  const rungs = rungsOf([2, 0, 0, 2, 0, 0, 2, 0, 0], [0, 0, 0, 0, 0, 0, 1, -1, -1]);
  expect(at(rungs, 1)).toEqual({ sensitivity: 1, alarms: 3, falseAlarms: 0, found: 2 });
});

test('an alarm is false if it is raised outside of all events', () => {
  const rungs = rungsOf([2, 0, 0, 2, 0, 0, 2, 0, 0], [-1, -1, -1, 0, 0, -1, -1, 0, 0]);
  expect(at(rungs, 1)).toEqual({ sensitivity: 1, alarms: 3, falseAlarms: 2, found: 1 });
});

test('scores of a run at another sensitivity give the same estimate', () => {
  fc.assert(
    fc.property(fc.array(scoreOffTheLine, { maxLength: 60 }), (scores) => {
      const raised = scores.map((score) => score + Math.log10(2));
      expect(alarmsOf(rungsOf(raised, [], 2))).toEqual(alarmsOf(rungsOf(scores, [], 1)));
    }),
  );
});

test('the highest sensitivity within the acceptable false alarms, below which none has more', () => {
  const rungs = [0, 1, 3, 2, 5].map((falseAlarms, k) => ({ sensitivity: k + 1, alarms: 9, falseAlarms, found: 0 }));
  expect([0, 1, 2, 3, 4, 9].map((alarms) => rungWithin(rungs, alarms).sensitivity)).toEqual([1, 2, 2, 4, 4, 5]);
  expect(rungWithin(rungs, -1).sensitivity).toBe(1); // all have more
});
