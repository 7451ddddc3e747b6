/** Topics and names that a mapper remembers; more are computed anew each time. */
const MAX_REMEMBERED = 10_000;

/**
 * `compute`, whose result is remembered for the first 10,000 texts. Splitting a topic at every message costs more than reading its
 * payload.
 */
export function remember<T>(compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const value = compute(text);
    if (known.size < MAX_REMEMBERED) known.set(text, value);
    return value;
  };
}

/** The same for a pair of texts, such as a key and the keys above it: no new text is made for a value that came before. */
export function rememberPairs<T>(compute: (first: string, second: string) => T): (first: string, second: string) => T {
  const known = new Map<string, Map<string, T>>();
  let size = 0;
  return (first, second) => {
    let row = known.get(first);
    const found = row?.get(second);
    if (found !== undefined) return found;
    const value = compute(first, second);
    if (size >= MAX_REMEMBERED) return value;
    size++;
    if (row === undefined) known.set(first, (row = new Map<string, T>()));
    row.set(second, value);
    return value;
  };
}

/** Adds to a set of at most 10,000 texts; the oldest one leaves it. */
export function addBounded(set: Set<string>, text: string): void {
  if (set.size >= MAX_REMEMBERED && !set.has(text))
    for (const oldest of set) {
      set.delete(oldest);
      break;
    }
  set.add(text);
}
