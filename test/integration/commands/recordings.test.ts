import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { roomTemperature } from '../../room-temperature.ts';
import { runProgram } from '../programs/program.ts';
import { withFiles } from '../with-files.ts';

const FAULT = 1500;
const course = roomTemperature(2000, { seed: 3, from: FAULT, until: FAULT + 40 });
const iso = (at: number): string => new Date(at).toISOString();
const lines = course.map(({ at, value }) => `${iso(at)},${value}`);
const room = ['time,Hall', ...lines].join('\n');
const isFault = (i: number): 0 | 1 => (i >= FAULT && i < FAULT + 40 ? 1 : 0);
const labelled = [
  'time,Hall,anomaly,changepoint',
  ...lines.map((line, i) => `${line},${isFault(i)},${i === FAULT ? 1 : 0}`),
].join('\n');

describe('label columns', () => {
  test('replay does not learn them as sensors', async () => {
    const cwd = withFiles({ 'room.csv': room, 'labelled.csv': labelled });
    const plain = await runProgram(['replay', 'room.csv', '--json'], cwd);
    const { code, stdout, stderr } = await runProgram(['replay', 'labelled.csv', '--json'], cwd);
    expect([code, stdout]).toEqual([0, plain.stdout]);
    expect(stderr).toContain('Label columns, not learned: anomaly, changepoint.');
  });

  test('compare does not learn them as sensors', async () => {
    const cwd = withFiles({ 'labelled.csv': labelled });
    const few = ['--cells', 'elementwise', '--learners', 'tbptt', '--json'];
    const { stdout } = await runProgram(['compare', 'labelled.csv', ...few], cwd);
    expect((JSON.parse(stdout) as { recording: { columns: string[] } }).recording.columns).toEqual(['Hall']);
  });
});

describe('a recording that ends before the warm-up ends with exit code 66', () => {
  const short = { 'short.csv': labelled.split('\n').slice(0, 100).join('\n') };

  test.each([
    [['replay', 'short.csv']],
    [['evaluate', 'short.csv']],
    [['compare', 'short.csv', '--cells', 'elementwise', '--learners', 'tbptt']],
    [['tune', 'short.csv', '-n', '1']],
  ])('%j', async (args) => {
    const cwd = withFiles(short);
    const { code, stderr } = await runProgram(args, cwd);
    expect(stderr).toContain('short.csv ends before the warm-up does');
    expect(code).toBe(66);
    expect(existsSync(join(cwd, 'compare.html'))).toBe(false);
  });
});

test('a recording that is newest first is sorted, and a line on stderr reports it', async () => {
  const cwd = withFiles({ 'room.csv': room, 'newest.csv': ['time,Hall', ...lines.toReversed()].join('\n') });
  const plain = await runProgram(['replay', 'room.csv', '--json'], cwd);
  const { code, stdout, stderr } = await runProgram(['replay', 'newest.csv', '--json'], cwd);
  expect([code, stdout]).toEqual([0, plain.stdout]);
  expect(stderr).toContain('The newest row is first: rows sorted by time.');
});

describe('evaluate', () => {
  const evaluated = async (csv: string, args: string[] = []): Promise<Record<string, unknown>> => {
    const { stdout } = await runProgram(['evaluate', 'room.csv', '--json', ...args], withFiles({ 'room.csv': csv }));
    return (JSON.parse(stdout) as { all: Record<string, unknown> }).all;
  };
  /** The alarm starts at the fault, and the label `later` rows after it. */
  const labelledLate = (later: number): string =>
    ['time,Hall,anomaly', ...lines.map((line, i) => `${line},${i >= FAULT + later ? isFault(i) : 0}`)].join('\n');

  test('an alarm that starts three samples before its label is found, and not false', async () => {
    const onTime = await evaluated(labelledLate(0));
    const late = await evaluated(labelledLate(3));
    expect(late).toMatchObject({ events: 1, found: 1, falseAlarms: onTime['falseAlarms'], medianDelayMs: 0 });
  });

  test('false alarms are given per 1,000 rows, and per week only when a week was recorded', async () => {
    const all = await evaluated(labelledLate(0));
    expect(all['falseAlarmsPerThousandRows']).toBeTypeOf('number');
    expect(all['falseAlarmsPerWeek']).toBeNull();
  });
});

test('replay and evaluate write a page with charts', async () => {
  const cwd = withFiles({ 'labelled.csv': labelled });
  const replayed = await runProgram(['replay', 'labelled.csv', '--report', 'replay.html'], cwd);
  expect([replayed.code, replayed.stderr]).toEqual([0, expect.stringMatching(/^Report: replay\.html$/m)]);
  const evaluated = await runProgram(['evaluate', 'labelled.csv', '--report', 'evaluate.html'], cwd);
  expect([evaluated.code, evaluated.stderr]).toEqual([0, 'Report: evaluate.html\n']);
  for (const page of ['replay.html', 'evaluate.html'])
    expect(readFileSync(join(cwd, page), 'utf8')).toMatch(/^<!doctype html>[^]*<h3>Hall<small>[^]*<\/html>\n$/);
  const nowhere = await runProgram(['replay', 'labelled.csv', '--report', 'no/page.html'], cwd);
  expect([nowhere.code, nowhere.stderr]).toEqual([
    64,
    '--report no/page.html: cannot be written; does the directory exist, and may this user write to it?\n',
  ]);
});

test('a date that may be read in two ways ends with 66 and the options to choose from', async () => {
  const csv = ['Date,Hall', ...Array.from({ length: 9 }, (_, i) => `0${i + 1}/02/2025 10:00,20`)].join('\n');
  const { code, stdout, stderr } = await runProgram(['replay', '-'], withFiles({}), csv);
  expect([code, stdout]).toEqual([66, '']);
  expect(stderr).toContain('give --time-format "%d/%m/%Y %H:%M" (day first) or --time-format "%m/%d/%Y %H:%M"');
});

test('a command line that contradicts itself ends with 64', async () => {
  const cwd = withFiles({ 'room.csv': room });
  const usage = async (...args: string[]): Promise<string> => {
    const { code, stderr } = await runProgram(args, cwd);
    expect(code).toBe(64);
    return stderr;
  };
  expect(await usage('replay', 'room.csv', '-t', 'a', '-t', 'b', '-t', 'c')).toContain('one of dates and one of times');
  expect(await usage('replay', 'room.csv', '--time-format', '%H')).toContain(
    'a year (%Y), a month (%m) and a day (%d)',
  );
  expect(await usage('evaluate', 'room.csv', '--tolerance', 'much')).toBe(
    '--tolerance much: expected a duration such as 30s, 5m or 1h30m\n',
  );
});
