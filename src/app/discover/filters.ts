import type { Format } from '../../stream/dialects/dialect.ts';

interface Heard {
  readonly topic: string;
  readonly format: Format;
}

/** Formats that only the content tells: nothing says that other topics below the same level are of them too. */
const BY_CONTENT: ReadonlySet<Format> = new Set(['json', 'scalar', 'senml', 'cbor', 'influx']);

/**
 * Topic filters that match all topics and none of `others`: `#` below the first level, so that availability and devices that are added
 * later are read too; below further levels where `others` are there. One topic alone stays as it is, unless its format has more topics.
 */
export function filtersOf(topics: readonly Heard[], others: readonly string[]): readonly string[] {
  // Home Assistant has its discovery below the same base; its states are below their domain.
  const depthOf = ({ format }: Heard): number => (format === 'statestream' ? 2 : 1);
  const deeper = topics.filter((topic) => depthOf(topic) > 1);
  const usual = topics.filter((topic) => depthOf(topic) === 1);
  return [...below(usual, others, 1), ...below(deeper, others, 2)];
}

/** The filter among those of `filtersOf` that matches a topic; null where none does. */
export function filterFor(topic: string, filters: ReadonlySet<string>): string | null {
  if (filters.has(topic)) return topic;
  const levels = topic.split('/');
  for (let depth = levels.length; depth > 0; depth--) {
    const filter = `${levels.slice(0, depth).join('/')}/#`;
    if (filters.has(filter)) return filter;
  }
  return null;
}

function below(topics: readonly Heard[], others: readonly string[], depth: number): readonly string[] {
  const groups = new Map<string, Heard[]>();
  for (const topic of topics) {
    const prefix = topic.topic.split('/', depth).join('/');
    const group = groups.get(prefix);
    if (group === undefined) groups.set(prefix, [topic]);
    else group.push(topic);
  }
  return [...groups].flatMap(([prefix, all]) => {
    const [first] = all;
    const isWhole = all.length === 1 && (first.topic === prefix || BY_CONTENT.has(first.format));
    if (isWhole) return [first.topic];
    const inside = others.filter((topic) => topic === prefix || topic.startsWith(`${prefix}/`));
    return inside.length === 0 ? [`${prefix}/#`] : below(all, inside, depth + 1);
  });
}
