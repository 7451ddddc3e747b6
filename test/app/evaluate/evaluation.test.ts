import { expect, test } from 'vitest';
import type { Answers } from '../../../src/app/evaluate/answers.ts';
import { evaluate, figuresOf } from '../../../src/app/evaluate/evaluation.ts';
import { eventsIn } from '../../../src/app/evaluate/events.ts';

const HOUR = 3_600_000;

/** 1000 rows, one an hour, with these alarms; the first 150 rows are not scored. */
const answers = (alarms: readonly number[]): Answers => ({
  at: Float64Array.from({ length: 1000 }, (_, i) => i * HOUR),
  scores: Float64Array.from({ length: 1000 }, (_, i) => (alarms.includes(i) ? 2 : 0.1)),
  values: Float64Array.from({ length: 1000 }, (_, i) => Math.sin(i)),
  alarms,
  events: [],
});

test('events found, false alarms a week and the median delay, by hand', () => {
  const events = [
    [300, 349],
    [500, 509],
    [700, 739],
  ] as const;
  const evaluation = evaluate(answers([100, 200, 305, 306, 720, 900]), events);
  expect(evaluation).toMatchObject({
    rows: 1000,
    alarms: { events: 3, found: 2, false: 2, delays: [5, 20] },
    delaysMs: [5 * HOUR, 20 * HOUR],
  });
  // 850 scored rows span 849 hours, and 100 of the rows are in events.
  expect(evaluation.quietWeeks).toBeCloseTo((849 / 168) * (750 / 850), 12);
  const figures = figuresOf([evaluation]);
  expect(figures).toMatchObject({ rows: 1000, events: 3, found: 2, falseAlarms: 2, precision: 0.5, recall: 2 / 3 });
  expect(figures.falseAlarmsPerWeek).toBeCloseTo(2 / evaluation.quietWeeks, 12);
  expect(figures.medianDelayMs).toBe(12.5 * HOUR);
});

test('an event that begins among the first rows teaches and does not count, to its end', () => {
  const evaluation = evaluate(answers([155, 160, 400]), [
    [140, 159],
    [400, 401],
  ]);
  expect(evaluation.alarms).toEqual({ events: 1, found: 1, false: 1, delays: [0] }); // 155 is in the event, 160 is not
});

test('recordings together are pooled; what has nothing to say is left out of the mean', () => {
  const one = evaluate(answers([300]), [[300, 309]]);
  const none = evaluate(answers([400]), []);
  expect(figuresOf([none])).toMatchObject({ events: 0, precision: 0, recall: NaN, vusPr: NaN, medianDelayMs: NaN });
  expect(figuresOf([one, none])).toMatchObject({ rows: 2000, found: 1, falseAlarms: 1, vusPr: one.vusPr });
});

test('a recording that ended before anything could be scored has no figures, and is no failure', () => {
  const empty = {
    at: new Float64Array(),
    scores: new Float64Array(),
    values: new Float64Array(),
    alarms: [],
    events: [],
  };
  expect(figuresOf([evaluate(empty, [])])).toMatchObject({ rows: 0, precision: NaN, falseAlarmsPerWeek: NaN });
});

test('the rows of windows of time: both ends belong, a window without rows is none', () => {
  const at = Float64Array.of(0, 10, 20, 20, 30);
  expect(
    eventsIn(
      [
        [10, 20],
        [21, 29],
        [30, 99],
      ],
      at,
    ),
  ).toEqual([
    [1, 3],
    [4, 4],
  ]);
});
