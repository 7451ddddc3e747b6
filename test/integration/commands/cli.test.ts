import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { CELL_NAMES, LEARNER_NAMES } from '../../../src/app/compare/contenders.ts';
import type { Finding } from '../../../src/app/doctor/finding.ts';
import type { Anomaly } from '../../../src/detect/episode/anomaly.ts';
import { AnomalyLog } from '../../../src/io/sqlite/tables/anomaly-log.ts';
import { openDatabase } from '../../../src/io/sqlite/database.ts';
import { anomaly } from '../../cli/anomaly.ts';
import { roomTemperature } from '../../room-temperature.ts';
import { freePort, startMosquitto } from '../programs/mosquitto.ts';
import { MAIN, runProgram, type Ending } from '../programs/program.ts';
import { withFiles } from '../with-files.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const site = (url = 'mqtt://localhost'): string => `site: house
database: zankyo.db
mqtt: { url: '${url}' }
inputs:
  - topic: rooms/+
    name: '{1}'
`;

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as {
  version: string;
};

const lines = (text: string): readonly string[] => text.split('\n').slice(0, -1);

/** What an operator should see of a failure: one sentence and no more, nothing on stdout. */
const expectSentence = ({ code, stdout, stderr }: Ending, exit: number, says: string): void => {
  expect(stderr).toContain(says);
  expect(lines(stderr)).toHaveLength(1);
  expect(stdout).toBe('');
  expect(code).toBe(exit);
};

/** As a user who is not root; root may enter every folder. */
const runAsOther = async (args: readonly string[], cwd: string): Promise<Ending> => {
  const NOBODY = 65_534;
  if (process.getuid?.() !== 0) {
    chmodSync(join(cwd, 'private'), 0);
    cleanUps.push(() => {
      chmodSync(join(cwd, 'private'), 0o700);
    });
    return runProgram(args, cwd);
  }
  chmodSync(cwd, 0o755);
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, uid: NOBODY, gid: NOBODY, stdio: 'pipe' });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, signal: child.signalCode, stdout, stderr };
};

/** Makes a process as it is where the addon was never compiled. */
const HIDE_ADDON = `const Module = require('node:module');
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  if (request.endsWith('better_sqlite3.node'))
    throw Object.assign(new Error('Cannot find module ' + request), { code: 'MODULE_NOT_FOUND' });
  return resolve.call(this, request, ...rest);
};
`;

describe('a site file', () => {
  test('with mistakes: all of them, with their places, and exit code 78', async () => {
    const broken = `site: My House
mqtt:
  url: localhost
inputs:
  - topic: rooms/#/t
tuning:
  warmpu: 100
  cool_down: 1 hour
`;
    const cwd = withFiles({ 'site.yaml': broken });
    for (const command of [
      ['check', 'site.yaml'],
      ['check', '-c', 'site.yaml'],
      ['run', '-c', 'site.yaml'],
    ]) {
      const { code, stdout, stderr } = await runProgram(command, cwd);
      expect(lines(stderr).map((line) => line.split(': ').slice(0, 2).join(': '))).toEqual([
        'site.yaml:1:7: site',
        'site.yaml:3:8: mqtt.url',
        'site.yaml:5:12: inputs[0].topic',
        'site.yaml:7:3: tuning.warmpu',
        'site.yaml:8:14: tuning.cool_down',
      ]);
      expect(stderr).toContain('warmup');
      expect(stdout).toBe('');
      expect(code).toBe(78);
    }
  });

  test('that is not there: exit code 78', async () => {
    const cwd = withFiles();
    expectSentence(await runProgram(['check', 'site.yaml'], cwd), 78, 'site.yaml: there is no such file');
    expectSentence(await runProgram(['run', '-c', 'site.yaml'], cwd), 78, 'site.yaml: there is no such file');
  });

  test('that is not there, under systemd: the journal gets the sentence with the priority of an error', async () => {
    const cwd = withFiles({ stderr: '' });
    const fd = openSync(join(cwd, 'stderr'), 'w');
    const { dev, ino } = fstatSync(fd, { bigint: true });
    const env = { ...process.env, JOURNAL_STREAM: `${dev}:${ino}` };
    const child = spawn(process.execPath, [MAIN, 'run', '-c', 'none.yaml'], {
      cwd,
      env,
      stdio: ['ignore', 'ignore', fd],
    });
    await once(child, 'close');
    closeSync(fd);
    expect(child.exitCode).toBe(78);
    expect(readFileSync(join(cwd, 'stderr'), 'utf8')).toBe('<3>none.yaml: there is no such file\n');
  });

  test('that is right is said to be so', async () => {
    const { code, stdout, stderr } = await runProgram(['check', 'site.yaml'], withFiles({ 'site.yaml': site() }));
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'site.yaml: valid. Site house, 1 input, no groups.\n',
      stderr: '',
    });
  });

  test('with a broker that is there, and with one that is not: exit code 69', async () => {
    const broker = await startMosquitto();
    cleanUps.push(() => broker.stop());
    const good = await runProgram(['check', 'site.yaml', '--connect'], withFiles({ 'site.yaml': site(broker.url) }));
    expect(good.stdout).toBe('site.yaml: valid. Site house, 1 input, no groups, broker reached.\n');
    expect(good.code).toBe(0);
    const url = `mqtt://127.0.0.1:${await freePort()}`;
    const cwd = withFiles({ 'site.yaml': site(url) });
    expectSentence(await runProgram(['check', 'site.yaml', '--connect'], cwd), 69, `${url} refuses the connection`);
  });
});

describe('a wrong command line ends with 64', () => {
  test.each([
    [['frobnicate'], "error: unknown command 'frobnicate'"],
    [['run'], "error: required option '-c, --config <file>' not specified"],
    [['replay'], "error: missing required argument 'file'"],
    [['check'], 'which file? zankyo check SITE.yaml'],
    [['anomalies'], 'which database? Give -c SITE.yaml or --database FILE'],
    [['anomalies', '--database', 'x.db', '--limit', 'few'], 'Expected a whole number.'],
    [['evaluate'], "error: missing required argument 'files'"],
    [['evaluate', 'x.csv', '--tuning', 'warmpu=3'], 'tuning.warmpu: unknown option "warmpu"; did you mean "warmup"?'],
    [['tune', 'x.csv'], "error: required option '-n, --alarms-per-week <n>' not specified"],
    [['tune', 'x.csv', '-n', '0'], 'Expected a number above 0.'],
    [['tune', '-', '-n', '1'], 'tune reads the recording once for each trial: give a file, not standard input'],
    [['demo', '--for', '5x'], '--for 5x: expected real time such as 90s or 10m, or simulated time such as 14d'],
    [['demo', '--for', '0d'], '--for 0d: expected real time'],
    [['demo', '--for', '90'], '--for 90: expected real time'],
    [['demo', '--seed', '-1'], 'Expected a whole number.'],
    [['weights', 'export', 'hall', '-c', 'site.yaml'], "error: required option '-o, --out <file>' not specified"],
    [['weights', 'import', 'hall', '-c', 'site.yaml'], "error: missing required argument 'file'"],
    [['weights', 'burn'], "error: unknown command 'burn'"],
  ])('%j', async (args, says) => {
    const { code, stdout, stderr } = await runProgram(args, withFiles());
    expect(stderr).toContain(says);
    expect(stdout).toBe('');
    expect(code).toBe(64);
  });

  test('help and version are no mistakes', async () => {
    expect((await runProgram(['--help'])).code).toBe(0);
    expect(await runProgram(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });
});

describe('the database', () => {
  test('that cannot be used keeps the service from starting: exit code 1', async () => {
    const cwd = withFiles({ 'site.yaml': site().replace('zankyo.db', 'nowhere/zankyo.db') });
    const { code, stderr } = await runProgram(['run', '-c', 'site.yaml'], cwd);
    expect(stderr).toContain('nowhere/zankyo.db: its directory does not exist; create it, or set database to');
    expect(code).toBe(1);
    const foreign = withFiles({ 'site.yaml': site(), 'zankyo.db': 'This is a diary.\n'.repeat(100) });
    expectSentence(
      await runProgram(['anomalies', '-c', 'site.yaml'], foreign),
      1,
      'zankyo.db is not an SQLite database: set database to another file, or move this one away',
    );
  });

  test('in a directory that this user may not enter is said to be that, and not to be absent', async () => {
    const cwd = withFiles({ 'site.yaml': site() });
    openDatabase(join(cwd, 'zankyo.db')).close();
    mkdirSync(join(cwd, 'private'), { mode: 0o700 });
    renameSync(join(cwd, 'zankyo.db'), join(cwd, 'private/zankyo.db'));
    const path = join(cwd, 'private/zankyo.db');
    mkdirSync(join(cwd, 'private/deep'));
    for (const file of [path, join(cwd, 'private/deep/zankyo.db')]) {
      const says = `${file} cannot be opened: this user may not enter its directory; run as another user, or change its mode`;
      expectSentence(await runAsOther(['anomalies', '--database', file], cwd), 1, says);
    }
    const absent = join(cwd, 'absent.db');
    expectSentence(
      await runProgram(['anomalies', '--database', absent], cwd),
      1,
      `${absent} cannot be opened: there is no such file`,
    );
  });

  test('needs the compiled addon of better-sqlite3: without it one sentence with the remedy, and no file is left', async () => {
    const cwd = withFiles({ 'site.yaml': site(), 'hide.cjs': HIDE_ADDON });
    const env = { NODE_OPTIONS: `--require ${join(cwd, 'hide.cjs')}` };
    const { code, stdout, stderr } = await runProgram(['run', '-c', 'site.yaml'], cwd, undefined, env);
    expect(lines(stderr)).toEqual([
      expect.stringMatching(/: run "npm run install" in .*\/node_modules\/better-sqlite3/),
    ]);
    expect([code, stdout]).toEqual([1, '']);
    expect(existsSync(join(cwd, 'zankyo.db'))).toBe(false);

    // The demo ends as well: its broker runs before the service cannot.
    const demo = await runProgram(['demo', '--for', '1s'], cwd, undefined, env);
    expect(demo.code).toBe(1);
    expect(lines(demo.stderr).at(-1)).toContain('run "npm run install" in ');

    const doctor = await runProgram(['doctor', '--json'], cwd, undefined, env);
    const { ok, findings } = JSON.parse(doctor.stdout) as { ok: boolean; findings: readonly Finding[] };
    expect([ok, doctor.code]).toEqual([false, 1]);
    expect(findings.filter(({ state }) => state === 'problem')).toMatchObject([
      { part: 'machine', about: 'SQLite', text: expect.stringContaining('npm run install') as string },
    ]);
  });

  const NOW = Date.now();
  const HOUR = 3_600_000;
  const hourOf = (id: string, startAt: number, rest: Partial<Anomaly> = {}): Anomaly =>
    anomaly({
      id,
      startAt,
      openedAt: startAt,
      peakAt: startAt,
      endAt: startAt + HOUR,
      score: 2.5,
      reason: `The reason of ${id}.`,
      evidence: { level: 1 },
      incident: id,
      ...rest,
    });
  const old = hourOf('old', Date.UTC(2024, 0, 1, 12), { series: 'attic', stream: 'attic' });
  const recent = hourOf('recent', NOW - 2 * HOUR, { endAt: null });

  const logged = (): string => {
    const cwd = withFiles({ 'site.yaml': site() });
    const db = openDatabase(join(cwd, 'zankyo.db'));
    const log = new AnomalyLog(db, { quarantineRows: 1 });
    for (const one of [old, recent]) log.record({ anomaly: one, at: one.startAt, receivedAt: one.startAt });
    db.close();
    return cwd;
  };

  test('is listed, newest first, as lines and as JSON', async () => {
    const cwd = logged();
    const plain = await runProgram(['anomalies', '-c', 'site.yaml'], cwd);
    expect(lines(plain.stdout)[1]).toBe('2024-01-01 12:00  1 h       major     process    2.50  The reason of old.');
    expect(lines(plain.stdout)[0]).toMatch(/^\S+ \S+ {2}open {6}major {5}process {4}2\.50 {2}The reason of recent\.$/);
    const json = await runProgram(['anomalies', '--database', 'zankyo.db', '--json'], cwd);
    expect(lines(json.stdout).map((line) => JSON.parse(line) as unknown)).toEqual([recent, old]);
    expect([plain.code, json.code, plain.stderr, json.stderr]).toEqual([0, 0, '', '']);
  });

  test('is searched by time, series and number', async () => {
    const cwd = logged();
    const ids = async (...args: string[]): Promise<unknown> => {
      const { stdout } = await runProgram(['anomalies', '-c', 'site.yaml', '--json', ...args], cwd);
      return lines(stdout).map((line) => (JSON.parse(line) as Anomaly).id);
    };
    expect(await ids('--since', '1d')).toEqual(['recent']);
    expect(await ids('--since', '2023-12-31')).toEqual(['recent', 'old']);
    expect(await ids('--series', 'attic')).toEqual(['old']);
    expect(await ids('--limit', '1')).toEqual(['recent']);
    const none = await runProgram(['anomalies', '-c', 'site.yaml', '--series', 'cellar'], cwd);
    expect([none.code, none.stdout]).toEqual([0, 'No anomalies.\n']);
    const wrong = await runProgram(['anomalies', '-c', 'site.yaml', '--since', 'monday'], cwd);
    expectSentence(wrong, 64, '--since monday: expected a duration such as 2d or a time such as 2026-11-23');
  });

  test('is on the page of its period, which is written beside the numbers', async () => {
    const cwd = logged();
    const args = ['report', '-c', 'site.yaml'];
    const page = await runProgram([...args, '-o', 'report.html'], cwd);
    expect(page).toMatchObject({ code: 0, stdout: '1 alarm, 1 still open.\n', stderr: 'Report: report.html\n' });
    const written = readFileSync(join(cwd, 'report.html'), 'utf8');
    expect(written).toContain('The reason of recent.');
    expect(written).not.toContain('The reason of old.');
    const json = await runProgram([...args, '--since', '2024-01-01', '--until', '2024-02-01', '--json'], cwd);
    expect(JSON.parse(json.stdout)).toMatchObject({
      since: '2024-01-01T00:00:00.000Z',
      alarms: { alarms: 1, open: 0 },
    });
    const empty = await runProgram([...args, '--until', '2024-01-01', '--since', '2023-01-01', '-o', 'x.html'], cwd);
    expect([empty.code, empty.stdout]).toEqual([0, 'No alarms in this period.\n']);
    expectSentence(await runProgram(args, cwd), 64, 'where to? Give -o REPORT.html, or --json for the numbers');
    const turned = await runProgram([...args, '--json', '--until', '2024-01-01'], cwd);
    expectSentence(turned, 64, '--since 7d: is not before the end of the period');
  });
});

test('`schema` prints the files of config/', async () => {
  const { code, stdout } = await runProgram(['schema']);
  const file = readFileSync(join(import.meta.dirname, '../../../config/zankyo.schema.json'), 'utf8');
  expect(JSON.parse(stdout)).toEqual(JSON.parse(file));
  expect(code).toBe(0);
  const state = await runProgram(['schema', 'state']);
  const ofState = readFileSync(join(import.meta.dirname, '../../../config/schemas/state.schema.json'), 'utf8');
  expect([state.code, JSON.parse(state.stdout)]).toEqual([0, JSON.parse(ofState)]);
  expect((await runProgram(['schema', 'weather'])).code).toBe(64);
});

describe('the doctor', () => {
  interface Report {
    readonly ok: boolean;
    readonly findings: readonly Finding[];
  }
  const report = async (cwd: string, ...args: string[]): Promise<Report & Pick<Ending, 'code'>> => {
    const { code, stdout, stderr } = await runProgram(['doctor', '--json', ...args], cwd);
    expect(stderr).toBe('');
    return { code, ...(JSON.parse(stdout) as Report) };
  };
  const about = ({ findings }: Report, subject: string): readonly Finding[] =>
    findings.filter(({ about }) => about === subject);

  test('says what runs here and how fast, in columns, and that all is well', async () => {
    const { code, stdout, stderr } = await runProgram(['doctor'], withFiles());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [machine, program, processor, sqlite, memory, blank, networks, core, step, ...end] = lines(stdout);
    expect([machine, blank, networks, end]).toEqual(['This machine', '', 'The networks', ['', 'All is well.']]);
    expect(program).toBe(
      `  ok       program    zankyo ${version} on Node ${process.versions.node}, ${process.platform} ${process.arch}.`,
    );
    expect(processor).toMatch(/^ {2}ok {7}processor {2}\S.*, \d+ cores?\.$/);
    expect(sqlite).toBe('  ok       SQLite     The compiled addon of better-sqlite3 works.');
    expect(memory).toMatch(/^ {2}ok {7}memory {5}[\d.]+ \wiB of [\d.]+ \wiB are free\.$/);
    expect(core).toMatch(
      /^ {2}ok {7}core {7}SIMD kernel of [\d.]+ KiB, compiled in [\d.]+ ms: .*\/dist\/kernel\.wasm$/,
    );
    expect(step).toMatch(
      /^ {2}ok {7}step {7}gru of 16 units, tbptt, 1 series: [\d.,]+ µs \(Float64: [\d.,]+ µs\), [\d,]+ streams at 1 Hz on this core\.$/,
    );
  });

  test('looks after a site: its file, its networks, the password, the database and the broker', async () => {
    const broker = await startMosquitto();
    cleanUps.push(() => broker.stop());
    const text = `${site(broker.url)}    tuning: { cell: elementwise, learner: rtrl, horizon: 8 }
  - { topic: p/a, name: a }
  - { topic: p/b, name: b }
groups: { pump: { series: [a, b], tuning: { learner: snap1, cell: lstm, hidden_size: 8 } } }
`;
    const cwd = withFiles({ 'site.yaml': text });
    const found = await report(cwd, '-c', 'site.yaml');
    expect([found.ok, found.code]).toEqual([true, 0]);
    expect(about(found, 'step').map(({ data }) => data!['network'])).toEqual([
      'elementwise of 16 units, rtrl, 1 series',
      'lstm of 8 units, snap1, 2 series (pump)',
    ]);
    for (const { data } of about(found, 'step'))
      expect(data!['streamsAt1Hz']).toBe(Math.floor(1e6 / (data!['microseconds'] as number)));
    expect(about(found, 'file')).toMatchObject([
      { state: 'ok', text: 'site.yaml is valid: site house, 3 inputs, 1 group.' },
      { state: 'warning', text: expect.stringContaining('inputs[0].tuning.horizon: has no effect') as string },
    ]);
    expect(about(found, 'password')).toMatchObject([{ state: 'ok', data: { source: null } }]);
    expect(about(found, 'broker')).toMatchObject([
      { state: 'ok', text: `${broker.url} accepts the connection, the subscriptions and publishing.` },
    ]);
    expect(about(found, 'database')).toMatchObject([{ state: 'ok', data: { path: join(cwd, 'zankyo.db') } }]);
    expect(existsSync(join(cwd, 'zankyo.db'))).toBe(false); // it only looks
  });

  test('ends as the first problem would: 78 for the file, then 1 for the database, 69 for the broker', async () => {
    const url = `mqtt://127.0.0.1:${await freePort()}`;
    const away = await report(withFiles({ 'site.yaml': site(url) }), '-c', 'site.yaml');
    expect([away.ok, away.code]).toEqual([false, 69]);
    expect(about(away, 'broker')).toMatchObject([{ state: 'problem', code: 'broker_unavailable' }]);

    const nowhere = site(url).replace('zankyo.db', 'nowhere/zankyo.db');
    const homeless = await report(withFiles({ 'site.yaml': nowhere }), '-c', 'site.yaml');
    expect(homeless.code).toBe(1);
    expect(homeless.findings.filter(({ state }) => state === 'problem').map(({ code }) => code)).toEqual([
      'database_unusable',
      'broker_unavailable',
    ]);

    const wrong = await report(withFiles({ 'site.yaml': `${site(url)}colour: red\nsize: big\n` }), '-c', 'site.yaml');
    expect(wrong.code).toBe(78);
    expect(about(wrong, 'file').map(({ state, text }) => [state, text.split(': ')[1]])).toEqual([
      ['problem', 'colour'],
      ['problem', 'size'],
    ]);
    expect(about(wrong, 'broker')).toEqual([]);
    expect((await report(withFiles(), '-c', 'none.yaml')).code).toBe(78);
  });
});

describe('a comparison', () => {
  const course = roomTemperature(1200, { from: 900, until: 920 });
  const csv = ['time,Hall', ...course.map(({ at, value }) => `${new Date(at).toISOString()},${value}`), ''].join('\n');
  const few = ['--cells', 'rnn', 'elementwise', '--learners', 'rtrl', 'snap1', '--hidden', '8'];

  test('prints a line for each contender, what they mean, and writes a report', async () => {
    const cwd = withFiles({ 'room.csv': csv });
    const { code, stdout, stderr } = await runProgram(['compare', 'room.csv', ...few], cwd);
    const [header, , ...rest] = lines(stdout);
    expect(header).toMatch(/^contender +log-loss +last half +µs\/reading +memory +anomalies$/);
    expect(rest.slice(0, rest.indexOf('')).map((line) => line.split(/ {2,}/)[0])).toEqual([
      'baseline',
      'RNN · RTRL',
      'RNN · SnAp-1',
      'element-wise · RTRL',
    ]);
    for (const line of rest.slice(0, rest.indexOf('')))
      expect(line).toMatch(/^\S.*\S +\d+\.\d{3}[ *] +\d+\.\d{3}[ *] +\d+\.\d[ *] +\d+ KiB[ *] +\d+$/);
    expect(rest.slice(rest.indexOf('') + 1).length).toBeGreaterThan(3);
    expect(lines(stderr)).toEqual([
      'Left out: element-wise · SnAp-1 is the same as RTRL, because its units have no connections.',
      expect.stringMatching(/^1200 rows of 1 series over 20 h, 4 contenders of 8 units in SIMD, in /),
      'Report: compare.html',
    ]);
    expect(readFileSync(join(cwd, 'compare.html'), 'utf8')).toMatch(/^<!doctype html>[^]*<\/html>\n$/);
    expect(code).toBe(0);
  });

  test('gives JSON, and its report where it is wanted', async () => {
    const cwd = withFiles({ 'room.csv': csv });
    const args = ['compare', 'room.csv', ...few, '--json', '--out', 'report.html'];
    const { code, stdout } = await runProgram(args, cwd);
    const { contenders, recording, hiddenSize } = JSON.parse(stdout) as {
      contenders: { id: string; loss: number; bytes: number; microseconds: number; episodes: Anomaly[] }[];
      recording: { rows: number };
      hiddenSize: number;
    };
    expect([recording.rows, hiddenSize, code]).toEqual([1200, 8, 0]);
    for (const { loss, bytes, microseconds, episodes } of contenders) {
      expect(Math.min(loss, bytes, microseconds)).toBeGreaterThan(0);
      expect(episodes.some(({ startAt }) => startAt === course[900].at)).toBe(true);
    }
    expect(existsSync(join(cwd, 'report.html'))).toBe(true);
  });

  test('that cannot be made is refused before it begins', async () => {
    const cwd = withFiles({ 'room.csv': csv });
    const refused = async (says: string, ...args: string[]): Promise<void> => {
      expectSentence(await runProgram(['compare', ...args], cwd), 64, says);
    };
    await refused('reads the recording once for each contender: give a file', '-');
    await refused('--hidden 0: expected a whole number from 1 to 128', 'room.csv', '--hidden', '0');
    await refused(
      '--out nowhere/r.html: cannot be written; does the directory exist, and may this user write to it?',
      'room.csv',
      '--out',
      'nowhere/r.html',
    );
    const cell = await runProgram(['compare', 'room.csv', '--cells', 'cnn'], cwd);
    expect([cell.code, cell.stderr]).toEqual([64, expect.stringContaining(`choices are ${CELL_NAMES.join(', ')}.`)]);
    const learner = await runProgram(['compare', 'room.csv', '--learners', 'sgd'], cwd);
    expect(learner.stderr).toContain(`choices are ${LEARNER_NAMES.join(', ')}.`);
    expectSentence(await runProgram(['compare', 'none.csv'], cwd), 66, 'none.csv does not exist');
  });
});

describe('a recording', () => {
  const FAULT = 600;
  const course = roomTemperature(700, { from: FAULT, until: FAULT + 20 });
  const csv = ['time,Hall', ...course.map(({ at, value }) => `${new Date(at).toISOString()},${value}`), ''].join('\n');
  const calm = 'site: x\nmqtt: { url: mqtt://localhost }\ninputs: [{ topic: a }]\ntuning: { sensitivity: 0.9 }\n';
  const files = { 'room.csv': csv, 'calm.yaml': calm };

  test('is replayed: one line for each anomaly, the rest on stderr', async () => {
    const { code, stdout, stderr } = await runProgram(['replay', 'room.csv', '-c', 'calm.yaml'], withFiles(files));
    const time = new Date(course[FAULT].at).toISOString().slice(0, 16).replace('T', ' ');
    expect(lines(stdout)).toHaveLength(1);
    expect(stdout).toMatch(new RegExp(`^${time} {2}.* (minor|major|critical) .* hall .*\\.\\n$`));
    expect(lines(stderr)).toHaveLength(1);
    expect(stderr).toMatch(/^700 rows, 11\.7 h of readings, in .* s \(\d+ µs a row\)\.\n$/);
    expect(code).toBe(0);
  });

  test('has its times by the clock of the site, as its sentences have', async () => {
    const cwd = withFiles({ ...files, 'calm.yaml': `${calm}timezone: Asia/Kolkata\n` });
    const { stdout } = await runProgram(['replay', 'room.csv', '-c', 'calm.yaml'], cwd);
    const time = new Date(course[FAULT].at + 5.5 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
    expect(stdout).toMatch(new RegExp(`^${time} {2}.*\\(since ${time} \\+05:30`));
  });

  test('gives JSON lines, and scores with a row for each of its own', async () => {
    const cwd = withFiles(files);
    const args = ['replay', 'room.csv', '-c', 'calm.yaml', '--json', '--out', 'scores.csv'];
    const { code, stdout } = await runProgram(args, cwd);
    const [anomaly, ...more] = lines(stdout).map((line) => JSON.parse(line) as Anomaly);
    expect(more).toEqual([]);
    expect(anomaly).toMatchObject({ series: 'hall', startAt: course[FAULT].at, value: course[FAULT].value });
    const [header, ...rows] = lines(readFileSync(join(cwd, 'scores.csv'), 'utf8'));
    expect(header).toBe('timestamp,score,is_anomaly,series,value,expected,lower,upper');
    expect(rows.map((row) => row.split(',')[0])).toEqual(course.map(({ at }) => new Date(at).toISOString()));
    const marked = rows.flatMap((row, i) => (row.split(',')[2] === '1' ? [i] : []));
    expect(marked[0]).toBe(FAULT);
    expect(Number(rows[FAULT].split(',')[1])).toBeCloseTo(anomaly.score, 9);
    expect(code).toBe(0);
  });

  test('is read from standard input as well; one that is too short ends with 66', async () => {
    const short = csv.split('\n').slice(0, 100).join('\n');
    const { code, stdout, stderr } = await runProgram(['replay', '-'], withFiles(), short);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^99 rows/);
    expect(stderr).toContain('hall: still warming up at the end (24 %), so no alarms.');
    expect(stderr).toContain('Standard input ends before the warm-up does (400 readings of a series)');
    expect(code).toBe(66);
  });

  test('that is none ends with 66', async () => {
    const cwd = withFiles({ 'notes.txt': 'Milk, bread\nand butter\n' });
    expectSentence(await runProgram(['replay', 'none.csv'], cwd), 66, 'none.csv does not exist');
    expectSentence(await runProgram(['replay', 'notes.txt'], cwd), 66, 'has no column that begins with a time');
    expectSentence(await runProgram(['replay', '.'], cwd), 66, 'is a directory; name a file');
  });

  test('whose scores cannot be written is a wrong command line', async () => {
    const ending = await runProgram(['replay', 'room.csv', '--out', 'nowhere/scores.csv'], withFiles(files));
    expectSentence(
      ending,
      64,
      '--out nowhere/scores.csv: cannot be written; does the directory exist, and may this user write to it?',
    );
  });

  test('whose columns become the same name is learned column by column', async () => {
    const rows = course.slice(0, 50).map(({ at, value }) => `${at},${value},${2 * value}`);
    const csv = ['time,Hall,HALL', ...rows].join('\n');
    const { code, stderr } = await runProgram(['replay', '-', '--separate'], withFiles(), csv);
    expect(stderr).toMatch(/^50 rows/);
    expect(lines(stderr)).toContain('hall-2: still warming up at the end (12 %), so no alarms.');
    expect(code).toBe(66);
  });
});
