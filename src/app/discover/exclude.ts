import { compileGlobs } from '../../stream/names/glob.ts';

interface Named {
  readonly device: string;
  readonly signal: string;
}

/** As in the site file. */
const MAX_PATTERNS = 1_000;
const MAX_LENGTH = 200;

/** `device/signal`, as `include` and `exclude` of an input read it. */
export const nameOf = ({ device, signal }: Named): string => (signal === '' ? device : `${device}/${signal}`);

/**
 * Patterns for `exclude` that match all of `out` and none of `kept`: one for a signal of all devices (`*` in place of the device) or for a device,
 * where that is shorter.
 */
export function patternsFor(out: readonly Named[], kept: readonly Named[]): readonly string[] {
  const names = kept.map(nameOf);
  let rest = out;
  const patterns: string[] = [];
  const join = (keyOf: (each: Named) => string, patternOf: (key: string) => string): void => {
    for (const [key, all] of groupedBy(rest, keyOf)) {
      const matches = compileGlobs([patternOf(key)]);
      if (key === '' || all.length < 2 || names.some(matches)) continue;
      patterns.push(patternOf(key));
      const joined = new Set(all);
      rest = rest.filter((each) => !joined.has(each));
    }
  };
  join(
    ({ signal }) => signal,
    (signal) => `*/${signal}`,
  );
  join(
    ({ device, signal }) => (signal === '' ? '' : device),
    (device) => `${device}/*`,
  );
  patterns.push(...rest.map(nameOf));
  return patterns.filter(({ length }) => length <= MAX_LENGTH).slice(0, MAX_PATTERNS);
}

function groupedBy<T>(all: readonly T[], keyOf: (each: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const each of all) {
    const key = keyOf(each);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return groups;
}
