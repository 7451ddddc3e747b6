import { slugify } from '../stream/names/slug.ts';
import { wildcardsIn } from '../stream/names/topic-filter.ts';

const PLACEHOLDER = /\{[^}]*\}/;

/**
 * Replaces the placeholders that the file alone determines: `{path}` always, `{topic}` where the filter names one topic. A
 * result without placeholders is the name of one series, as a slug; empty when no character can be part of a slug.
 */
export function settleName(template: string, filter: string, path: string): string {
  const known = template.replaceAll('{path}', slugify(path));
  // Braces of the topic's own are no placeholders; in a slug they would be dashes.
  const topic = (): string => filter.replace(/[{}]/g, '-');
  const settled = wildcardsIn(filter) === 0 ? known.replaceAll('{topic}', topic) : known;
  return isLiteral(settled) ? slugify(settled) : settled;
}

/** A literal name belongs to one series; the others become names when a topic is seen. */
export const isLiteral = (name: string): boolean => !PLACEHOLDER.test(name);

/** The highest `{n}` that a name asks for, 0 when it asks for none. */
export const highestPlaceholder = (name: string): number =>
  [...name.matchAll(/\{(\d+)\}/g)].reduce((highest, [, n]) => Math.max(highest, Number(n)), 0);

/**
 * Whether some topic could turn this name into that series; placeholders may stand for anything, also for nothing. Each part is
 * taken where it comes first: a pattern with many `.*` would try all the places together, for hours.
 */
export function couldName(name: string, series: string): boolean {
  const [first, ...rest] = name.split(PLACEHOLDER).map(slugify);
  const last = rest.pop();
  if (last === undefined) return series === first;
  if (!series.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = series.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return series.endsWith(last) && series.length - last.length >= at;
}
