/** Lines around a change that are shown. */
const CONTEXT = 2;

/** A line of the first text alone has no place `j` in the second, one of the second alone no place `i` in the first. */
interface Step {
  readonly i: number | null;
  readonly j: number | null;
}

/** How the lines a become b, by their longest common subsequence; quadratic, for files of a few hundred lines. */
function steps(a: readonly string[], b: readonly string[]): readonly Step[] {
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
  const found: Step[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;)
    if (i < a.length && j < b.length && a[i] === b[j]) found.push({ i: i++, j: j++ });
    else if (i < a.length && (j === b.length || common[i + 1][j] >= common[i][j + 1])) found.push({ i: i++, j: null });
    else found.push({ i: null, j: j++ });
  return found;
}

/**
 * The lines in which two texts differ, `- ` before those of the first and `+ ` before those of the second, with two lines around each
 * change and `…` between them.
 */
export function lineDiff(before: string, after: string): readonly string[] {
  const [a, b] = [before, after].map((text) => text.split('\n'));
  const lines = steps(a, b).map(({ i, j }) => (i === null ? `+ ${b[j!]}` : j === null ? `- ${a[i]}` : `  ${a[i]}`));
  const changed = lines.map((line) => !line.startsWith('  '));
  const near = lines.map((_, i) => changed.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).includes(true));
  return lines.flatMap((line, i) => (near[i] ? [line] : i === 0 || near[i - 1] ? ['…'] : []));
}

/**
 * `after` with the lines as `original` has them: `before` is the same text as `original`, line by line, but for the spaces that a printer
 * sets. A line that `before` and `after` share is printed as in `original`.
 */
export function inOriginalForm(original: string, before: string, after: string): string {
  const [lines, a, b] = [original, before, after].map((text) => text.split('\n'));
  if (lines.length !== a.length) return after;
  return steps(a, b)
    .flatMap(({ i, j }) => (j === null ? [] : [i === null ? b[j] : lines[i]]))
    .join('\n');
}
