import type { Site } from '../../config/schema/site.ts';

/** A site as partition `n` has it: with its own groups. `elsewhere`: names of the other groups and of their series. */
export function partOf(
  site: Site,
  homes: ReadonlyMap<string, number>,
  n: number,
): { readonly site: Site; readonly elsewhere: readonly string[] } {
  const all = Object.entries(site.groups);
  const here = all.filter(([group]) => homes.get(group) === n);
  const others = all.filter(([group]) => homes.get(group) !== n);
  return {
    site: { ...site, groups: Object.fromEntries(here) },
    elsewhere: others.flatMap(([group, { series }]) => [group, ...series]),
  };
}
