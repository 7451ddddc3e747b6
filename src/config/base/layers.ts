import { dirname, isAbsolute, join, resolve } from 'node:path';
import { isScalar, type Scalar } from 'yaml';
import { AppError } from '../../errors.ts';
import { migrateDocument, oldVersion } from '../versions.ts';
import { resolveTags } from '../secrets.ts';
import { parseYaml, plainData, position, readText, startOf, type YamlFile } from '../yaml-file.ts';
import { valueAt, type Path, type Problem } from '../problems.ts';
import { isSection, merge } from './merge.ts';

/** Files in a chain of `base`, with the site file. */
const MAX_FILES = 8;

/** One file of a site: the site file itself, or the base of the one before it. */
export interface Layer {
  readonly file: YamlFile;
  /** As plain data, with tags resolved. */
  readonly data: unknown;
  /** Tags as they stand in the file. */
  readonly tags: ReadonlyMap<Scalar, string>;
}

/** The files of a site, nearest first, as one. */
export interface Layers {
  readonly layers: readonly Layer[];
  /** All files as one section, without `base`. */
  readonly data: unknown;
  readonly problems: readonly Located[];
  readonly warnings: readonly string[];
  /** Values of tags, which must not be repeated in a message. */
  readonly values: ReadonlySet<string>;
}

/** A problem of one of the files. */
export interface Located {
  readonly layer: Layer;
  readonly problem: Problem;
}

/**
 * Reads a site file and the files that `base` names, each relative to the file that names it. `!secret` means `secrets.yaml` beside the
 * site file, also in a base. Throws `config_unreadable` where one is not there, not YAML, or the chain has no end.
 */
export function readLayers(text: string, path: string, env: NodeJS.ProcessEnv): Layers {
  const layers: Layer[] = [];
  const problems: Located[] = [];
  const warnings = new Set<string>();
  const values = new Set<string>();
  const files = new Set<string>();
  let next: { readonly text: string; readonly path: string } | null = { text, path };
  while (next !== null) {
    files.add(resolve(next.path));
    const file = parseYaml(next.text, next.path);
    const migrated = migrateDocument(file.document);
    if (migrated !== null) warnings.add(oldVersion(next.path, migrated));
    const resolved = resolveTags(file, env, dirname(path));
    const layer = { file, data: plainData(file), tags: resolved.tags };
    layers.push(layer);
    problems.push(...resolved.problems.map((problem) => ({ layer, problem })));
    for (const warning of resolved.warnings) warnings.add(warning);
    for (const value of resolved.values) values.add(value);
    const base = valueAt(layer.data, ['base']);
    next =
      typeof base === 'string' && base !== ''
        ? baseOf(layer, isAbsolute(base) ? base : join(dirname(next.path), base), files)
        : null;
  }
  const data = layers.map((layer) => layer.data).reduceRight((below, above) => merge(below, above));
  return { layers, data: withoutBase(data), problems, warnings: [...warnings], values };
}

function baseOf({ file }: Layer, path: string, files: ReadonlySet<string>): { text: string; path: string } {
  const at = `${file.path}:${position(file.lines, startOf(file.document.get('base', true)) ?? 0)}: base`;
  if (files.has(resolve(path)))
    throw new AppError('config_unreadable', `${at}: ${path} is read already; a file cannot be its own base`);
  if (files.size >= MAX_FILES)
    throw new AppError('config_unreadable', `${at}: expected at most ${MAX_FILES} files in a chain`);
  try {
    return { text: readText(path), path };
  } catch (cause) {
    throw new AppError('config_unreadable', `${at}: ${(cause as Error).message}`, { cause });
  }
}

/** Once read it has no meaning; a value that is no file name stays, and the schema refuses it. */
const withoutBase = (data: unknown): unknown =>
  isSection(data) && typeof data['base'] === 'string' && data['base'] !== ''
    ? Object.fromEntries(Object.entries(data).filter(([key]) => key !== 'base'))
    : data;

/** The tag of a value as it stands in the file, as `!secret name`; null where there is none. */
export function tagAt({ file, tags }: Layer, path: Path): string | null {
  const node = file.document.getIn(path, true);
  return isScalar(node) ? (tags.get(node) ?? null) : null;
}
