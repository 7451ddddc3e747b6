import { partitionOf, subjectOf, tokenOf } from '../stream/names/partition.ts';
import { wildcardsIn } from '../stream/names/topic-filter.ts';
import type { ClusterOptions } from './schema/cluster.ts';
import { couldName } from './names.ts';
import type { GroupOptions, InputOptions } from './schema/input.ts';

/** A subject transform of nats-server: readings with this subject get the number of their partition in front. */
export interface Transform {
  readonly src: string;
  readonly dest: string;
}

/** Why the inputs or groups of a site cannot be partitioned. */
export interface LayoutProblem {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** How the readings of a site are distributed over partitions. */
export interface Layout {
  /** One for each topic filter. */
  readonly transforms: readonly Transform[];
  /** The partition of each group. */
  readonly groups: ReadonlyMap<string, number>;
  readonly problems: readonly LayoutProblem[];
}

interface Parts {
  readonly inputs: readonly InputOptions[];
  readonly groups: Readonly<Record<string, Pick<GroupOptions, 'series'>>>;
  readonly cluster: Pick<ClusterOptions, 'key' | 'groupKeys' | 'partitions'>;
}

/** The subject under which the stream keeps the readings of partition `n`, without their own subject. */
export const partitionPrefix = (n: number | string): string => `_p.${n}`;

/**
 * The partition of a reading follows from its topic alone: nats-server 2.10 hashes tokens at fixed positions. So
 * - a topic filter has `+` only, at fixed levels;
 * - the name of a series contains the wildcards that are hashed, so that no two partitions have a series of one name;
 * - all series of a group have the same text at these wildcards.
 * A topic without wildcards goes to the partition of the group of its series, else to one that its own text gives.
 */
export function layoutOf({ inputs, groups, cluster }: Parts): Layout {
  const problems: LayoutProblem[] = [];
  const filters = new Map<string, InputOptions[]>();
  inputs.forEach((input, i) => {
    const { topic } = input;
    const text = filterProblem(input, cluster.key) ?? overlap(topic, [...filters.keys()]);
    if (text === null) filters.set(topic, [...(filters.get(topic) ?? []), input]);
    else problems.push({ path: ['inputs', i, 'topic'], text });
  });
  if (problems.length > 0) return { transforms: [], groups: new Map(), problems };

  const homes = new Map<string, number>();
  for (const [name, { series }] of Object.entries(groups)) {
    const key = groupKey(name, series, { inputs, cluster });
    if ('text' in key) problems.push({ path: ['groups', name], text: key.text });
    else homes.set(name, partitionOf(key.tokens, cluster.partitions));
  }

  const transforms: Transform[] = [];
  for (const [topic, same] of filters) {
    const wildcards = wildcardsIn(topic);
    const src = subjectOf(topic).replaceAll('+', '*');
    if (wildcards > 0) {
      let n = 0;
      const rest = src.replaceAll('*', () => `{{wildcard(${++n})}}`);
      const key = keyOf(cluster.key, wildcards).join(',');
      transforms.push({ src, dest: `${partitionPrefix(`{{partition(${cluster.partitions},${key})}}`)}.${rest}` });
      continue;
    }
    const places = new Set(
      Object.entries(groups)
        .filter(([, { series }]) => series.some((slug) => same.some((input) => gives(input, slug))))
        .map(([name]) => homes.get(name))
        .filter((home) => home !== undefined),
    );
    if (places.size > 1)
      problems.push({
        path: ['inputs', inputs.indexOf(same[0]), 'topic'],
        text: 'its series belong to groups in different partitions; expected groups with the same key in cluster.group_keys',
      });
    const home = [...places][0] ?? partitionOf([src], cluster.partitions);
    transforms.push({ src, dest: `${partitionPrefix(home)}.${src}` });
  }
  return { transforms, groups: homes, problems };
}

const gives = (input: InputOptions, slug: string): boolean => input.fields.some(({ name }) => couldName(name, slug));

/** Numbers of the wildcards that are hashed. */
const keyOf = (key: ClusterOptions['key'], wildcards: number): readonly number[] =>
  key === 'all' ? Array.from({ length: wildcards }, (_, i) => i + 1) : key;

function filterProblem({ topic, fields }: InputOptions, key: ClusterOptions['key']): string | null {
  if (topic.split('/').includes('#'))
    return 'cluster: "#" has no fixed number of levels; expected a "+" for each level, in one input for each number of levels';
  if (/[\s*>]|^\$/.test(topic)) return 'cluster: NATS has no topics with spaces, "*" or ">", or with "$" in front';
  if (topic.startsWith('+'))
    return 'cluster: expected text as the first level; a "+" there would take the messages of NATS itself too';
  const wildcards = wildcardsIn(topic);
  if (wildcards === 0) return null;
  const numbers = keyOf(key, wildcards);
  const absent = numbers.find((n) => n > wildcards);
  if (absent !== undefined) return `cluster.key asks for wildcard ${absent}, and the topic has ${wildcards}`;
  const unnamed = fields
    .map(({ name }) => ({ name, n: numbers.find((n) => !name.includes(`{${n}}`) && !name.includes('{topic}')) }))
    .find(({ n }) => n !== undefined);
  return unnamed === undefined
    ? null
    : `cluster: wildcard ${unnamed.n} chooses the partition, so the name ${JSON.stringify(unnamed.name)} must contain {${unnamed.n}}; else two partitions may have a series of one name`;
}

/** A message may match one filter only: it is in one partition. */
function overlap(topic: string, others: readonly string[]): string | null {
  const levels = topic.split('/');
  const other = others.find((each) => {
    const theirs = each.split('/');
    return (
      each !== topic &&
      theirs.length === levels.length &&
      theirs.every((level, i) => level === '+' || levels[i] === '+' || level === levels[i])
    );
  });
  return other === undefined ? null : `cluster: a topic may match both this filter and ${JSON.stringify(other)}`;
}

/** The tokens that give the partition of a group, or why there are none. */
function groupKey(
  group: string,
  series: readonly string[],
  { inputs, cluster }: Omit<Parts, 'groups'>,
): { readonly tokens: readonly string[] } | { readonly text: string } {
  const { groupKeys } = cluster;
  if (Object.hasOwn(groupKeys, group)) return { tokens: groupKeys[group].map(tokenOf) };
  const keys: { readonly slug: string; readonly texts: readonly string[] }[] = [];
  for (const slug of series) {
    for (const { topic, fields } of inputs) {
      const wildcards = wildcardsIn(topic);
      if (wildcards === 0) continue;
      for (const { name } of fields.filter((field) => couldName(field.name, slug))) {
        const found = wildcardTexts(name, topic, slug);
        const remedy = `expected the texts of the key in cluster.group_keys.${group}`;
        if (found === null)
          return {
            text: `cluster: series ${JSON.stringify(slug)} does not show the texts of its wildcards; ${remedy}`,
          };
        const texts = keyOf(cluster.key, wildcards).map((n) => found[n - 1]);
        keys.push({ slug, texts });
        const [key] = keys;
        if (key.texts.join('/') !== texts.join('/'))
          return {
            text: `cluster: series ${JSON.stringify(key.slug)} and ${JSON.stringify(slug)} have different keys (${key.texts.join('/')} and ${texts.join('/')}) and so different partitions; expected cluster.key with wildcards that all series of the group share`,
          };
      }
    }
  }
  return { tokens: keys.at(0)?.texts ?? [group] };
}

/** The texts of the wildcards of a filter in the name of a series; null where there are several ways to read it, or none. */
export function wildcardTexts(name: string, filter: string, slug: string): readonly string[] | null {
  let n = 0;
  const topic = filter.replaceAll('+', () => `{${++n}}`);
  const pieces = name.replaceAll('{topic}', topic).split(/\{(\d+)\}/);
  const pattern = (text: string): string => {
    const seen = new Set<string>();
    return pieces
      .map((piece, i) => {
        if (i % 2 === 0) return piece.toLowerCase().replace(/[^a-z0-9_]+/g, '-');
        const first = !seen.has(piece);
        seen.add(piece);
        return first ? `(?<w${piece}>${text})` : `\\k<w${piece}>`;
      })
      .join('')
      .replace(/^[_-]+|[_-]+$/g, '');
  };
  const [short, long] = ['[a-z0-9_-]+?', '[a-z0-9_-]+'].map(
    (text) => new RegExp(`^${pattern(text)}$`).exec(slug)?.groups,
  );
  if (short === undefined || long === undefined) return null;
  const texts = Array.from({ length: n }, (_, i) => short[`w${i + 1}`] ?? '');
  return texts.every((text, i) => text === (long[`w${i + 1}`] ?? '')) ? texts : null;
}
