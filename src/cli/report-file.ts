import { accessSync, constants, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../errors.ts';

const unwritable = (option: string, path: string, cause: unknown): AppError =>
  new AppError('usage', `${option} ${path}: cannot be written; is the folder there?`, { cause });

/** Fails before a long run and not after it. Throws `usage`. */
export function refuseUnwritable(option: string, path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (cause) {
    throw unwritable(option, path, cause);
  }
}

/** Writes a page, mode 0600. Throws `usage`. */
export function writePage(option: string, path: string, page: string): void {
  try {
    writeFileSync(path, page, { mode: 0o600 });
  } catch (cause) {
    throw unwritable(option, path, cause);
  }
}
