import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterEach, describe, expect, test } from 'vitest';
import { AnomalyLog } from '../../src/io/sqlite/tables/anomaly-log.ts';
import { openDatabase } from '../../src/io/sqlite/database.ts';
import { HabitTable } from '../../src/io/sqlite/tables/habit-table.ts';
import { ModeTable } from '../../src/io/sqlite/tables/mode-table.ts';
import type { OperatingMode } from '../../src/detect/episode/operating-mode.ts';
import { habit } from '../habit.ts';
import { FIRST_STROKE, strokes } from '../strokes.ts';
import { startMosquitto } from './programs/mosquitto.ts';
import { directory, eventually, isWarning, runProgram, startProgram, type Program } from './programs/program.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const site = (url: string): string => `site: works
database: zankyo.db
timezone: Europe/Berlin
mqtt: { url: '${url}' }
inputs:
  - { topic: plant/+, name: '{1}', path: v, time: at, unit: '%' }
tuning: { network: false }
`;

const withSite = (url = 'mqtt://localhost'): string => {
  const { path, remove } = directory({ 'site.yaml': site(url) });
  cleanUps.push(remove);
  return path;
};

/** A fan at rest, for the second time. */
const mode = (over: Partial<OperatingMode> = {}): OperatingMode => ({
  stream: 'fan',
  series: 'fan',
  unit: 'kW',
  level: 0.04,
  spread: 0.01,
  since: Date.UTC(2026, 10, 21, 6),
  times: 2,
  lastAt: Date.UTC(2026, 10, 24, 9),
  present: false,
  ...over,
});

const lines = (text: string): readonly string[] => text.split('\n').slice(0, -1);

describe('the table of habits', () => {
  const opened = () => {
    const folder = mkdtempSync(join(tmpdir(), 'zankyo-habits-'));
    const db = openDatabase(join(folder, 'zankyo.db'));
    cleanUps.push(() => {
      db.close();
      rmSync(folder, { recursive: true });
    });
    return { db, log: new AnomalyLog(db, { quarantineRows: 1 }), table: new HabitTable(db) };
  };

  test('has one row for each, which a new announcement overwrites and a snapshot brings up to date', () => {
    const { log, table } = opened();
    log.recordHabit(habit({ label: 'The sump' }));
    expect(table.list()).toEqual([habit()]); // the display name is not stored
    const later = { lastAt: habit().lastAt + 86_400_000, perWeek: 49, reason: 'about 7 times a day' };
    log.recordHabitsOf('sump', [habit({ ...later, at: later.lastAt })]);
    expect(table.list()).toEqual([habit(later)]); // since when it is one has not changed
    log.recordHabit(habit({ ...later, at: later.lastAt }));
    expect(table.list()).toEqual([habit({ ...later, at: later.lastAt })]);
  });

  test('loses with a snapshot what is a habit of that stream no more, and only that', () => {
    const { log, table } = opened();
    for (const id of ['a', 'b']) log.recordHabit(habit({ id }));
    log.recordHabit(habit({ id: 'c', stream: 'hall', series: 'hall' }));
    log.recordHabitsOf('sump', [habit({ id: 'b' })]);
    expect(table.list().map(({ id }) => id)).toEqual(['c', 'b']);
    expect(table.list('sump-level').map(({ id }) => id)).toEqual(['b']);
    log.recordHabitsOf('sump', []);
    expect(table.list().map(({ id }) => id)).toEqual(['c']);
  });

  test('has the operating modes beside it, by level; a snapshot replaces those of its stream', () => {
    const { db, log } = opened();
    const modes = new ModeTable(db);
    const fast = mode({ level: 2.9, present: true, since: NaN, times: 3 });
    log.recordModesOf('fan', [fast, mode()]);
    log.recordModesOf('hall', [mode({ stream: 'hall', series: 'hall' })]);
    expect(modes.list('fan')).toEqual([mode(), { ...fast, since: null }]);
    log.recordModesOf('fan', []);
    expect(modes.list().map(({ series }) => series)).toEqual(['hall']);
  });

  test('is a view with times in seconds; an unknown value is null', () => {
    const { db, log } = opened();
    log.recordHabit(habit({ from: NaN, to: Infinity }));
    expect(db.prepare('SELECT time, since_time, last_time, from_value, to_value, seconds FROM v_habits').all()).toEqual(
      [
        {
          time: habit().at / 1000,
          since_time: habit().since / 1000,
          last_time: habit().lastAt / 1000,
          from_value: null,
          to_value: null,
          seconds: 1500,
        },
      ],
    );
  });
});

describe('`zankyo habits`', () => {
  const logged = (): string => {
    const cwd = withSite();
    const db = openDatabase(join(cwd, 'zankyo.db'));
    const log = new AnomalyLog(db, { quarantineRows: 1 });
    log.recordHabit(habit());
    log.recordHabit(habit({ id: 'h', stream: 'hall', series: 'hall', from: 20, to: 23.5, unit: '°C', perWeek: 7 }));
    db.close();
    return cwd;
  };

  test('lists them as a table, in the time of the site', async () => {
    const { code, stdout, stderr } = await runProgram(['habits', '-c', 'site.yaml'], logged());
    expect(lines(stdout)).toEqual([
      'series       from       to   lasts  comes about    since             last',
      '──────────  ─────  ───────  ──────  ─────────────  ────────────────  ────────────────',
      'hall        20 °C  23.5 °C  25 min  once a day     2026-11-21 07:00  2026-11-24 10:00',
      'sump-level   80 %     20 %  25 min  8 times a day  2026-11-21 07:00  2026-11-24 10:00',
    ]);
    expect([code, stderr]).toEqual([0, '']);
  });

  test('lists the levels at which a series stays, where there is more than one', async () => {
    const cwd = withSite();
    const db = openDatabase(join(cwd, 'zankyo.db'));
    const modes = [mode(), mode({ level: 2.9, times: 3, present: true })];
    new AnomalyLog(db, { quarantineRows: 1 }).recordModesOf('fan', modes);
    db.close();
    const { stdout } = await runProgram(['habits', '-c', 'site.yaml'], cwd);
    expect(lines(stdout)).toEqual([
      'No habits.',
      '',
      'series  stays near  times  since             last',
      '──────  ──────────  ─────  ────────────────  ────────────────',
      'fan        0.04 kW      2  2026-11-21 07:00  2026-11-24 10:00',
      'fan         2.9 kW      3  2026-11-21 07:00  now',
    ]);
    const json = await runProgram(['habits', '-c', 'site.yaml', '--series', 'fan', '--json'], cwd);
    expect(lines(json.stdout).map((line) => JSON.parse(line) as unknown)).toEqual(modes);
  });

  test('lists those of a series, as JSON, and says when there is none', async () => {
    const cwd = logged();
    const json = await runProgram(['habits', '--database', 'zankyo.db', '--series', 'sump-level', '--json'], cwd);
    expect(lines(json.stdout).map((line) => JSON.parse(line) as unknown)).toEqual([habit()]);
    const none = await runProgram(['habits', '-c', 'site.yaml', '--series', 'attic'], cwd);
    expect([none.code, none.stdout]).toEqual([0, 'No habits.\n']);
    const lost = await runProgram(['habits'], cwd);
    expect([lost.code, lost.stderr]).toEqual([64, 'which database? Give -c SITE.yaml or --database FILE\n']);
  });
});

test('the service publishes a habit once, also after a sudden death and a clean restart', async () => {
  const broker = await startMosquitto();
  cleanUps.push(() => broker.stop());
  const cwd = withSite(broker.url);
  const client = await connectAsync(broker.url);
  cleanUps.push(() => client.endAsync(true));
  const payloads: Record<string, unknown>[] = [];
  const statuses: string[] = [];
  client.on('message', (topic, payload) => {
    if (topic.endsWith('/status')) statuses.push(payload.toString());
    else payloads.push(JSON.parse(payload.toString()) as Record<string, unknown>);
  });
  await client.subscribeAsync(['zankyo/works/series/sump/event', 'zankyo/works/status'], { qos: 1 });
  const habits = () => payloads.filter(({ event_type: type }) => type === 'habit');
  const start = async (): Promise<Program> => {
    const program = startProgram(['run', '-c', 'site.yaml'], cwd);
    cleanUps.push(() => {
      program.child.kill('SIGKILL');
      return program.ended;
    });
    await eventually(() => statuses.at(-1) === 'online');
    return program;
  };
  const readings = strokes(10);
  let sent = 0;
  const publishUntil = async (day: number): Promise<void> => {
    for (; sent < 288 * day; sent++) {
      const { at, value } = readings[sent];
      await client.publishAsync('plant/sump', JSON.stringify({ v: value, at: new Date(at).toISOString() }), { qos: 1 });
    }
  };

  let program = await start();
  await publishUntil(8);
  await eventually(() => habits().length > 0);
  const [first] = habits();
  expect(first).toMatchObject({
    stream: 'sump',
    series: 'sump',
    since: new Date(FIRST_STROKE).toISOString(),
    unit: '%',
    reason: 'sump drops from 80 % to 20 % about 4 times a day; zankyo treats this as normal from now on.',
  });
  expect((await program.logged('habit: ')).msg).toBe(`habit: ${first['reason'] as string}`);
  await program.end('SIGKILL');
  await eventually(() => statuses.at(-1) === 'offline');

  program = await start();
  await publishUntil(9);
  expect((await program.end('SIGTERM')).code).toBe(0);
  program = await start();
  await publishUntil(10);
  expect((await program.end('SIGTERM')).code).toBe(0);
  expect(program.log().filter(isWarning)).toEqual([]);

  // The killed run may not have written that the alert was out: then the next one sends the same bytes again.
  expect(habits().length).toBeLessThanOrEqual(2);
  for (const copy of habits()) expect(copy).toEqual(first);
  const opened = payloads.filter(({ event_type: type }) => type === 'opened').map(({ at }) => at as string);
  expect(opened.filter((at) => at > (first['at'] as string))).toEqual([]);
  const { stdout } = await runProgram(['habits', '-c', 'site.yaml', '--json'], cwd);
  expect(lines(stdout).map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { id: first['id'], at: Date.parse(first['at'] as string), from: expect.closeTo(80, 0) as number },
  ]);
});
