import { valueAt, type Path } from '../problems.ts';

export type Section = Readonly<Record<string, unknown>>;

export const isSection = (data: unknown): data is Section =>
  typeof data === 'object' && data !== null && !Array.isArray(data);

/** Without what every object inherits: a group may be called `constructor`. */
export const own = (data: unknown, key: string | number): unknown =>
  typeof data === 'object' && data !== null && Object.hasOwn(data, key)
    ? (data as Readonly<Record<string | number, unknown>>)[key]
    : undefined;

/**
 * A file over its base. Sections are joined, option by option; any other value, lists too, replaces that of the base. One exception:
 * `inputs` are those of the base, then those of the file; an input of the base is left out where the file has one for its topic.
 */
export function merge(base: unknown, file: unknown, path: Path = []): unknown {
  if (file === undefined) return base;
  if (isInputs(path) && Array.isArray(base) && Array.isArray(file))
    return [...keptInputs(base, file), ...(file as unknown[])];
  if (!isSection(base) || !isSection(file)) return file;
  const keys = [...new Set([...Object.keys(base), ...Object.keys(file)])];
  return Object.fromEntries(keys.map((key) => [key, merge(own(base, key), own(file, key), [...path, key])]));
}

const isInputs = (path: Path): boolean => path.length === 1 && path[0] === 'inputs';

const topicOf = (input: unknown): unknown => valueAt(input, ['topic']);

/** The inputs of a base that stay under those of a file. */
export function keptInputs(base: readonly unknown[], file: readonly unknown[]): readonly unknown[] {
  const topics = new Set<unknown>(file.map(topicOf).filter((topic) => topic !== undefined));
  return base.filter((input) => !topics.has(topicOf(input)));
}
