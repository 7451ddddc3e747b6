import type { JudgedTopic, Signal } from './judge.ts';

/** Topics that one input reads, and the filter that matches them and none of the others. */
export interface Alike {
  readonly filter: string;
  readonly topics: readonly JudgedTopic[];
}

/** The fields of alike topics, each path once. */
export function signalsOf({ topics }: Alike): ReadonlyMap<string, readonly Signal[]> {
  const byPath = new Map<string, Signal[]>();
  for (const { signals } of topics)
    for (const signal of signals) {
      const all = byPath.get(signal.path);
      if (all === undefined) byPath.set(signal.path, [signal]);
      else all.push(signal);
    }
  return byPath;
}

/** Fewer alike topics are listed one by one. */
const MIN_ALIKE = 3;
/** Devices of a known format are alike from two on. */
const MIN_KNOWN = 2;

/**
 * Joins topics of alike devices under a filter with `+`: first at the level that the dialect names, then wherever at least three
 * topics differ in one level only and their numbers mean the same. No filter matches one of `others`, or a topic of another
 * input.
 */
export function joinAlike(topics: readonly JudgedTopic[], others: readonly string[]): readonly Alike[] {
  const matching = matchCounter([...topics.map(({ topic }) => topic), ...others]);
  let all: readonly Alike[] = topics.map((topic) => ({ filter: topic.topic, topics: [topic] }));
  all = joined(all, matching, MIN_KNOWN, ({ topics: [first] }) => deviceLevel(first));
  const levels = Math.max(0, ...topics.map(({ topic }) => topic.split('/').length));
  // From the innermost level outwards, twice: a second wildcard may join what the first one has made alike.
  for (let round = 0; round < 2; round++)
    for (let level = levels - 1; level >= 0; level--) all = joined(all, matching, MIN_ALIKE, () => level);
  return all.flatMap(separated);
}

/** Counts the topics that a filter with `+` matches: those which become equal to it when its wildcards are put into them. */
function matchCounter(topics: readonly string[]): (filter: string) => number {
  const split = topics.map((topic) => topic.split('/'));
  const tables = new Map<string, Map<string, number>>();
  return (filter) => {
    const parts = filter.split('/');
    const at = [...parts.keys()].filter((i) => parts[i] === '+');
    const key = `${parts.length}:${at.join()}`;
    let table = tables.get(key);
    if (table === undefined) {
      table = new Map();
      for (const levels of split) {
        if (levels.length !== parts.length) continue;
        const pattern = levels.map((level, i) => (at.includes(i) ? '+' : level)).join('/');
        table.set(pattern, (table.get(pattern) ?? 0) + 1);
      }
      tables.set(key, table);
    }
    return table.get(filter) ?? 0;
  };
}

/** The level at which devices of the dialect differ. */
function deviceLevel({ topic, dialect }: JudgedTopic): number | null {
  const device = topic.match(dialect.topic)?.groups?.['device'];
  if (device === undefined || device.includes('/')) return null;
  const level = topic.split('/').indexOf(device);
  return level < 0 ? null : level;
}

function joined(
  all: readonly Alike[],
  matching: (filter: string) => number,
  min: number,
  levelOf: (each: Alike) => number | null,
): readonly Alike[] {
  const groups = new Map<string, { filter: string; members: Alike[] }>();
  for (const each of all) {
    const level = levelOf(each);
    const parts = each.filter.split('/');
    if (level === null || level >= parts.length || parts[level] === '+') continue;
    const isLast = level === parts.length - 1;
    // A filter of + alone, or with no level of its own, would take everything.
    const filter = parts.with(level, '+').join('/');
    if (!/[^+/]/.test(filter)) continue;
    const key = `${filter} ${kindOf(each.topics[0], isLast ? parts[level] : null)}`;
    const group = groups.get(key) ?? { filter, members: [] };
    group.members.push(each);
    groups.set(key, group);
  }
  const result = new Set(all);
  for (const { filter, members } of groups.values()) {
    const own = new Set(members.flatMap((member) => member.topics));
    if (own.size < min || members.length < 2 || !agree([...own])) continue;
    if (matching(filter) > own.size) continue;
    for (const member of members) result.delete(member);
    result.add({ filter, topics: [...own] });
  }
  return [...result];
}

/** What topics must have in common to be alike. `last`: the last level, where that is the one that differs. */
function kindOf({ dialect, signals, each, fields }: JudgedTopic, last: string | null): string {
  const scalar = fields.has('');
  const [signal] = signals;
  const known = dialect.name !== 'number';
  const quantity = !scalar
    ? ''
    : `${signal.quantity.name} ${signal.quantity.unit}${signal.quantity.name === '' && last !== null ? last.replace(/\d+/g, '') : ''}`;
  const shape =
    scalar || known
      ? ''
      : signals
          .map(({ path }) => path)
          .toSorted()
          .join(' ');
  return JSON.stringify([dialect.name, scalar, quantity, shape, each]);
}

/** The same path means the same in all topics. */
function agree(topics: readonly JudgedTopic[]): boolean {
  const meaning = new Map<string, string>();
  for (const { signals } of topics)
    for (const signal of signals) {
      const means = meaningOf(signal);
      if ((meaning.get(signal.path) ?? means) !== means) return false;
      meaning.set(signal.path, means);
    }
  return true;
}

const meaningOf = ({ quantity: { name, unit, counter } }: Signal): string => `${name} ${unit} ${counter ?? ''}`;

/**
 * A number that is a signal of some of these topics and none of another, as the voltage of a plug and of a battery: it is left to an
 * input for each of its topics.
 */
function separated(alike: Alike): readonly Alike[] {
  const { topics } = alike;
  const none = new Set(
    topics.flatMap(({ others }) => others.filter(({ why }) => !why.startsWith('constant')).map(({ path }) => path)),
  );
  const isApart = ({ path }: Signal): boolean => none.has(path);
  if (topics.length < 2 || !topics.some(({ signals }) => signals.some(isApart))) return [alike];
  const shared = topics.map((topic) => ({ ...topic, signals: topic.signals.filter((signal) => !isApart(signal)) }));
  const own = topics.map((topic) => ({ ...topic, signals: topic.signals.filter(isApart), others: [] }));
  return [
    { ...alike, topics: shared },
    ...own.filter(({ signals }) => signals.length > 0).map((topic) => ({ filter: topic.topic, topics: [topic] })),
  ].filter((each) => each.topics.some(({ signals }) => signals.length > 0));
}
