import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { tuningSchema } from '../../../src/config/schema/tuning.ts';
import { CommandLog } from '../../../src/io/sqlite/tables/command-log.ts';
import { openDatabase } from '../../../src/io/sqlite/database.ts';
import { roomTemperature } from '../../room-temperature.ts';
import { runProgram } from '../programs/program.ts';
import { withFiles } from '../with-files.ts';

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

test('labels in words mark no row, so they are refused, unless windows of time stand in their place', async () => {
  const words = labelled.replace(/,0$/gm, ',normal').replace(/,1$/gm, ',fault');
  const cwd = withFiles({ 'words.csv': words, 'windows.json': JSON.stringify({ 'words.csv': [] }) });
  const { code, stderr, stdout } = await runProgram(['evaluate', 'words.csv'], cwd);
  expect([code, stdout]).toEqual([66, '']);
  expect(stderr).toContain(
    'words.csv has labels in the column "anomaly" that begin with "normal": write 1 for a row of a fault and 0 for another one',
  );
  expect((await runProgram(['evaluate', 'words.csv', '-w', 'windows.json'], cwd)).code).toBe(0);
}, 60_000);

describe('the answers of the operator', () => {
  const site =
    "site: home\ndatabase: zankyo.db\nmqtt: { url: 'mqtt://localhost' }\ninputs: [{ topic: s/+, name: '{1}' }]\n";
  const label = (id: string, kind: 'fault' | 'normal' | 'missed', from: number, until: number, series = 'hall') =>
    ({ id, kind, from, until, series, stream: series, event: null, note: null }) as const;
  const answered = (): string => {
    const cwd = withFiles({ 'plain.csv': plain, 'site.yaml': site });
    const db = openDatabase(join(cwd, 'zankyo.db'));
    const log = new CommandLog(db);
    // One event, in two answers that overlap; what is normal and what is said of others is none.
    log.addLabel(label('1', 'fault', course[FROM].at, course[FROM + 20].at));
    log.addLabel(label('2', 'missed', course[FROM + 10].at, course[UNTIL - 1].at));
    log.addLabel(label('3', 'normal', course[900].at, course[910].at));
    log.addLabel(label('4', 'fault', course[900].at, course[910].at, 'attic'));
    db.close();
    return cwd;
  };

  test('are the labels of a recording without its own', async () => {
    const { stdout, stderr } = await runProgram(['evaluate', 'plain.csv', '-c', 'site.yaml', '--json'], answered());
    expect((JSON.parse(stdout) as Evaluated).all).toMatchObject({ rows: 2000, events: 1, found: 1, medianDelayMs: 0 });
    expect(stderr).toMatch(/^Labels from .*zankyo\.db: 1 fault, 1 alarm that was normal\.$/m);
  });

  test('are what tune searches for', async () => {
    const args = ['tune', 'plain.csv', '-c', 'site.yaml', '-n', '1', '--json', '--tuning', 'network=false'];
    const { stdout } = await runProgram(args, answered());
    expect(JSON.parse(stdout)).toMatchObject({ chosen: { events: 1 } });
  });

  test('are listed, and written as windows', async () => {
    const cwd = answered();
    const listed = await runProgram(['labels', '-c', 'site.yaml', '--series', 'hall'], cwd);
    expect(listed.stdout.split('\n').map((line) => line.split(/ +/)[1])).toEqual([
      'said',
      expect.any(String),
      'normal',
      'fault',
      'missed',
      undefined,
    ]);
    const written = await runProgram(['labels', '-c', 'site.yaml', '--series', 'hall', '--windows'], cwd);
    expect(JSON.parse(written.stdout)).toEqual({
      'hall.csv': [[iso(course[FROM].at), iso(course[UNTIL - 1].at)]],
    });
  });
});

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

test('tune: YAML that a site file takes, and its results', async () => {
  const cwd = withFiles({ 'labelled.csv': labelled, 'short.csv': plain.split('\n').slice(0, 50).join('\n') });
  const { code, stdout, stderr } = await runProgram(['tune', 'labelled.csv', '-n', '10'], cwd);
  expect([code, stderr]).toEqual([0, '']);
  const yaml = parse(stdout) as { tuning: object };
  expect(tuningSchema.safeParse(yaml.tuning).success).toBe(true);
  expect(stdout).toMatch(/^# On labelled\.csv, after the warm-up: 1 of 1 event found, \d+ false alarms? in [\d.]+ d/m);
  expect(stdout).toMatch(
    /^# Log-loss of its forecasts: [\d.]+ nats a reading, before [\d.]+; the best of \d trials\.$/m,
  );

  const short = await runProgram(['tune', 'short.csv', '-n', '2'], cwd);
  expect([short.code, short.stdout]).toEqual([66, '']);
  expect(short.stderr).toContain('ends before the warm-up does');
}, 120_000);
