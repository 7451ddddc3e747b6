import { expect, test } from 'vitest';
import { redraw } from '../../../src/cli/terminal/redraw.ts';

const ESC = String.fromCharCode(27);
const SEQUENCE = new RegExp(`(${ESC}\\[[?\\d]*[A-Za-z]|\n)`);

/** A screen that knows the sequences of `redraw`, with what is on it; throws for a sequence that would blank all of it. */
class Screen {
  lines: string[];
  constructor(rows: number, old: string) {
    this.lines = Array.from({ length: rows }, () => old);
  }

  write(text: string): this {
    let [row, column] = [0, 0];
    for (const part of text.split(SEQUENCE).filter(Boolean)) {
      if (part === ESC + '[H') [row, column] = [0, 0];
      else if (part === ESC + '[K') this.lines[row] = this.lines[row].slice(0, column);
      else if (part === ESC + '[J') {
        this.lines[row] = this.lines[row].slice(0, column);
        for (let below = row + 1; below < this.lines.length; below++) this.lines[below] = '';
      } else if (part === '\n') [row, column] = [row + 1, 0];
      else if (![`${ESC}[?7h`, `${ESC}[?7l`].includes(part)) {
        if (part.startsWith(ESC)) throw new RangeError(`unexpected ${JSON.stringify(part)}`);
        this.lines[row] = part + this.lines[row].slice(part.length);
        column = part.length;
      }
      if (row >= this.lines.length) throw new RangeError('the screen scrolls');
    }
    return this;
  }
}

test('the text replaces what was on the screen; nothing of it is left, and nothing scrolls', () => {
  const screen = new Screen(5, 'an old line, longer than the new ones').write(redraw('house\n\nhall 20.1', 5));
  expect(screen.lines).toEqual(['house', '', 'hall 20.1', '', '']);
  expect(screen.write(redraw('house', 5)).lines).toEqual(['house', '', '', '', '']);
  expect(screen.write(redraw('1\n2\n3\n4\n5\n6', 5)).lines).toEqual(['1', '2', '3', '4', '']);
});
