import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { credentialFile, findPassword, secretFile, type FoundPassword } from '../password.ts';
import { valueAt } from '../problems.ts';
import { optionsIn, type JsonSchema } from '../reference.ts';
import { resolveTags, worldReadable } from '../secrets.ts';
import { problemsOf } from '../wording.ts';
import { parseYaml, plainData, problemLines, readText } from '../yaml-file.ts';
import { hubSchema, type HubConfig } from './hub-schema.ts';

export interface LoadedHub {
  readonly hub: HubConfig;
  readonly warnings: readonly string[];
}

/** The hub file as an editor sees it. */
export const hubJsonSchema = (): JsonSchema =>
  z.toJSONSchema(hubSchema, { io: 'input', target: 'draft-7' }) as JsonSchema;

/** Reads a hub file. Throws as `loadSite` does, with a line for each mistake. */
export function loadHub(path: string, env: NodeJS.ProcessEnv = process.env): LoadedHub {
  const file = parseYaml(readText(path), path);
  const tags = resolveTags(file, env, dirname(path));
  const data = plainData(file);
  const checked = hubSchema.safeParse(data);
  const password = findPassword(data, dirname(path), env);
  const postgres = postgresSecret(data, env);
  const problems = checked.success ? [] : problemsOf(checked.error, data, (at) => optionsIn(hubJsonSchema(), at));
  const mistakes = [
    ...tags.problems,
    ...(tags.problems.length > 0 ? [] : problems),
    ...password.problems,
    ...postgres.problems,
  ];
  if (!checked.success || mistakes.length > 0)
    throw new AppError('config_invalid', problemLines(file, mistakes).join('\n'));
  const literals = [valueAt(data, ['mqtt', 'password']), valueAt(data, ['postgres', 'password'])];
  const open = literals.some((secret) => typeof secret === 'string' && !tags.values.has(secret));
  const hub = settle(checked.data, { mqtt: password.value, postgres: postgres.value }, dirname(path), env);
  return {
    hub,
    warnings: [...tags.warnings, ...password.warnings, ...postgres.warnings, ...(open ? worldReadable(path) : [])],
  };
}

/** The password of PostgreSQL that is not in the file, and mistakes of two options together. */
function postgresSecret(data: unknown, env: NodeJS.ProcessEnv): FoundPassword {
  const none = { value: null, source: null, problems: [], warnings: [] };
  if (valueAt(data, ['postgres']) === undefined) return none;
  const ca = valueAt(data, ['postgres', 'ca']);
  if (ca !== undefined && valueAt(data, ['postgres', 'tls']) !== true)
    return { ...none, problems: [{ path: ['postgres', 'ca'], text: 'needs tls: true' }] };
  const credential = credentialFile('postgres-password', env);
  if (credential === null || valueAt(data, ['postgres', 'password']) !== undefined) return none;
  return secretFile(credential, ['postgres']);
}

function settle(
  hub: HubConfig,
  passwords: Readonly<Record<'mqtt' | 'postgres', string | null>>,
  directory: string,
  env: NodeJS.ProcessEnv,
): HubConfig {
  const { tls, clientId, ...mqtt } = hub.mqtt;
  const placed = Object.fromEntries(
    Object.entries(tls).map(([name, file]) => [
      name,
      typeof file === 'string' && name !== 'serverName' ? resolve(directory, file) : file,
    ]),
  ) as typeof tls;
  const [state = ''] = (env['STATE_DIRECTORY'] ?? '').split(':');
  const { postgres } = hub;
  return {
    ...hub,
    database: resolve(state, hub.database),
    ...(postgres === undefined
      ? {}
      : {
          postgres: {
            ...postgres,
            ...(passwords.postgres === null ? {} : { password: passwords.postgres }),
            ...(postgres.ca === undefined ? {} : { ca: resolve(directory, postgres.ca) }),
          },
        }),
    mqtt: {
      ...mqtt,
      ...(passwords.mqtt === null ? {} : { password: passwords.mqtt }),
      clientId: clientId.replaceAll('<site>', hub.name),
      tls: placed,
    },
  };
}
