import { slugify } from '../../stream/slug.ts';
import type { JudgedTopic } from './judge.ts';
import { BASE, slugsOf, type Named, type Slug } from './names.ts';

/** Series of one message, which one network could learn together. */
export interface ProposedGroup {
  readonly name: string;
  readonly series: readonly string[];
}

const MAX_GROUPS = 50;

/** Measured values of one message, at least two. Switches and meters are left to themselves. */
export function groupsOf(inputs: readonly Named[]): readonly ProposedGroup[] {
  const slugs = inputs.map(slugsOf);
  const series = new Set(slugs.flat().map(({ slug }) => slug));
  const groups = new Map<string, ProposedGroup>();
  const byTopic = new Map<string, Slug[]>();
  for (const each of slugs.flat()) byTopic.set(each.topic.topic, [...(byTopic.get(each.topic.topic) ?? []), each]);
  for (const [topic, all] of byTopic) {
    const together = all.filter((each) => measures(each.topic, each.path)).map(({ slug }) => slug);
    if (together.length < 2 || groups.size >= MAX_GROUPS) continue;
    const name = groupName(topic, (candidate) => series.has(candidate) || groups.has(candidate));
    if (name !== null) groups.set(name, { name, series: together });
  }
  return [...groups.values()];
}

const measures = ({ signals }: JudgedTopic, path: string): boolean => {
  const { quantity } = signals.find((signal) => signal.path === path)!;
  return quantity.name !== 'state' && quantity.counter === undefined;
};

function groupName(topic: string, taken: (name: string) => boolean): string | null {
  const base = slugify(
    topic
      .split('/')
      .filter((level) => !BASE.test(level))
      .join(' '),
  );
  // A name of the site file begins with a letter or digit, as every slug does.
  return [base, `${base}-together`].find((name) => name !== '' && name.length <= 64 && !taken(name)) ?? null;
}
