import { slugify, compileName } from '../../stream/slug.ts';
import { compileFilter, wildcardsIn } from '../../stream/topic-filter.ts';
import { signalsOf, type Alike } from './alike.ts';
import type { JudgedTopic, Signal } from './judge.ts';

/** By path: a template, or null for the default form, topic and path. */
export type Names = ReadonlyMap<string, string | null>;

/** Topics of one input with the names of their series. */
export interface Named {
  readonly alike: Alike;
  readonly names: Names;
}

/** Levels that say nothing about the device. */
export const BASE =
  /^(zigbee2mqtt|tele|stat|SENSOR|shellies|events|rpc|status|sensors?|binary_sensor|switch|state|up|event|devices?|v3|application|homie|5|value)$/;

export function namesOf(alike: Alike): Names {
  const signals = signalsOf(alike);
  const parts: string[] = [];
  let wildcard = 0;
  for (const level of alike.filter.split('/')) {
    if (level === '+') parts.push(`{${++wildcard}}`);
    else if (!BASE.test(level) && slugify(level) !== '') parts.push(slugify(level));
  }
  if (parts.length === 0) return new Map([...signals.keys()].map((path) => [path, null]));
  const keys = keysOf(signals);
  return new Map([...signals.keys()].map((path) => [path, [...parts, keys.get(path)!].filter(Boolean).join('-')]));
}

/** A short key for each path: the quantity, the last key, or all keys, whichever is the first that no other path has. */
function keysOf(signals: ReadonlyMap<string, readonly Signal[]>): ReadonlyMap<string, string> {
  const candidates = [...signals].map(([path, [{ keys, quantity }]]) => {
    if (path === '') return { path, options: [''] };
    const short = quantity.name === 'state' ? '' : quantity.name;
    return { path, options: [short, slugify(keys.at(-1)!), slugify(keys.join(' '))].filter(Boolean) };
  });
  const count = (option: string): number => candidates.filter(({ options }) => options.includes(option)).length;
  return new Map(
    candidates.map(({ path, options }) => [
      path,
      options.find((option) => count(option) === 1) ?? options.at(-1) ?? '',
    ]),
  );
}

/** The name of one series. */
export interface Slug {
  readonly slug: string;
  readonly topic: JudgedTopic;
  readonly path: string;
}

export function slugsOf({ alike, names }: Named): readonly Slug[] {
  const matches = compileFilter(alike.filter);
  const wildcards = wildcardsIn(alike.filter);
  return alike.topics.flatMap((topic) =>
    topic.signals
      .filter(({ path }) => names.has(path))
      .map(({ path }) => {
        const name = names.get(path) ?? null;
        const slug =
          name === null
            ? slugify(path === '' ? topic.topic : `${topic.topic} ${path}`)
            : compileName(name, wildcards)(topic.topic, matches(topic.topic)!);
        return { slug, topic, path };
      }),
  );
}

/**
 * Names of the default form where two series would have one name. Where that is not enough, as with names in another script, each
 * topic has an input of its own, with a number in the name.
 */
export function withUniqueNames(inputs: readonly Named[]): readonly Named[] {
  const first = clashes(inputs);
  const shortened = inputs.map((input, i) => {
    const bad = first[i];
    return bad.size === 0
      ? input
      : { ...input, names: new Map([...input.names].map(([path, name]) => [path, bad.has(path) ? null : name])) };
  });
  const still = clashes(shortened);
  const taken = new Set(
    shortened.flatMap((input, i) => (still[i].size === 0 ? slugsOf(input).map(({ slug }) => slug) : [])),
  );
  const numbered = (slug: string): string => {
    const base = (slug === '' ? 'series' : slug).slice(0, 56);
    for (let n = 1; ; n++) {
      const name = n === 1 ? base : `${base}-${n}`;
      if (taken.has(name)) continue;
      taken.add(name);
      return name;
    }
  };
  return shortened.flatMap((input, i) => {
    if (still[i].size === 0) return [input];
    return input.alike.topics.map((topic) => {
      const alike = { filter: topic.topic, topics: [topic] };
      const names = new Map(topic.signals.map(({ path }) => [path, numbered(slugify(`${topic.topic} ${path}`))]));
      return { alike, names };
    });
  });
}

/** For each input the paths whose series have an empty name, or one that another series has as well. */
function clashes(inputs: readonly Named[]): readonly ReadonlySet<string>[] {
  const slugs = inputs.map(slugsOf);
  const counts = new Map<string, number>();
  for (const { slug } of slugs.flat()) counts.set(slug, (counts.get(slug) ?? 0) + 1);
  return slugs.map(
    (all) => new Set(all.flatMap(({ slug, path }) => (slug === '' || counts.get(slug)! > 1 ? [path] : []))),
  );
}
