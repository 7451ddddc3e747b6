import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { replay, siteOf, type ReplayOptions, type ReplaySummary, type ScoredRow } from '../../src/app/replay.ts';
import type { AnomalyEvent } from '../../src/detect/episode/anomaly.ts';
import { Schedule } from '../../src/config/calendar/schedule.ts';
import { readRecording } from '../../src/io/files/recording.ts';
import { roomTemperature, START_AT } from '../room-temperature.ts';

interface Replayed {
  readonly summary: ReplaySummary;
  readonly rows: readonly ScoredRow[];
  readonly events: readonly AnomalyEvent[];
  readonly notes: readonly string[];
}

async function replayed(csv: string, options: Partial<ReplayOptions> = {}): Promise<Replayed> {
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-replay-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  const path = join(directory, 'recording.csv');
  writeFileSync(path, csv);
  const rows: ScoredRow[] = [];
  const events: AnomalyEvent[] = [];
  const notes: string[] = [];
  const summary = await replay(await readRecording(path, { everyRow: true }), {
    log: (level, _fields, message) => level !== 'info' && notes.push(message),
    kernel: null,
    onEvent: (event) => events.push(event),
    onRow: (row) => {
      rows.push(row);
    },
    ...options,
  });
  return { summary, rows, events, notes };
}

const iso = (at: number): string => new Date(at).toISOString();

/** Two rooms that share the day but not the weather. */
const course = roomTemperature(700, { seed: 1, from: 600, until: 640 });
const other = roomTemperature(700, { seed: 2 });
const twoRooms = (cell: (i: number) => string = (i) => String(other[i].value)): string =>
  ['time,Hall,Attic', ...course.map(({ at, value }, i) => `${iso(at)},${value},${cell(i)}`)].join('\n');

/** The events of the fault. */
const opening = (events: readonly AnomalyEvent[]): AnomalyEvent =>
  events.find(({ phase, at }) => phase === 'opened' && at >= course[600].at)!;

const tuning = { warmup: 400 };

test('each row of one column gets its time, score and expected value', async () => {
  const csv = ['time,Hall', ...course.map(({ at, value }) => `${iso(at)},${value}`)].join('\n');
  const { summary, rows, events, notes } = await replayed(csv, { tuning });
  expect(summary).toEqual({
    rows: 700,
    firstAt: START_AT,
    lastAt: course[699].at,
    lateRows: 0,
    streams: [{ stream: 'hall', warmup: 1 }],
  });
  expect(rows.map(({ at, series, value }) => ({ at, series, value }))).toEqual(
    course.map(({ at, value }) => ({ at, series: 'hall', value: expect.closeTo(value, 9) as number })),
  );
  for (const { score, expected, lower, upper } of rows.slice(400)) {
    expect(score).not.toBeNull();
    expect(lower).toBeLessThanOrEqual(upper!);
    expect(expected).not.toBeNull();
  }
  expect(rows[600].score).toBeGreaterThan(1);
  expect(rows[600].anomaly).toBe(true);
  expect(rows.slice(0, 400).some(({ anomaly }) => anomaly)).toBe(false);
  expect(opening(events)).toMatchObject({ at: course[600].at, anomaly: { value: course[600].value } });
  expect(notes).toEqual([]);
});

test('columns are one group, in which one leads', async () => {
  const { summary, rows, events } = await replayed(twoRooms(), { tuning });
  expect(summary.streams.map(({ stream }) => stream)).toEqual(['recording']);
  expect(rows).toHaveLength(700);
  expect(rows[600]).toMatchObject({ anomaly: true, series: 'hall' });
  expect(Object.keys(opening(events).anomaly.contributions)).toEqual(['hall', 'attic']);
});

test('or separate streams, and the row gets the highest score', async () => {
  const apart = await replayed(twoRooms(), { tuning, separate: true });
  expect(apart.summary.streams.map(({ stream }) => stream)).toEqual(['hall', 'attic']);
  expect(apart.rows[600]).toMatchObject({ anomaly: true, series: 'hall' });
  const alone = (name: string, readings: readonly { at: number; value: number }[]): Promise<Replayed> =>
    replayed([`time,${name}`, ...readings.map(({ at, value }) => `${iso(at)},${value}`)].join('\n'), { tuning });
  const [hall, attic] = [await alone('Hall', course), await alone('Attic', other)];
  expect(apart.rows.map(({ score }) => score)).toEqual(
    hall.rows.map(({ score }, i) => Math.max(score!, attic.rows[i].score!)),
  );
  const byStream = (events: readonly AnomalyEvent[], stream: string): readonly AnomalyEvent[] =>
    events.filter(({ anomaly }) => anomaly.stream === stream);
  expect(byStream(apart.events, 'hall')).toEqual(hall.events);
  expect(byStream(apart.events, 'attic')).toEqual(attic.events);
});

test('a row with a missing cell is scored too, from the other series of its group', async () => {
  const gaps = (i: number): string => (i % 10 === 5 ? '' : i % 10 === 8 ? 'n/a' : String(other[i].value));
  const apart = await replayed(twoRooms(gaps), { tuning, separate: true });
  expect(apart.rows.map(({ at }) => at)).toEqual(course.map(({ at }) => at));
  expect(apart.rows.every(({ score }) => score !== null)).toBe(true);
  const group = await replayed(twoRooms(gaps), { tuning });
  expect(group.rows.map(({ at }) => at)).toEqual(course.map(({ at }) => at));
  expect(group.rows[600].anomaly).toBe(true);
});

test('a row without any number has no score', async () => {
  const empty = await replayed('time,a,b\n2024-01-01T00:00Z,1,2\n2024-01-01T00:01Z,,\n2024-01-01T00:02Z,1,2\n');
  expect(empty.rows[1]).toEqual({
    at: START_AT + 60_000,
    time: '2024-01-01T00:01Z',
    values: Float64Array.of(NaN, NaN),
    label: false,
    row: 2,
    score: null,
    anomaly: false,
    series: '',
    value: null,
    expected: null,
    lower: null,
    upper: null,
  });
  expect(empty.rows.map(({ series }) => series === '')).toEqual([false, true, false]);
  expect(empty.notes).toEqual([]);
});

test.each([false, true])(
  'a row whose reading is refused is answered by the fault of its sensor; separate: %s',
  async (separate) => {
    const { rows, events } = await replayed(
      twoRooms((i) => (i === 550 ? '-127' : String(other[i].value))),
      { tuning, separate },
    );
    expect(rows[550]).toMatchObject({ series: 'attic', anomaly: true, value: null, expected: null });
    const { anomaly } = events.find(({ anomaly }) => anomaly.kind === 'sensor')!;
    expect(anomaly).toMatchObject({ series: 'attic', score: rows[550].score, value: -127 });
    expect(anomaly.score).toBeGreaterThan(1);
    expect(rows[551].score).toBeLessThan(rows[550].score!);
  },
);
test('each row gets its own score, whatever cells are missing', async () => {
  const three = (cell: (i: number, d: number) => string): string =>
    ['time,a,b,c', ...course.map(({ at }, i) => [iso(at), ...[0, 1, 2].map((d) => cell(i, d))].join())].join('\n');
  const value = (i: number, d: number): string => String(100 * d + i);
  const missing = (i: number, d: number): boolean => [1, 2, 4, 7].includes((i + d * d) % 9);
  const { rows } = await replayed(three((i, d) => (missing(i, d) ? '' : value(i, d))));
  rows.forEach((row, i) => {
    const there = [0, 1, 2].filter((d) => !missing(i, d));
    expect(row).toMatchObject({ at: course[i].at, row: i + 1 });
    expect(row.score === null).toBe(there.length === 0);
    if (row.value !== null)
      expect(there.map((d) => 100 * d + i).some((x) => Math.abs(x - row.value!) < 1e-6)).toBe(true);
  });
});

test('a row whose time cannot be read, and one that is late, have no score', async () => {
  const { summary, rows } = await replayed(
    'time,a\n2024-01-01T00:01Z,1\nsoon,2\n2024-01-01T00:00Z,3\n2024-01-01T00:02Z,4\n',
  );
  expect(rows.map(({ time, score }) => [time, score !== null])).toEqual([
    ['2024-01-01T00:01Z', true],
    ['soon', false],
    ['2024-01-01T00:00Z', false],
    ['2024-01-01T00:02Z', true],
  ]);
  expect(summary).toMatchObject({ rows: 4, lateRows: 1 });
});

test('rows without a value of a sensor are silence: a fault of the sensor, as live', async () => {
  const quiet = (i: number): boolean => i >= 450 && i < 550;
  const csv = ['time,a', ...course.map(({ at, value }, i) => `${iso(at)},${quiet(i) ? '' : value}`)].join('\n');
  const { rows, events } = await replayed(csv, { tuning });
  const [opened] = events.filter(({ anomaly, phase }) => anomaly.reason.includes('silent') && phase === 'opened');
  expect(opened.anomaly.kind).toBe('sensor');
  expect(rows.slice(450, 550).map(({ anomaly }) => anomaly)).toEqual(
    course.slice(450, 550).map(({ at }) => at >= opened.at),
  );
  expect(rows[590].anomaly).toBe(false);
});

test('rows whose time does not advance are counted and not scored, as in the service', async () => {
  const minutes = [3, 1, 3, 4, 2, 5];
  const csv = ['time,a', ...minutes.map((minute) => `2024-01-01T00:0${minute}Z,${minute}`)].join('\n');
  const { summary, rows } = await replayed(csv);
  expect(summary).toMatchObject({ rows: 6, lateRows: 3, firstAt: START_AT + 180_000, lastAt: START_AT + 300_000 });
  expect(rows.map(({ value }) => value !== null)).toEqual([true, false, false, true, false, true]);
});

test('times shortly after 1970, as in simulations, are used without a change', async () => {
  const csv = ['second,x', ...Array.from({ length: 20 }, (_, i) => `${i + 1},${i % 4}`)].join('\n');
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-replay-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  const path = join(directory, 'simulated.csv');
  writeFileSync(path, csv);
  const rows: ScoredRow[] = [];
  const notes: string[] = [];
  await replay(await readRecording(path, { time: 'second' }), {
    log: (level, _fields, message) => level !== 'info' && notes.push(message),
    kernel: null,
    onEvent: () => undefined,
    onRow: (row) => {
      rows.push(row);
    },
  });
  expect(rows.map(({ at }) => at)).toEqual(Array.from({ length: 20 }, (_, i) => (i + 1) * 1000));
  expect(notes).toEqual([]);
});

test('columns whose names become the same slug, or that of the group, stay apart', () => {
  const names = (columns: readonly string[]): unknown => siteOf(columns, {}).groups['recording'].series;
  expect(names(['Temp A', 'temp-a', 'TEMP A'])).toEqual(['temp-a', 'temp-a-2', 'temp-a-3']);
  expect(names(['recording', '温度'])).toEqual(['recording-2', 'column-2']);
  expect(names(['a-2', 'a', 'A'])).toEqual(['a-2', 'a', 'a-3']);
});

test('the tuning of a site file is used as it was read', () => {
  expect(siteOf(['a'], { tuning: { cell: 'lstm', coolDown: 7200_000 } }).tuning).toMatchObject({
    cell: 'lstm',
    coolDown: 7200_000,
    warmup: 400,
  });
});

test('too many columns for rtrl in one group are refused', async () => {
  const columns = Array.from({ length: 200 }, (_, i) => i);
  const csv = [`time,${columns.map((i) => `c${i}`).join()}`, `${iso(START_AT)},${columns.join()}`].join('\n');
  await expect(replayed(csv, { tuning: { cell: 'lstm', learner: 'rtrl', hiddenSize: 50 } })).rejects.toThrow(
    'tuning: the influence matrix of rtrl would take 131 MiB for one stream',
  );
});

test('a maintenance window holds alarms back, until it ends; a window of another series does not', async () => {
  const csv = ['time,Hall', ...course.map(({ at, value }) => `${iso(at)},${value}`)].join('\n');
  const opened = async (from: number, until: number, series?: readonly string[]) => {
    const at = (minute: number) => iso(START_AT + minute * 60_000);
    const window = { from: at(from), until: at(until), ...(series && { series: [...series] }) };
    const calendar = { timezone: null, schedule: new Schedule([window], (wall) => wall), isHoliday: null };
    const { events } = await replayed(csv, { tuning, calendar });
    return events.filter(({ phase, at }) => phase === 'opened' && at >= course[590].at).map(({ at }) => at);
  };
  const [usual] = await opened(0, 1);
  expect(usual).toBeLessThan(course[625].at);
  expect(await opened(590, 800)).toEqual([]);
  expect(await opened(590, 630)).toEqual([course[630].at]);
  expect(await opened(590, 800, ['attic'])).toEqual(await opened(0, 1));
});
