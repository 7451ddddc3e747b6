import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { certificateProblems } from '../checks/certificates.ts';
import { credentialFile, findPassword, secretFile, type FoundPassword } from '../password.ts';
import { placedNats } from '../schema/nats.ts';
import { CERTIFICATES, placedFiles } from '../placed-files.ts';
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
  const problems = checked.success ? [] : problemsOf(checked.error, data, (at) => optionsIn(hubJsonSchema(), at));
  const passwords = {
    mqtt: findPassword(data, dirname(path), env),
    nats: credentialOf('nats', data, env),
    postgres: credentialOf('postgres', data, env),
  };
  const found = Object.values(passwords);
  const mistakes = [
    ...tags.problems,
    ...(tags.problems.length > 0 ? [] : problems),
    ...['mqtt', 'nats'].flatMap((section) => certificateProblems(data, [section])),
    ...found.flatMap((each) => each.problems),
    ...(valueAt(data, ['postgres', 'ca']) !== undefined && valueAt(data, ['postgres', 'tls']) !== true
      ? [{ path: ['postgres', 'ca'], text: 'needs tls: true' }]
      : []),
  ];
  if (!checked.success || mistakes.length > 0)
    throw new AppError('config_invalid', problemLines(file, mistakes).join('\n'));
  const literals = Object.keys(passwords).map((section) => valueAt(data, [section, 'password']));
  const open = literals.some((secret) => typeof secret === 'string' && !tags.values.has(secret));
  const hub = settle(checked.data, passwords, dirname(path), env);
  return {
    hub,
    warnings: [...tags.warnings, ...found.flatMap(({ warnings }) => warnings), ...(open ? worldReadable(path) : [])],
  };
}

/** The systemd credential with the password of a section that has none in the file. */
function credentialOf(section: 'nats' | 'postgres', data: unknown, env: NodeJS.ProcessEnv): FoundPassword {
  const credential = credentialFile(`${section}-password`, env);
  const isWanted = valueAt(data, [section]) !== undefined && valueAt(data, [section, 'password']) === undefined;
  return isWanted && credential !== null
    ? secretFile(credential, [section])
    : { value: null, source: null, problems: [], warnings: [] };
}

function settle(
  hub: HubConfig,
  passwords: Readonly<Record<'mqtt' | 'nats' | 'postgres', FoundPassword>>,
  directory: string,
  env: NodeJS.ProcessEnv,
): HubConfig {
  const { tls, clientId, ...mqtt } = hub.mqtt;
  const [state = ''] = (env['STATE_DIRECTORY'] ?? '').split(':');
  const { nats, postgres } = hub;
  const passwordOf = (section: keyof typeof passwords): { password?: string } => {
    const { value } = passwords[section];
    return value === null ? {} : { password: value };
  };
  return {
    ...hub,
    database: resolve(state, hub.database),
    ...(nats === undefined ? {} : { nats: { ...placedNats(nats, directory), ...passwordOf('nats') } }),
    ...(postgres === undefined
      ? {}
      : {
          postgres: {
            ...placedFiles(postgres, ['ca'], directory),
            ...passwordOf('postgres'),
          },
        }),
    mqtt: {
      ...mqtt,
      ...passwordOf('mqtt'),
      clientId: clientId.replaceAll('<site>', hub.name),
      tls: placedFiles(tls, CERTIFICATES, directory),
    },
  };
}
