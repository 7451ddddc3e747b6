import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { readRecording } from '../../../src/io/files/recording.ts';
import type { Recording, RecordingOptions, RecordingRow } from '../../../src/io/files/recording.ts';

const directory = mkdtempSync(join(tmpdir(), 'zankyo-recording-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});
let files = 0;
const file = (content: string | Buffer): string => {
  const path = join(directory, `${files++}.csv`);
  writeFileSync(path, content);
  return path;
};

interface Read {
  readonly recording: Recording;
  readonly rows: RecordingRow[];
}
const read = async (content: string | Buffer, options?: RecordingOptions): Promise<Read> => {
  const recording = await readRecording(file(content), options);
  const rows: RecordingRow[] = [];
  for await (const row of recording) rows.push(row);
  return { recording, rows };
};
const plain = ({ rows }: Read): unknown => rows.map(({ at, values, row }) => [row, at, ...values]);

const NOON = Date.UTC(2025, 0, 31, 12);

test('the header names the columns; the time column and the numbers are found', async () => {
  const result = await read(
    'sensor,when,temperature,note,humidity\nA,2025-01-31T12:00:00Z,21.5,ok,40\nA,2025-01-31T12:01:00Z,-2e1,,41\n',
  );
  expect([result.recording.time, result.recording.values]).toEqual(['when', ['temperature', 'humidity']]);
  expect(plain(result)).toEqual([
    [1, NOON, 21.5, 40],
    [2, NOON + 60_000, -20, 41],
  ]);
});

test.each([
  ['2025-01-31 12:00:00', NOON],
  ['2025-01-31T13:00:00+01:00', NOON],
  ['2025-01-31T12:00:00.250Z', NOON + 250],
  [String(NOON / 1000), NOON],
  [String(NOON), NOON],
])('%s is a time', async (cell, at) => {
  expect(plain(await read(`t,v\n${cell},1\n`))).toEqual([[1, at, 1]]);
});

test.each([',', ';', '\t', '|'])('columns are parted by %j', async (delimiter) => {
  const lines = [
    ['t', '"a, b; c"', 'v'],
    [String(NOON), '1', '2'],
  ]
    .map((cells) => cells.join(delimiter))
    .join('\n');
  const result = await read(lines);
  expect(result.recording.values).toEqual(['a, b; c', 'v']);
  expect(plain(result)).toEqual([[1, NOON, 1, 2]]);
});

test('where ";" separates the columns, a comma is the decimal sign', async () => {
  expect(plain(await read(`t;v\n${NOON};21,5\n`))).toEqual([[1, NOON, 21.5]]);
  expect(plain(await read(`t;v\n${NOON};21,500\n`))).toEqual([[1, NOON, 21.5]]);
});

test('a small number is a value, not a time, unless its column is named', async () => {
  expect((await read(`id,v,t\n1,21.5,${NOON / 1000}\n`)).recording).toMatchObject({ time: 't', values: ['id', 'v'] });
  expect(plain(await read('s,v\n1,21.5\n2,22\n', { time: 's' }))).toEqual([
    [1, 1000, 21.5],
    [2, 2000, 22],
  ]);
});

test('columns can be chosen and left out', async () => {
  const content = `label,v,t,w\n0,1,${NOON},2\n`;
  expect((await read(content, { ignore: ['label'] })).recording.values).toEqual(['v', 'w']);
  expect(plain(await read(content, { values: ['w', 'label'] }))).toEqual([[1, NOON, 2, 0]]);
});

test('a missing cell is NaN, an unreadable one too and counted, a row without a time is skipped and counted', async () => {
  const content = `t,v,w\n${NOON},,1\n${NOON},NaN,2\n${NOON},unavailable,3\nyesterday,4,4\n${NOON},5,warm\n${NOON},6\n\n,7,7\n`;
  const result = await read(content);
  expect(plain(result)).toEqual([
    [1, NOON, NaN, 1],
    [2, NOON, NaN, 2],
    [3, NOON, NaN, 3],
    [5, NOON, 5, NaN],
    [6, NOON, 6, NaN],
  ]);
  expect(result.recording).toMatchObject({ skippedRows: 2, unreadableCells: 1 });
});

test('a byte order mark, Windows line ends, spaces and a missing last line end change nothing', async () => {
  const result = await read(`\u{feff}t , v\r\n${NOON}, 1 \r\n${NOON},2`);
  expect([result.recording.time, result.recording.values]).toEqual(['t', ['v']]);
  expect(plain(result)).toEqual([
    [1, NOON, 1],
    [2, NOON, 2],
  ]);
});

test('what is written comes back: any numbers, any delimiter, any number of rows', async () => {
  const cell = fc.double({ min: -1e30, max: 1e30, noNaN: true });
  const table = fc
    .integer({ min: 1, max: 4 })
    .chain((width) =>
      fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 250 }),
    );
  await fc.assert(
    fc.asyncProperty(table, fc.constantFrom(',', ';', '\t', '|'), async (numbers, delimiter) => {
      const header = ['t', ...numbers[0].map((_, index) => `v${index}`)];
      const lines = [header, ...numbers.map((values, row) => [NOON + row, ...values])];
      const result = await read(lines.map((cells) => cells.join(delimiter)).join('\n'));
      // -0 is written as 0.
      expect(plain(result)).toEqual(
        numbers.map((values, row) => [row + 1, NOON + row, ...values.map((value) => value + 0)]),
      );
      expect(result.recording).toMatchObject({ skippedRows: 0, unreadableCells: 0 });
    }),
    { numRuns: 30 },
  );
});

test('a long file is read bit by bit, and tells how far it is', async () => {
  const rows = 200_000;
  const content = `t,v\n${Array.from({ length: rows }, (_, n) => `${NOON + n},${n}\n`).join('')}`;
  const recording = await readRecording(file(content));
  expect(recording.bytesTotal).toBe(content.length);
  let count = 0;
  for await (const { row } of recording) {
    count++;
    if (row === rows / 4) expect(recording.bytesRead).toBeLessThan(content.length / 2);
  }
  expect(count).toBe(rows);
  expect(recording.bytesRead).toBe(content.length);
});

test('one can stop in the middle', async () => {
  const recording = await readRecording(file(`t,v\n${`${NOON},1\n`.repeat(100_000)}`));
  for await (const { row } of recording) if (row === 3) break;
  expect(recording.bytesRead).toBeLessThan(recording.bytesTotal);
});

test('"-" is standard input', async () => {
  const input = Buffer.from(`t,v\n${NOON},21.5\n`);
  const before = Object.getOwnPropertyDescriptor(process, 'stdin')!;
  // In pieces, as a pipe may deliver them: the header's end comes with the third.
  const pieces = [input.subarray(0, 1), input.subarray(1, 3), input.subarray(3, 10), input.subarray(10)];
  Object.defineProperty(process, 'stdin', { value: Readable.from(pieces), configurable: true });
  try {
    const recording = await readRecording('-');
    const rows: RecordingRow[] = [];
    for await (const row of recording) rows.push(row);
    expect(plain({ recording, rows })).toEqual([[1, NOON, 21.5]]);
    expect(recording).toMatchObject({ bytesTotal: input.length, bytesRead: input.length });
  } finally {
    Object.defineProperty(process, 'stdin', before);
  }
});

test('a few rows with more cells than the header has names are read, and counted; empty cells at the end are none', async () => {
  const usual = Array.from({ length: 20 }, (_, n) => `${NOON + n},${n},\n`).join('');
  expect((await read(`t,v\n${usual}`)).recording.notes).toEqual([]);
  const { recording, rows } = await read(`t,v\n${usual}${NOON + 20},20,cleaned, dried\n`);
  expect(recording.notes).toEqual(['Rows with more cells than the header has names: 1.']);
  expect(rows.at(-1)!.values).toEqual(Float64Array.of(20));
});

test.each([
  ['0', null],
  ['FALSE', null],
  ['', null],
  ['normal', 'normal'],
])('a column of labels that begins with "%s" begins with the text %j', async (cell, text) => {
  const { recording } = await read(`t,v,label\n${NOON},1,${cell}\n`, { labels: ['label'] });
  expect(recording).toMatchObject({ label: 'label', labelText: text });
});

describe('what cannot be read is named, with what is missing', () => {
  const refusal = async (content: string, options?: RecordingOptions): Promise<string> => {
    const error: unknown = await read(content, options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe('recording_unreadable');
    return (error as AppError).message.replace(/^\S+ /, '');
  };

  test('no such file, and a directory', async () => {
    await expect(readRecording('/nowhere.csv')).rejects.toThrow('/nowhere.csv does not exist');
    await expect(readRecording(directory)).rejects.toThrow(`${directory} is a directory`);
  });
  test.each([
    ['an empty file', '', 'is empty'],
    ['no header', `${NOON},21.5\n${NOON + 1},22\n`, 'has no header'],
    ['no time', 'a,b\n1,2\n', 'has no column that begins with a time'],
    ['no rows', 't,v\n', 'has a header and no rows'],
    ['another character between columns', `t^v\n${NOON}^1\n`, 'name it with --delimiter'],
    ['no numbers', `t,v\n${NOON},warm\n`, 'has no column of numbers beside "t": "v" begins with "warm"'],
    ['a row of units below the header', `t,v\n,degC\n${NOON},20\n`, 'as below a row of units, name the column'],
    [
      'a decimal comma between commas',
      `t,v,w\n${NOON},20,1,5,03\n`,
      `has 3 names in its header, but 5 cells in rows such as "${NOON},20,1,5,03": give each column a name. If the comma is also the decimal sign, separate the columns with semicolons.`,
    ],
    ['the same name twice', `t,v,v\n${NOON},1,2\n`, 'has two value columns with the name "v"'],
    ['a quote that never closes', `t,v\n${NOON},"${'x'.repeat(2_000_000)}`, 'is not a CSV file that can be read'],
  ])('%s', async (_, content, message) => {
    expect(await refusal(content)).toContain(message);
  });
  test.each([{ time: 'when' }, { values: ['when'] }, { ignore: ['when'] }])(
    'an unknown column: %j',
    async (options) => {
      expect(await refusal(`t,v\n${NOON},1\n`, options)).toBe('has no column "when"; its columns are t, v');
    },
  );
});

test('every row is there when it is asked for, with its time as it stands in the file', async () => {
  const { rows } = await read(`t,v\n${NOON},1\nyesterday,2\n,3\n`, { everyRow: true });
  expect(rows.map(({ at, time, values }) => [at, time, ...values])).toEqual([
    [NOON, String(NOON), 1],
    [NaN, 'yesterday', 2],
    [NaN, '', 3],
  ]);
});

test('labels mark the rows and are no values', async () => {
  const labels = ['anomaly', 'label', 'changepoint'];
  const content = `t,v,label,changepoint\n${NOON},1,0,1\n${NOON},2,1.0,0\n${NOON},3,,0\n${NOON},4,True,0\n${NOON},5,false,0\n`;
  const { recording, rows } = await read(content, { labels });
  expect([recording.label, recording.values]).toEqual(['label', ['v']]);
  expect(rows.map(({ label }) => label)).toEqual([false, true, false, true, false]);
  expect((await read(`t,v\n${NOON},1\n`, { labels })).recording.label).toBeNull();
});
