import { accessSync, constants, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../errors.ts';

/** The error for a file that cannot be written; `option` is the one that named it. */
export const unwritable = (path: string, cause: unknown, option = '--out'): AppError =>
  new AppError(
    'usage',
    `${option} ${path}: cannot be written; does the directory exist, and may this user write to it?`,
    { cause },
  );

/** Writes the file that an option names, mode 0600. Throws `usage`. */
export function writeOut(path: string, content: string | Uint8Array, option = '--out'): void {
  try {
    writeFileSync(path, content, { mode: 0o600 });
  } catch (cause) {
    throw unwritable(path, cause, option);
  }
}

/** Fails before a long run instead of after it, where the directory cannot be written. Throws `usage`. */
export function refuseUnwritable(path: string, option = '--out'): void {
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (cause) {
    throw unwritable(path, cause, option);
  }
}
