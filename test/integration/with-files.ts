import { onTestFinished } from 'vitest';
import { directory } from './programs/program.ts';

/** A directory with these files, until the test that calls this has finished and its clean-ups have run. */
export const withFiles = (files: Readonly<Record<string, string>> = {}): string => {
  const { path, remove } = directory(files);
  onTestFinished(remove);
  return path;
};
