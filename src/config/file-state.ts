import { statSync } from 'node:fs';

/** A text that is another one after the file was changed or replaced. A missing file has one of its own: it may be back later. */
export function fileState(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return 'missing';
  }
}
