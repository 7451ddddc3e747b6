import { dirname, resolve } from 'node:path';
import { isScalar } from 'yaml';
import { AppError } from '../errors.ts';
import { advice } from './advice.ts';
import { contradictions } from './checks.ts';
import type { ClusterOptions } from './cluster-schema.ts';
import { calendarFindings } from './maintenance-checks.ts';
import { findNotifySecrets, type NotifySecrets } from './notify-secrets.ts';
import { findPassword } from './password.ts';
import { pathText, valueAt, type Path, type Problem } from './problems.ts';
import { siteSchema, type Site } from './schema.ts';
import { resolveTags, worldReadable } from './secrets.ts';
import { withStorageDefaults } from './storage.ts';
import { migrateDocument, oldVersion } from './versions.ts';
import { problemsOf } from './wording.ts';
import { parseYaml, plainData, problemLines, readText } from './yaml-file.ts';

export interface LoadedSite {
  readonly site: Site;
  /** Warnings, one line each with file and place: valid, but probably a mistake or not safe. */
  readonly warnings: readonly string[];
  /** Where the password comes from, never what it is: an option, a tag or a file; null when there is none. */
  readonly passwordSource: string | null;
}

const PASSWORD: Path = ['mqtt', 'password'];

/**
 * Reads a site file, the secrets beside it and the password. Throws `config_unreadable` when the file is not there or
 * not YAML, and `config_invalid` with every mistake at once, a line each: `file:line:col: path: what would be right`.
 */
export const loadSite = (path: string, env: NodeJS.ProcessEnv = process.env): LoadedSite =>
  loadSiteText(readText(path), path, env);

/** The same for a text that would be the content of the file `path`: its secrets and calendars are those beside it. */
export function loadSiteText(text: string, path: string, env: NodeJS.ProcessEnv = process.env): LoadedSite {
  const file = parseYaml(text, path);
  const migrated = migrateDocument(file.document);
  const tag = tagText(file.document.getIn(PASSWORD, true));
  const tags = resolveTags(file, env);
  const data = withStorageDefaults(plainData(file));
  const checked = siteSchema.safeParse(data);
  const calendars = calendarFindings(data, path);
  const password = findPassword(data, dirname(path), env);
  const notify = findNotifySecrets(data, dirname(path), env);
  const mistakes = [
    ...tags.problems,
    ...(checked.success ? [] : without(tags.problems, problemsOf(checked.error, data))),
    ...contradictions(data),
    ...calendars.mistakes,
    ...password.problems,
    ...notify.problems,
  ];

  const literal = valueAt(data, PASSWORD);
  const found = [...notify.values.values()].flatMap(({ token, password }) => [token, password]);
  const secrets = new Set(
    [...tags.values, password.value, ...notify.written, ...found].filter((secret) => typeof secret === 'string'),
  );
  const say = (said: readonly Problem[]): string[] => problemLines(file, said).map((line) => masked(line, secrets));
  if (!checked.success || mistakes.length > 0) throw new AppError('config_invalid', say(mistakes).join('\n'));

  const literals = [literal, valueAt(data, ['cluster', 'password']), ...notify.written].filter(
    (secret) => typeof secret === 'string',
  );
  const exposed = literals.some((secret) => !tags.values.has(secret)) ? worldReadable(path) : [];
  const withSecrets = { ...checked.data, notify: withNotifySecrets(checked.data.notify, notify.values) };
  const site = settle(withSecrets, password.value, dirname(path), env);
  const { key } = site.mqtt.tls;
  const exposedKey = key === undefined ? [] : worldReadable(key);
  const files = [...tags.warnings, ...password.warnings, ...notify.warnings, ...exposed, ...exposedKey];
  const old = migrated === null ? [] : [oldVersion(path, migrated)];
  const warnings = [...old, ...files, ...calendars.warnings, ...say(advice(site, data))];
  return { site, warnings, passwordSource: tag ?? password.source };
}

/** `!secret name`, as it stands in the file before the value takes its place; null where there is no tag. */
const tagText = (node: unknown): string | null =>
  isScalar(node) && node.tag?.startsWith('!') ? `${node.tag} ${String(node.value)}` : null;

/** Without the problems that follow from a tag that could not be resolved, which is reported already. */
function without(reported: readonly Problem[], problems: readonly Problem[]): readonly Problem[] {
  const paths = new Set(reported.map(({ path }) => pathText(path)));
  return problems.filter(({ path }) => !paths.has(pathText(path)));
}

/** Messages put every text they repeat in quotes, and so it can be found here. */
function masked(line: string, secrets: ReadonlySet<string>): string {
  let text = line;
  for (const secret of secrets) text = text.replaceAll(JSON.stringify(secret), '"***"');
  return text;
}

const withNotifySecrets = (targets: Site['notify'], secrets: NotifySecrets['values']): Site['notify'] =>
  Object.fromEntries(Object.entries(targets).map(([name, target]) => [name, { ...target, ...secrets.get(name) }]));

/** Fills in what depends on the place of the file and on the environment. */
function settle(site: Site, password: string | null, directory: string, env: NodeJS.ProcessEnv): Site {
  const { ca, cert, key, ...tls } = site.mqtt.tls;
  const files = Object.entries({ ca, cert, key }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const placed = <T extends { readonly calendar?: string }>(options: T): T =>
    options.calendar === undefined ? options : { ...options, calendar: resolve(directory, options.calendar) };
  return {
    ...site,
    maintenance: site.maintenance.map(placed),
    holidays: placed(site.holidays),
    ...(site.cluster === undefined ? {} : { cluster: placedCluster(site.cluster, directory) }),
    database: resolve(stateDirectory(env), site.database),
    mqtt: {
      ...site.mqtt,
      ...(password === null ? {} : { password }),
      clientId: site.mqtt.clientId.replaceAll('<site>', site.site),
      tls: { ...tls, ...Object.fromEntries(files.map(([name, file]) => [name, resolve(directory, file)])) },
    },
    inputs: site.inputs.map((input) => ({ ...input, timezone: input.timezone ?? site.timezone })),
  };
}

/** Its files relative to the site file. */
function placedCluster(cluster: ClusterOptions, directory: string): ClusterOptions {
  const placed = <T extends object>(options: T): T =>
    Object.fromEntries(
      Object.entries(options).map(([name, file]) => [name, typeof file === 'string' ? resolve(directory, file) : file]),
    ) as T;
  const { credentials, tls } = cluster;
  return { ...cluster, ...(credentials === undefined ? {} : placed({ credentials })), tls: placed(tls) };
}

/** systemd gives several directories, with colons between them, to a unit that asks for several. */
function stateDirectory({ STATE_DIRECTORY = '' }: NodeJS.ProcessEnv): string {
  const [first] = STATE_DIRECTORY.split(':');
  return first === '' ? process.cwd() : first;
}
