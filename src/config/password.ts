import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { valueAt, type Path, type Problem } from './problems.ts';
import { worldReadable } from './secrets.ts';

export interface FoundPassword {
  /** Null when there is none, or when it could not be read. */
  readonly value: string | null;
  /** Where it comes from, in words; null when there is none. */
  readonly source: string | null;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

const FILE_OPTION: Path = ['mqtt', 'password_file'];

/**
 * The broker's password: `password` as given, else the content of `password_file` (relative to the site file's
 * directory), else that of the systemd credential `mqtt-password`.
 */
export function findPassword(data: unknown, directory: string, env: NodeJS.ProcessEnv): FoundPassword {
  const given = valueAt(data, ['mqtt', 'password']);
  if (given !== undefined)
    return { ...nothing, value: typeof given === 'string' ? given : null, source: 'mqtt.password' };

  const named = valueAt(data, FILE_OPTION);
  if (typeof named === 'string' && named !== '') return secretFile(resolve(directory, named), FILE_OPTION);
  if (named !== undefined) return nothing;

  const credential = credentialFile('mqtt-password', env);
  return credential === null ? nothing : secretFile(credential, ['mqtt']);
}

/** The file of a systemd credential; null where there is none. */
export function credentialFile(name: string, env: NodeJS.ProcessEnv): string | null {
  const directory = env['CREDENTIALS_DIRECTORY'];
  const file = directory ? join(directory, name) : null;
  return file !== null && existsSync(file) ? file : null;
}

const nothing: FoundPassword = { value: null, source: null, problems: [], warnings: [] };

/** A secret in a file of its own: all of it but the end of its last line. */
export function secretFile(file: string, path: Path): FoundPassword {
  const problem = (text: string): FoundPassword => ({ ...nothing, problems: [{ path, text }] });
  try {
    const value = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    if (value === '') return problem(`expected a secret in ${file}; the file is empty`);
    return { value, source: file, problems: [], warnings: worldReadable(file) };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    return problem(`expected a file that this user may read; ${file} gives ${code}`);
  }
}
