import { resolve } from 'node:path';

/** The options of `tls` that are files. */
export const CERTIFICATES = ['ca', 'cert', 'key'] as const;

/** The options with the files among them, whose names are `names`, relative to `directory`: that of the file with the options. */
export function placedFiles<T extends object>(options: T, names: readonly (keyof T)[], directory: string): T {
  const placed = { ...options };
  for (const name of names) {
    const file = options[name];
    if (typeof file === 'string') placed[name] = resolve(directory, file) as T[keyof T];
  }
  return placed;
}
