import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Returns when the file, or the list of files in the directory, is on the disk. */
export const sync = (path: string): void => {
  const file = openSync(path, 'r');
  fsyncSync(file);
  closeSync(file);
};
