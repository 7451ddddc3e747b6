import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { readLabelWindows } from '../../src/io/files/label-windows.ts';
import { readRecording, type RecordingOptions } from '../../src/io/files/recording.ts';
import { damaged, fuzz, hostileJson } from '../fuzz.ts';

/* Files that a person hands us: rows and windows, or one sentence that names the file. */

const directory = mkdtempSync(join(tmpdir(), 'zankyo-fuzz-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});
const path = join(directory, 'given');

/** Whether an error is the one that an operator can act on; any other fails the test. */
const refused = (error: unknown): boolean => {
  if (!(error instanceof AppError)) throw error;
  expect(error.code).toBe('recording_unreadable');
  expect(error.message).toContain(path);
  return true;
};

/** Reads all rows and holds each against what is promised of it; the number of them, or null when they were refused. */
async function rowsIn(content: string | Uint8Array, options: RecordingOptions): Promise<number | null> {
  writeFileSync(path, content);
  let count = 0;
  try {
    const recording = await readRecording(path, options);
    for await (const { at, values, row } of recording) {
      count++;
      expect(row).toBeGreaterThanOrEqual(count);
      expect(values).toHaveLength(recording.values.length);
      for (const value of values) expect(Number.isNaN(value) || Math.abs(value) <= 1e30).toBe(true);
      if (options.everyRow !== true || !Number.isNaN(at)) expect(Number.isSafeInteger(at) && at >= 0).toBe(true);
    }
    expect(recording.bytesRead).toBe(recording.bytesTotal);
  } catch (error) {
    refused(error);
    return null;
  }
  return count;
}

const GOOD = ['time,a,b', ...Array.from({ length: 9 }, (_, i) => `2025-01-31T12:0${i}:00Z,${i}.5,"${-i}"`), ''].join(
  '\n',
);

test('a recording of any bytes is rows of numbers, or refused by name', async () => {
  const options = fc.record<RecordingOptions>(
    {
      time: fc.constantFrom('time', 'a', ''),
      values: fc.constantFrom(['a'], ['b', 'a'], []),
      labels: fc.constant(['b']),
      ignore: fc.constant(['a']),
      everyRow: fc.boolean(),
      delimiter: fc.constantFrom('auto', ',', ';', '\t', '|'),
    },
    { requiredKeys: [] },
  );
  const cell = fc.oneof(
    fc.constantFrom(
      'time',
      'a',
      'b',
      '',
      '"',
      '""',
      '1',
      '-1e400',
      '21,5',
      '2025-01-31',
      '2025-01-31 12:00',
      '1738324800',
      '\0',
      '\ufeff',
      '\r',
    ),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );
  const table = fc
    .tuple(
      fc.array(fc.array(cell, { maxLength: 4 }), { maxLength: 8 }),
      fc.constantFrom(',', ';', '\t', '|'),
      fc.constantFrom('\n', '\r\n', '\r'),
    )
    .map(([rows, delimiter, end]) => rows.map((cells) => cells.join(delimiter)).join(end));
  const content = fc.oneof(fc.uint8Array({ maxLength: 200 }), table, damaged(Buffer.from(GOOD)));
  let [read, unread] = [0, 0];
  await fc.assert(
    fc.asyncProperty(content, options, async (content, options) => {
      if ((await rowsIn(content, options)) === null) unread++;
      else read++;
    }),
    fuzz(500),
  );
  expect(Math.min(read, unread)).toBeGreaterThan(0); // both happen
});

test('windows of any bytes are pairs of times, or refused by name', () => {
  const good = Buffer.from(
    '{"a.csv": [["2024-01-01 00:00:00", "2024-01-01 06:00:00"]], "b.csv": [[1704070800, 1704074400]]}',
  );
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    hostileJson.map((value) => JSON.stringify(value)),
    fc
      .dictionary(fc.string(), fc.array(fc.array(hostileJson, { maxLength: 3 }), { maxLength: 3 }))
      .map((value) => JSON.stringify(value)),
    fc.nat(50_000).map((depth) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`),
    damaged(good),
  );
  fc.assert(
    fc.property(content, (content) => {
      writeFileSync(path, content);
      let windows;
      try {
        windows = readLabelWindows(path);
      } catch (error) {
        expect(refused(error)).toBe(true);
        return;
      }
      for (const [from, to] of [...windows.values()].flat())
        expect(Number.isSafeInteger(from) && Number.isSafeInteger(to)).toBe(true);
    }),
    fuzz(500),
  );
});
