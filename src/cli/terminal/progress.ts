import { plain } from './plain.ts';
import { terminalSize } from './terminal.ts';

export interface Progress {
  /** Draws the bar, ten times a second at most. `text` stands to the right of it. */
  update(value: number, text: string): void;
  /** Clears the line, so that another can be printed; the bar comes back with the next update. */
  clear(): void;
}

const CELLS = 30;
const REDRAW_MS = 100;
const NOTHING: Progress = { update: () => undefined, clear: () => undefined };

/**
 * One bar on the terminal, on stderr, that makes room for lines printed meanwhile; nothing where stderr is no terminal or
 * the total is unknown. (cli-progress restores the cursor to where its bar began, over whatever was printed since.)
 */
export function openProgress(total: number | null, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (total === null || !stream.isTTY) return NOTHING;
  let drawnAt = -Infinity;
  return {
    update: (value, text) => {
      const now = performance.now();
      if (now - drawnAt < REDRAW_MS) return;
      drawnAt = now;
      const share = Math.max(0, Math.min(1, value / total));
      const full = Math.round(share * CELLS);
      const bar = '█'.repeat(full) + '░'.repeat(CELLS - full);
      const line = `${bar} ${String(Math.floor(100 * share)).padStart(3)} %  ${plain(text)}`;
      stream.write(`\r\x1b[K${line.slice(0, terminalSize(stream).columns - 1)}`);
    },
    clear: () => {
      stream.write('\r\x1b[K');
      drawnAt = -Infinity;
    },
  };
}
