/** Reads the value at one path of a parsed JSON value; undefined when it is absent. Never throws. */
export type JsonPath = (value: unknown) => unknown;

/** `.key` or `key`, `[0]`, `["any key"]` with JSON escapes, `['any key']` without. */
const STEP = /(?<dot>\.?)(?<key>[^.[\]"']+)|\[(?:(?<index>\d+)|(?<quoted>"(?:[^"\\]|\\.)*")|'(?<raw>[^']*)')\]/y;

/**
 * Compiles a path such as `ENERGY.Power`, `params["temperature:0"].tC` or `[0].v`; a leading `$` is optional, and '' is
 * the value itself. A key matches only in an object, an index only in an array, and both only own properties, so that no
 * path reaches a prototype.
 * Throws RangeError, with the position, on a malformed path.
 */
export const compilePath = (text: string): JsonPath => {
  const steps: (string | number)[] = [];
  const start = /^\$(?=$|[.[])/.test(text) ? 1 : 0;
  STEP.lastIndex = start;
  for (let position = start; position < text.length; position = STEP.lastIndex) {
    const step = parseStep(STEP.exec(text)?.groups, position > 0);
    if (step === undefined)
      throw new RangeError(`path "${text}": expected .key, [0] or ["key"] at character ${position + 1}`);
    steps.push(step);
  }

  return (value) => {
    let current = value;
    for (const step of steps) {
      if (typeof current !== 'object' || current === null) return undefined;
      if (Array.isArray(current) !== (typeof step === 'number') || !Object.hasOwn(current, step)) return undefined;
      current = (current as Record<string | number, unknown>)[step];
    }
    return current;
  };
};

const parseStep = (
  groups: Record<string, string | undefined> | undefined,
  needsDot: boolean,
): string | number | undefined => {
  if (groups === undefined) return undefined;
  const { dot, key, index, quoted, raw } = groups;
  if (key !== undefined) return needsDot && dot === '' ? undefined : key;
  if (index !== undefined) return Number(index);
  if (quoted === undefined) return raw;
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return undefined;
  }
};
