import { writeFileSync } from 'node:fs';
import { AppError } from '../errors.ts';

/** Writes what `--out` asks for, mode 0600. Throws `usage`. */
export function writeOut(path: string, content: string | Uint8Array): void {
  try {
    writeFileSync(path, content, { mode: 0o600 });
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

export const unwritable = (path: string, cause: unknown): AppError =>
  new AppError('usage', `--out ${path}: cannot be written; does the directory exist, and may this user write to it?`, {
    cause,
  });
