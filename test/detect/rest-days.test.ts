import { describe, expect, test } from 'vitest';
import { Calendar } from '../../src/detect/forecast/calendar.ts';
import { Detector } from '../../src/detect/detector.ts';
import { Memory } from '../../src/math/memory.ts';
import { Random } from '../../src/math/random.ts';
import { DAY_MS, MINUTE_MS } from '../../src/math/time.ts';
import { DEFAULTS } from './options.ts';

const MONDAY = Date.UTC(2026, 0, 5);
const STEP_MS = 5 * MINUTE_MS;
const WEEKS = 7;
/** The Wednesday after these weeks. */
const WEDNESDAY = MONDAY + (7 * WEEKS + 2) * DAY_MS;

/** Hours of the day, from and to, and the level in them and at other times. */
type Plan = readonly [from: number, to: number, busy: number, rest: number];
const OFFICE: Plan = [8, 18, 8, 1.2]; // load, kW
const HEATING: Plan = [7, 17, 55, 35]; // flow temperature, °C

/**
 * Highest score on a Wednesday, and the day after, that is like a Sunday, after seven weeks in which Saturdays and Sundays were at rest and
 * working days were not.
 */
function quietWednesday(
  [from, to, busy, rest]: Plan,
  holiday: boolean,
): { score: number; leading: string; before: number } {
  const calendar = new Calendar(
    () => 0,
    (day) => holiday && day === WEDNESDAY / DAY_MS,
  );
  const detector = new Detector(new Memory(), [{ slug: 'load', only: 'both' }], {
    ...DEFAULTS,
    network: false,
    calendar,
  });
  const random = new Random(1);
  let [score, leading, before] = [0, '', 0];
  for (let at = MONDAY; at < WEDNESDAY + 2 * DAY_MS; at += STEP_MS) {
    const hour = (at % DAY_MS) / (60 * MINUTE_MS);
    const weekday = Math.floor((at - MONDAY) / DAY_MS) % 7;
    const works = weekday < 5 && !(at >= WEDNESDAY && at < WEDNESDAY + DAY_MS) && hour >= from && hour < to;
    const x = (works ? busy : rest) * (1 + 0.02 * random.normal());
    const verdict = detector.step({ stream: 'plant', at, x: Float64Array.of(x) });
    if (at < WEDNESDAY) {
      if (at > WEDNESDAY - 14 * DAY_MS) before = Math.max(before, verdict.score);
    } else if (verdict.score > score) {
      score = verdict.score;
      leading = detector.series[0].evidence.leading;
    }
  }
  return { score, leading, before };
}

describe.each([
  ['load of an office', OFFICE],
  ['flow temperature of a heating', HEATING],
] as const)('%s that rests on Saturdays and Sundays', (_, plan) => {
  test('raises an alarm when it rests on a working day', () => {
    const { score, leading, before } = quietWednesday(plan, false);
    expect(before).toBeLessThan(1);
    expect(score).toBeGreaterThan(1);
    expect(leading).toBe('occupancy');
  });

  test('raises none when that day is a holiday', () => {
    const x = quietWednesday(plan, true);
    expect(x.score).toBeLessThan(1);
  });
});
