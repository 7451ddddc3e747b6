import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { assign } from '../../bench/constants.mjs';
import { CONSTANTS } from '../../src/detect/constants.ts';

const detect = resolve(import.meta.dirname, '../../src/detect');
/** Files and folders between a reading and its score, in detect. */
const SCORING = ['evidence', 'forecast', 'recurrence', 'detector.ts', 'held-series.ts', 'series-model.ts'];
const files = SCORING.flatMap((room) =>
  room.endsWith('.ts')
    ? [room]
    : readdirSync(join(detect, room), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && file !== 'drift-test.ts') // a test of its own, beside the score
        .map((file) => `${room}/${file}`.replaceAll('\\', '/')),
);

/** Numbers that are declared elsewhere, and why they are no constants between a reading and its score. */
const STRUCTURE: Readonly<Record<string, string>> = {
  'detector.ts INPUTS_PER_SERIES': 'layout of the input of a network',
  'detector.ts RATE_POWER': 'from another constant',
  'evidence/level/context-density.ts FEATURES': 'layout: sin, cos and 1',
  'evidence/level/context-density.ts SETTLING': 'from another constant',
  'evidence/dwell/dwell-states.ts FADE': 'from another constant',
  'evidence/dwell/dwell-states.ts FOLLOW': 'from another constant',
  'evidence/dwell/dwell-states.ts FIRST_CHANGE': 'half of a step, from another constant',
  'evidence/dwell/dwell-states.ts LEVEL_SHARE': 'from another constant',
  'evidence/dwell/dwell-states.ts STATES': 'size of a table',
  'evidence/dwell/dwell-states.ts UNUSED': 'rounds to no dwell',
  'evidence/dwell/dwell-times.ts BLOCK': 'unit of memory',
  'evidence/dwell/dwell-times.ts AXES': 'layout',
  'evidence/dwell/dwell-times.ts BEYOND_LONGEST': 'one deviation',
  'evidence/dwell/dwell-times.ts CENTRE': 'place of 0 in a histogram',
  'evidence/dwell/dwell-times.ts EARLY': 'one deviation',
  'evidence/dwell/dwell-times.ts EXACT': 'guard against a variance of 0',
  'evidence/dwell/dwell-times.ts EXITS': 'index of an axis',
  'evidence/dwell/dwell-times.ts FEW': 'from another constant',
  'evidence/dwell/dwell-times.ts MEMORYLESS': 'a property of the exponential distribution',
  'evidence/dwell/dwell-times.ts RATE_KNOWN_AFTER': 'from another constant',
  'evidence/dwell/dwell-times.ts READY': 'from another constant',
  'evidence/dwell/dwell-times.ts RESOLVED': 'the sampling theorem',
  'evidence/dwell/dwell-times.ts SLOTS': 'hours of the day',
  'evidence/dwell/dwell-times.ts TIME': 'index of an axis',
  'evidence/rarity/extremes.ts MAX_RARITY': 'guard: a rarer record says nothing more',
  'evidence/flatline.ts MAX_COUNTED': 'bound of the cost of a reading',
  'evidence/flatline.ts MAX_RARITY': 'from another constant',
  'evidence/flatline.ts MAX_REPEATS': 'end of a histogram',
  'evidence/flatline.ts REPEAT_WIDTH': 'resolution of a histogram',
  'evidence/level/hourly-levels.ts BLOCK': 'unit of memory',
  'evidence/level/hourly-levels.ts PRIOR': 'one reading',
  'evidence/level/hourly-levels.ts BESIDE': 'resolution of a histogram',
  'evidence/level/hourly-levels.ts RESOLUTION': 'resolution of a histogram',
  'evidence/level/hourly-levels.ts ROWS': 'hours of working days and of days of rest',
  'evidence/level/hourly-levels.ts SLOTS': 'hours of the day',
  'forecast/calendar.ts SATURDAY_MS': 'the week',
  'evidence/joint-evidence.ts COUNT': 'slot',
  'evidence/joint-evidence.ts EACH': 'slots of a series',
  'evidence/joint-evidence.ts MAX_SQUARE': 'one alarm',
  'evidence/joint-evidence.ts SQUARE': 'slot',
  'evidence/jump.ts JUMP_SCALE': 'resolution of a histogram',
  'evidence/jump.ts MAX_ABS_Z': 'guard against overflow',
  'evidence/jump.ts USUAL_AFTER': 'from another constant',
  'evidence/kinds/cycle.ts CHANCES': 'how many questions are asked',
  'evidence/kinds/cycle.ts EARLY': 'name of a sentence',
  'evidence/kinds/cycle.ts LARGE': 'the middle of a movement',
  'evidence/kinds/cycle.ts REGULAR': 'half of a memoryless variation',
  'evidence/kinds/cycle.ts LATE': 'name of a sentence',
  'evidence/kinds/cycle.ts LEVEL': 'name of a sentence',
  'evidence/kinds/duration.ts CHANCES': 'how many questions are asked',
  'evidence/kinds/occupancy.ts KNOWN_AFTER': 'from another constant',
  'evidence/kinds/occupancy.ts RECENT_HOURS': 'from another constant',
  'evidence/kinds/occupancy.ts RENEWED': 'from another constant',
  'evidence/kinds/occupancy.ts SPANS': 'from another constant',
  'evidence/kinds/occupancy.ts SURE_DAYS': 'from another constant',
  'evidence/level/level-axis.ts AXIS_BINS': 'size of a histogram',
  'evidence/level/level-axis.ts EDGE': 'ends of a histogram',
  'evidence/level/level-axis.ts SAMPLE': 'size of a sample',
  'evidence/level/level-axis.ts SCALES': 'resolution of a histogram',
  'evidence/level/level-axis.ts WIDTH': 'of its bins',
  'evidence/level/mean-shift.ts LEFT_FROM': 'from another constant',
  'evidence/level/mean-shift.ts MAX_ABS_Z': 'end of a histogram',
  'evidence/level/mean-shift.ts WINSOR_AFTER': 'from another constant',
  'evidence/level/modes.ts MODES': 'size of a table',
  'evidence/regression-residuals.ts SWEEPS': 'passes of a numerical method',
  'evidence/score.ts HELD': 'weights as they are',
  'evidence/sequential-test.ts READINGS': 'slot',
  'evidence/rarity/tail.ts MAX_SPAN': 'resolution of single precision',
  'evidence/rarity/tail.ts TOP': 'end of a histogram',
  'evidence/dwell/turn-levels.ts BEYOND_FARTHEST': 'one deviation',
  'evidence/dwell/turn-levels.ts FEW': 'from another constant',
  'evidence/dwell/strokes.ts DIRECTIONS': 'up and down',
  'evidence/dwell/strokes.ts DROP': 'index of a direction',
  'evidence/dwell/strokes.ts RISE': 'index of a direction',
  'evidence/dwell/turns.ts DEVIATIONS': 'one deviation',
  'evidence/volatility.ts MAX_ABS_Z': 'guard against overflow',
  'forecast/alternatives.ts LAMBDAS': 'their powers of p need only square roots',
  'forecast/band.ts INSIDE': 'only in sentences and events: the band of the forecast',
  'forecast/band.ts LEFT_OUT': 'only in sentences and events',
  'forecast/band.ts PART': 'only a way to search',
  'forecast/band.ts PARTS': 'only a way to search',
  'forecast/baseline.ts PRIOR': 'one reading',
  'forecast/baseline.ts SLOTS': 'hours of the day',
  'forecast/calendar.ts FIRST_MONDAY': 'a date',
  'forecast/calendar.ts SUNDAY_MS': 'a date',
  'forecast/calendar.ts UTC': 'a calendar',
  'forecast/forecaster.ts CLIP': 'norm of a gradient: one',
  'forecast/forecaster.ts REGENERATION': 'guard: no figure changes without it',
  'forecast/season.ts SEASONS': 'layout of the input of a network',
  'recurrence/excursion.ts RUN_READINGS': 'from another constant',
  'recurrence/novelty-rate.ts LEAST_WEEKS': 'from another constant',
  'recurrence/novelty-rate.ts BUCKETS': 'size of a histogram',
  'recurrence/novelty-rate.ts PER_DECADE': 'resolution of that histogram',
  'recurrence/novelty-rate.ts PRIOR_EXCURSIONS': 'one event',
  'recurrence/novelty-rate.ts TOP_DECADE': 'end of that histogram',
  'recurrence/signature-slots.ts EACH': 'layout of a table',
  'recurrence/signature-slots.ts FAULT': 'name of a state',
  'recurrence/signature-slots.ts HABIT': 'name of a state',
  'recurrence/signature-slots.ts NEW': 'name of a state',
  'recurrence/signature-slots.ts NORMAL': 'name of a state',
  'recurrence/signatures.ts NAMED': 'only an order',
  'recurrence/signatures.ts PARTS': 'parts of the day in a table',
  'recurrence/signatures.ts PLACES': 'size of a table',
  'recurrence/signature-slots.ts PLAIN': 'name of a sort',
  'recurrence/signature-slots.ts STROKE': 'name of a sort',
  'recurrence/signature-slots.ts CONTEXTUAL': 'name of a sort',
  'series-model.ts FIRST_CHANGE_LEVEL': 'near the end of an axis',
  'series-model.ts MAX_ABS_Z': 'guard against overflow',
};

/** Upper-case names that a file declares with a number, without its lists of slots and fields of a memory. */
const numbersIn = (source: string): string[] =>
  source
    .replaceAll(/^\/\/ (?:Slots|Fields).*\n(?:(?:export )?const .*\n)+/gm, '')
    .split('\n')
    .flatMap((line) => /^\s*(?:export )?const ([A-Z][A-Z0-9_]*)\b[^=]*= [^;]*(?<!\w)\d/.exec(line)?.[1] ?? []);

test('40 constants lie between a reading and its score, weights included', () => {
  expect(Object.keys(CONSTANTS).length).toBeLessThanOrEqual(40);
});

test('each is a finite number with a name in capitals', () => {
  for (const [name, value] of Object.entries(CONSTANTS)) {
    expect(name).toMatch(/^[A-Z][A-Z_]*$/);
    expect(value).toSatisfy(Number.isFinite);
  }
});

test('each is used', () => {
  const source = files.map((file) => readFileSync(join(detect, file), 'utf8')).join('\n');
  expect(Object.keys(CONSTANTS).filter((name) => !new RegExp(`\\b${name}\\b`).test(source))).toEqual([]);
});

test('each number of this list exists', () => {
  const declared = files.flatMap((file) =>
    [...readFileSync(join(detect, file), 'utf8').matchAll(/\bconst ([A-Z][A-Z0-9_]*)\b/g)].map(
      ([, name]) => `${file} ${name}`,
    ),
  );
  expect(Object.keys(STRUCTURE).filter((name) => !declared.includes(name))).toEqual([]);
});

test('no other file of the scoring path declares a number, except for structure', () => {
  const declared = files.flatMap((file) =>
    numbersIn(readFileSync(join(detect, file), 'utf8')).map((name) => `${file} ${name}`),
  );
  expect(declared.filter((name) => !Object.hasOwn(STRUCTURE, name))).toEqual([]);
});

test('a benchmark assigns numbers to known names only', () => {
  const constants = { SPAN: 2000, TAIL: 0.02 };
  assign(constants, ['TAIL=0.05']);
  expect(constants).toEqual({ SPAN: 2000, TAIL: 0.05 });
  expect(() => {
    assign(constants, ['TALE=0.05']);
  }).toThrow(RangeError);
  expect(() => {
    assign(constants, ['TAIL=']);
  }).toThrow(RangeError);
  expect(() => {
    assign(constants, ['TAIL=wide']);
  }).toThrow(RangeError);
  expect(constants.TAIL).toBe(0.05);
});
