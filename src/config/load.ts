import { dirname, resolve } from 'node:path';
import { AppError } from '../errors.ts';
import { advice } from './advice.ts';
import { readLayers, tagAt, type Layers, type Located } from './base/layers.ts';
import { placeOf } from './base/place.ts';
import { resolvedText } from './base/resolved-text.ts';
import { contradictions } from './checks/site.ts';
import { calendarFindings } from './checks/maintenance.ts';
import { placedNats } from './schema/nats.ts';
import { findNotifySecrets, type NotifySecrets } from './notify-secrets.ts';
import { findPassword } from './password.ts';
import { CERTIFICATES, placedFiles } from './placed-files.ts';
import { pathText, valueAt, type Path, type Problem } from './problems.ts';
import { siteSchema, type Site } from './schema/site.ts';
import { worldReadable } from './secrets.ts';
import { withStorageDefaults } from './schema/storage.ts';
import { problemsOf } from './wording.ts';
import { problemLines, readText } from './yaml-file.ts';

export interface LoadedSite {
  readonly site: Site;
  /** Warnings, one line each with file and place: valid, but probably a mistake or not safe. */
  readonly warnings: readonly string[];
  /** Where the password comes from, never what it is: an option, a tag or a file; null when there is none. */
  readonly passwordSource: string | null;
  /** The site file and the files that it is based on, nearest first. */
  readonly files: readonly string[];
  /** These files as one YAML text, with the place of each option, without secrets. */
  readonly text: () => string;
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
  const tags = readLayers(text, path, env);
  const { layers } = tags;
  const data = withStorageDefaults(tags.data);
  const checked = siteSchema.safeParse(data);
  const calendars = calendarFindings(data, path);
  const password = findPassword(data, dirname(path), env);
  const notify = findNotifySecrets(data, dirname(path), env);
  const unresolved = tags.problems.map(({ problem }) => problem);
  const mistakes = [
    ...(checked.success ? [] : without(unresolved, problemsOf(checked.error, data))),
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
  const say = (said: readonly Problem[], known: readonly Located[] = []): string[] =>
    linesOf(tags, said, known).map((line) => masked(line, secrets));
  if (!checked.success || mistakes.length > 0 || unresolved.length > 0)
    throw new AppError('config_invalid', say(mistakes, tags.problems).join('\n'));

  const literals = [literal, valueAt(data, ['cluster', 'password']), ...notify.written].filter(
    (secret) => typeof secret === 'string',
  );
  const open = literals.filter((secret) => !tags.values.has(secret));
  const exposed = layers.filter(({ data }) => open.some((secret) => contains(data, secret)));
  const withSecrets = { ...checked.data, notify: withNotifySecrets(checked.data.notify, notify.values) };
  const site = settle(withSecrets, password.value, dirname(path), env);
  const { key } = site.mqtt.tls;
  const exposedKey = key === undefined ? [] : worldReadable(key);
  const readable = exposed.flatMap(({ file }) => worldReadable(file.path));
  const files = [...tags.warnings, ...password.warnings, ...notify.warnings, ...readable, ...exposedKey];
  const warnings = [...files, ...calendars.warnings, ...say(advice(site, data))];
  const at = placeOf(layers, PASSWORD);
  const passwordSource = tagAt(at.layer, at.path) ?? password.source;
  return { site, warnings, passwordSource, files: layers.map(({ file }) => file.path), text: () => resolvedText(tags) };
}

/** A line for each problem, those of the site file first. `known`: those whose file is known. */
function linesOf({ layers }: Layers, problems: readonly Problem[], known: readonly Located[]): string[] {
  const located = problems.map((problem): Located => {
    const { layer, path } = placeOf(layers, problem.path);
    return { layer, problem: { ...problem, path } };
  });
  return layers.flatMap((layer) =>
    problemLines(
      layer.file,
      [...known, ...located].filter((each) => each.layer === layer).map(({ problem }) => problem),
    ),
  );
}

const contains = (data: unknown, text: string): boolean =>
  data === text ||
  (typeof data === 'object' && data !== null && Object.values(data).some((inner) => contains(inner, text)));

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
  const placed = <T extends { readonly calendar?: string }>(options: T): T =>
    placedFiles(options, ['calendar'], directory);
  return {
    ...site,
    maintenance: site.maintenance.map(placed),
    holidays: placed(site.holidays),
    ...(site.cluster === undefined ? {} : { cluster: placedNats(site.cluster, directory) }),
    database: resolve(stateDirectory(env), site.database),
    mqtt: {
      ...site.mqtt,
      ...(password === null ? {} : { password }),
      clientId: site.mqtt.clientId.replaceAll('<site>', site.site),
      tls: placedFiles(site.mqtt.tls, CERTIFICATES, directory),
    },
    inputs: site.inputs.map((input) => ({ ...input, timezone: input.timezone ?? site.timezone })),
  };
}

/** systemd gives several directories, with colons between them, to a unit that asks for several. */
function stateDirectory({ STATE_DIRECTORY = '' }: NodeJS.ProcessEnv): string {
  const [first] = STATE_DIRECTORY.split(':');
  return first === '' ? process.cwd() : first;
}
