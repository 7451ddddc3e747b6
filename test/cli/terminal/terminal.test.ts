import { expect, test } from 'vitest';
import { terminalSize } from '../../../src/cli/terminal/terminal.ts';

const sizeOf = (stream: object, otherwise?: number): object => terminalSize(stream as NodeJS.WriteStream, otherwise);

test('a terminal has its size, and a serial console, which says 0, has 80 by 24', () => {
  expect(sizeOf({ isTTY: true, columns: 132, rows: 50 }, 60)).toEqual({ columns: 132, rows: 50 });
  expect(sizeOf({ isTTY: true, columns: 0, rows: 0 }, 60)).toEqual({ columns: 80, rows: 24 });
});

test('a file or a pipe has the columns that the caller gives it, and all rows', () => {
  expect(sizeOf({})).toEqual({ columns: Infinity, rows: Infinity });
  expect(sizeOf({}, 60)).toEqual({ columns: 60, rows: Infinity });
});
