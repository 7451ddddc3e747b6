/** Whether a pattern matches a whole text; `*` stands for any characters, also none. */
export type Glob = (text: string) => boolean;

/** Compiles a pattern. Its time is bounded: each part between two `*` is taken where it comes first. */
function compileGlob(pattern: string): Glob {
  const [first, ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}

/** Whether one of several patterns matches. */
export function compileGlobs(patterns: readonly string[]): Glob {
  const globs = patterns.map(compileGlob);
  return (text) => globs.some((glob) => glob(text));
}
