const HOME = '\x1b[H';
const ERASE_LINE_END = '\x1b[K';
const ERASE_BELOW = '\x1b[J';
const NO_WRAP = '\x1b[?7l';
const WRAP = '\x1b[?7h';

/**
 * The control sequences that put a text in the place of the screen (ECMA-48, DEC private mode 7). Each line overwrites the one before and
 * erases only the rest of it, so that nothing is blank in between; a line that is too long ends at the edge; lines beyond `rows` are
 * left out, because the terminal would scroll.
 */
export const redraw = (text: string, rows: number): string =>
  NO_WRAP +
  HOME +
  text
    .split('\n')
    .slice(0, Math.max(1, rows - 1))
    .map((line) => `${line}${ERASE_LINE_END}\n`)
    .join('') +
  ERASE_BELOW +
  WRAP;
