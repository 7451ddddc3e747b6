import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readLabelWindows, windowsFor } from '../../../src/io/files/label-windows.ts';

const directory = mkdtempSync(join(tmpdir(), 'zankyo-windows-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});
const file = (content: string): string => {
  const path = join(directory, 'windows.json');
  writeFileSync(path, content);
  return path;
};

test('windows of a recording are found by the end of its path, in the order of time', () => {
  const windows = readLabelWindows(
    file(
      '{"a/x.csv": [["2024-01-02 00:00:00.000000", "2024-01-02 01:00:00"], ["2024-01-01T00:00Z", 1704070800]], "y.csv": []}',
    ),
  );
  const day = Date.UTC(2024, 0, 1);
  const hour = 3_600_000;
  expect(windowsFor('/data/a/x.csv', windows)).toEqual([
    [day, day + hour],
    [day + 24 * hour, day + 25 * hour],
  ]);
  expect(windowsFor('y.csv', windows)).toEqual([]);
  expect(windowsFor('my.csv', windows)).toBeNull();
  expect(windowsFor('b/x.csv', windows)).toBeNull();
});

test.each(['{', '[]', '{"a": [["soon", "later"]]}', '{"a": [[1]]}'])('%s has no windows', (content) => {
  expect(() => readLabelWindows(file(content))).toThrow(
    expect.objectContaining({
      code: 'recording_unreadable',
      message: expect.stringContaining('has no windows') as string,
    }),
  );
});

test('a file that is not there', () => {
  expect(() => readLabelWindows('/nowhere.json')).toThrow('/nowhere.json cannot be read; is it there?');
});
