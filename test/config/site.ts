import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { loadSite, type LoadedSite } from '../../src/config/load.ts';
import { AppError } from '../../src/errors.ts';

type Files = Readonly<Record<string, string>>;

/** A directory with these files, which others cannot read, removed after the test. */
export function directoryWith(files: Files): string {
  const directory = mkdtempSync(join(tmpdir(), 'zankyo-config-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true });
  });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text, { mode: 0o600 });
  return directory;
}

/** Loads a site file with these files beside it. */
export const load = (yaml: string, files: Files = {}, env: NodeJS.ProcessEnv = {}): LoadedSite =>
  loadSite(join(directoryWith({ ...files, 'site.yaml': yaml }), 'site.yaml'), env);

/** The code and the lines of the failure to load, with the directory left out. */
export function failure(
  yaml: string,
  files: Files = {},
  env: NodeJS.ProcessEnv = {},
): { code: string; lines: string[] } {
  const directory = directoryWith({ ...files, 'site.yaml': yaml });
  try {
    loadSite(join(directory, 'site.yaml'), env);
  } catch (error) {
    if (error instanceof AppError) {
      return { code: error.code, lines: error.message.replaceAll(`${directory}/`, '').split('\n') };
    }
    throw error;
  }
  throw new Error('the site was accepted');
}

/** A sound file to add sections to. */
export const SITE = `site: home
mqtt:
  url: mqtt://localhost
inputs:
  - topic: a
  - topic: b
`;
