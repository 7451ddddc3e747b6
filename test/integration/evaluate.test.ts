import { afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { tuningSchema } from '../../src/config/schema.ts';
import { roomTemperature } from '../room-temperature.ts';
import { directory, runProgram } from './program.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** A directory with these files. */
const withFiles = (files: Readonly<Record<string, string>>): string => {
  const { path, remove } = directory(files);
  cleanUps.push(remove);
  return path;
};

const [FROM, UNTIL] = [1500, 1540];
const course = roomTemperature(2000, { seed: 3, from: FROM, until: UNTIL });
const iso = (at: number): string => new Date(at).toISOString();
const plain = ['time,Hall', ...course.map(({ at, value }) => `${iso(at)},${value}`)].join('\n');
const labelled = [
  'time,Hall,anomaly',
  ...course.map(({ at, value }, i) => `${iso(at)},${value},${i >= FROM && i < UNTIL ? 1 : 0}`),
].join('\n');
const windows = JSON.stringify({ 'plain.csv': [[iso(course[FROM].at), iso(course[UNTIL - 1].at)]] });

interface Evaluated {
  readonly files: readonly Record<string, unknown>[];
  readonly all: Record<string, unknown>;
}

test('evaluate: a column of labels and windows of time say the same, in JSON and as a table', async () => {
  const cwd = withFiles({ 'labelled.csv': labelled, 'plain.csv': plain, 'windows.json': windows });
  const column = await runProgram(['evaluate', 'labelled.csv', '--json'], cwd);
  const { files, all } = JSON.parse(column.stdout) as Evaluated;
  expect(column.code).toBe(0);
  expect(all).toMatchObject({ rows: 2000, events: 1, found: 1, recall: 1, medianDelayMs: 0 });
  expect(files).toEqual([{ file: 'labelled.csv', ...all }]);

  const inWindows = await runProgram(['evaluate', 'plain.csv', '-w', 'windows.json', '--json'], cwd);
  expect((JSON.parse(inWindows.stdout) as Evaluated).all).toEqual(all);

  const table = await runProgram(['evaluate', 'labelled.csv', 'labelled.csv'], cwd);
  const [header, , first, , last] = table.stdout.split('\n');
  expect(header).toMatch(
    /^recording +rows +found +recall +precision +VUS-PR +NAB +low FP +low FN +false\/1,000 rows +false\/week +delay$/,
  );
  expect(first).toMatch(/^labelled\.csv +2000 +1 of 1 +100 %/);
  expect(last).toMatch(/^2 recordings +4000 +2 of 2 +100 %/);
}, 120_000);

test('evaluate: without labels there is nothing to say, and exit code 66', async () => {
  const cwd = withFiles({ 'plain.csv': plain, 'windows.json': '{"other.csv": []}' });
  for (const [args, says] of [
    [['plain.csv'], 'plain.csv has no column of labels called anomaly, label, is_anomaly; name one with --label'],
    [['plain.csv', '--label', 'fault'], 'plain.csv has no column of labels "fault"; name one with --label'],
    [['plain.csv', '-w', 'windows.json'], 'windows.json has no windows for plain.csv, not even an empty list'],
    [['plain.csv', '-w', 'none.json'], 'none.json cannot be read; is it there?'],
  ] as const) {
    const { code, stdout, stderr } = await runProgram(['evaluate', ...args], cwd);
    expect([code, stdout, stderr]).toEqual([66, '', `${says}\n`]);
  }
});

test('tune: YAML that a site file takes, and what was seen with it', async () => {
  const cwd = withFiles({ 'labelled.csv': labelled, 'short.csv': plain.split('\n').slice(0, 50).join('\n') });
  const { code, stdout, stderr } = await runProgram(['tune', 'labelled.csv', '-n', '10'], cwd);
  expect([code, stderr]).toEqual([0, '']);
  const yaml = parse(stdout) as { tuning: object };
  expect(tuningSchema.safeParse(yaml.tuning).success).toBe(true);
  expect(stdout).toMatch(/^# On labelled\.csv, after the warm-up: \d+ alarms? in [\d.]+ d, 1 of 1 event found/m);
  expect(stdout).toMatch(
    /^# Log-loss of its forecasts: [\d.]+ nats a reading, before [\d.]+; the best of \d trials\.$/m,
  );

  const short = await runProgram(['tune', 'short.csv', '-n', '2'], cwd);
  expect([short.code, short.stdout]).toEqual([66, '']);
  expect(short.stderr).toContain('ends before the warm-up does');
}, 120_000);
