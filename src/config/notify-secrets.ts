import { resolve } from 'node:path';
import type { NotifyTarget } from './schema/notify.ts';
import { credentialFile, secretFile } from './password.ts';
import { valueAt, type Path, type Problem } from './problems.ts';

/** Types that cannot work without a token. */
const NEED_TOKEN: readonly unknown[] = ['gotify', 'telegram', 'matrix'] satisfies readonly NotifyTarget['type'][];

export interface NotifySecrets {
  /** The token or password of each target that has one, by name. */
  readonly values: ReadonlyMap<string, { readonly token?: string; readonly password?: string }>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** Secrets that stand in the site file itself, or came from a tag. */
  readonly written: readonly string[];
}

/**
 * The tokens and passwords of notify: as given, else the content of `token_file` or `password_file` (relative to the site file's
 * directory), else that of the systemd credential `notify-<name>`.
 */
export function findNotifySecrets(data: unknown, directory: string, env: NodeJS.ProcessEnv): NotifySecrets {
  const values = new Map<string, { readonly token?: string; readonly password?: string }>();
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const written: string[] = [];
  for (const [name, target] of Object.entries(Object(valueAt(data, ['notify'])) as object)) {
    const path: Path = ['notify', name];
    const type = valueAt(target, ['type']);
    const key = type === 'smtp' ? 'password' : 'token';
    // The URL of a Slack webhook is its password; other secrets may be in headers.
    const literals = [valueAt(target, [key]), type === 'slack' ? valueAt(target, ['url']) : undefined];
    written.push(...literals.filter((literal): literal is string => typeof literal === 'string' && literal !== ''));
    if (valueAt(target, [key]) !== undefined || type === 'webhook' || type === 'slack') continue;
    const file = valueAt(target, [`${key}_file`]);
    const credential = credentialFile(`notify-${name}`, env);
    const found =
      typeof file === 'string' && file !== ''
        ? secretFile(resolve(directory, file), [...path, `${key}_file`])
        : credential === null
          ? null
          : secretFile(credential, path);
    if (found === null) {
      if (NEED_TOKEN.includes(type) && file === undefined)
        problems.push({ path, on: 'key', text: `a target of type ${String(type)} requires token or token_file` });
      continue;
    }
    problems.push(...found.problems);
    warnings.push(...found.warnings);
    if (found.value !== null) values.set(name, { [key]: found.value });
  }
  return { values, problems, warnings, written };
}
