import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The files of directories; of those that this user may not enter, none. */
export const filesIn = (directories: readonly string[]): readonly { readonly file: string; readonly path: string }[] =>
  directories.flatMap((directory) => {
    try {
      return readdirSync(directory)
        .sort()
        .map((file) => ({ file, path: join(directory, file) }));
    } catch {
      return [];
    }
  });

/** Also where this user may not enter the directory above. */
export function isThere(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}
