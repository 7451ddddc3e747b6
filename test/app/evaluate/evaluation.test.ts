import { expect, test } from 'vitest';
import type { Answers } from '../../../src/app/evaluate/answers.ts';
import { evaluate, figuresOf } from '../../../src/app/evaluate/evaluation.ts';
import { eventsIn } from '../../../src/app/evaluate/events.ts';

const HOUR = 3_600_000;

/** 1000 rows, one an hour, with alarms that open in these rows and last one row or to another; the first 150 rows are not scored. */
const answers = (alarms: readonly number[], last: Readonly<Record<number, number>> = {}): Answers => ({
  at: Float64Array.from({ length: 1000 }, (_, i) => i * HOUR),
  scores: Float64Array.from({ length: 1000 }, (_, i) => (alarms.includes(i) ? 2 : 0.1)),
  values: Float64Array.from({ length: 1000 }, (_, i) => Math.sin(i)),
  alarms: alarms.map((row) => [row, last[row] ?? row]),
  events: [],
  ready: true,
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
  expect(figures.falseAlarmsPerThousandRows).toBeCloseTo(2 / 0.75, 12);
  expect(figures.medianDelayMs).toBe(12.5 * HOUR);
});

test('an event that begins among the first rows does not count, up to its end', () => {
  const events = [
    [140, 159],
    [400, 401],
  ] as const;
  const evaluation = evaluate(answers([155, 160, 400]), events, 0);
  expect(evaluation.alarms).toEqual({ events: 1, found: 1, false: 1, delays: [0] }); // 155 is in the event, 160 is not
});

test('recordings together are pooled; a recording without a value is excluded from the mean', () => {
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
    ready: false,
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

test('an alarm that is raised within the tolerance before or after a label is in it, at once', () => {
  const events = [[300, 349]] as const;
  const found = { events: 1, found: 1, false: 0 };
  expect(evaluate(answers([297]), events).alarms).toEqual({ ...found, delays: [0] });
  expect(evaluate(answers([354]), events).alarms).toEqual({ ...found, delays: [54] });
  expect(evaluate(answers([294]), events).alarms).toEqual({ events: 1, found: 0, false: 1, delays: [] });
  expect(evaluate(answers([294]), events, 6 * HOUR).alarms).toEqual({ ...found, delays: [0] });
  expect(evaluate(answers([299]), events, 0).alarms).toEqual({ events: 1, found: 0, false: 1, delays: [] });
});

test('an alarm that is open when a label begins has found it, but its own beginning stays false', () => {
  const events = [
    [300, 349],
    [500, 509],
  ] as const;
  const open = evaluate(answers([250], { 250: 300 }), events);
  expect(open.alarms).toEqual({ events: 2, found: 1, false: 1, delays: [0] });
  expect(evaluate(answers([250], { 250: 299 }), events).alarms).toMatchObject({ found: 0, false: 1 });
});

test('between two labels that are close the rows are shared out, so that no alarm counts for both', () => {
  const events = [
    [300, 309],
    [314, 320],
  ] as const;
  const found = (row: number): number[] => {
    const { alarms, delaysMs } = evaluate(answers([row]), events);
    return [alarms.found, alarms.false, ...delaysMs];
  };
  expect([310, 311, 312, 313].map(found)).toEqual([
    [1, 0, 10 * HOUR],
    [1, 0, 11 * HOUR],
    [1, 0, 0],
    [1, 0, 0],
  ]);
});

test('false alarms per week are known from a week on', () => {
  const { falseAlarmsPerWeek, falseAlarmsPerThousandRows } = figuresOf([
    evaluate({ ...answers([300]), at: Float64Array.from({ length: 1000 }, (_, i) => i * 1000) }, []),
  ]);
  expect([falseAlarmsPerWeek, falseAlarmsPerThousandRows]).toEqual([NaN, 1000 / 850]);
});

test('how an alarm counts: not among the first rows, in a label, or false', () => {
  const { judge } = evaluate(answers([]), [[300, 349]]);
  expect([149, 150, 295, 349, 355].map(judge)).toEqual([
    'not counted',
    'false alarm',
    'in a label',
    'in a label',
    'false alarm',
  ]);
});
