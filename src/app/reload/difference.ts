import type { Site } from '../../config/schema/site.ts';

export interface Difference {
  /** Paths of options that differ and need no restart, as in the file; of an input by its topic. */
  readonly changed: readonly string[];
  /** The others that differ. */
  readonly restart: readonly string[];
}

/** In which options two sites differ. Only names, never values: one may be a password. */
export function differenceOf(before: Site, after: Site): Difference {
  const [old, fresh, inForce] = [before, after, withoutRestart(before, after)].map(flat);
  const paths = [...new Set([...old.keys(), ...fresh.keys()])].toSorted();
  const differing = paths.filter((path) => old.get(path) !== fresh.get(path));
  const added = (path: string): string =>
    path.startsWith('inputs[') ? `${path}${!old.has(path) ? ' (new)' : !fresh.has(path) ? ' (removed)' : ''}` : path;
  const needsRestart = (path: string): boolean => inForce.get(path) === old.get(path);
  return {
    changed: differing.filter((path) => !needsRestart(path)).map(added),
    restart: differing.filter(needsRestart),
  };
}

/**
 * The new site, with what needs a restart as before: it is read at the start only, because it decides where readings come from, what
 * the topics are called, where the learned state is, and which broker is connected.
 */
export const withoutRestart = (before: Site, after: Site): Site => ({
  ...after,
  site: before.site,
  database: before.database,
  mqtt: before.mqtt,
  log: { ...after.log, format: before.log.format },
});

/** Each option as a path and its value as text. */
function flat(site: Site): Map<string, string> {
  const found = new Map<string, string>();
  const add = (value: unknown, path: string): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      for (const [key, inner] of Object.entries(value)) add(inner, path === '' ? snake(key) : `${path}.${snake(key)}`);
    else found.set(path, JSON.stringify(value));
  };
  const { inputs, ...rest } = site;
  add(rest, '');
  // The order of inputs has no meaning, but two may have the same topic.
  for (const input of inputs) {
    let path = `inputs[${input.topic}]`;
    for (let n = 2; found.has(path); n++) path = `inputs[${input.topic}, ${n}]`;
    found.set(path, JSON.stringify(input));
  }
  return found;
}

const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
