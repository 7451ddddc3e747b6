import { slugify } from '../../stream/names/slug.ts';
import type { NamedSignal } from './names.ts';

/** Series of one message, which one network could learn together. */
export interface ProposedGroup {
  readonly name: string;
  readonly series: readonly string[];
}

const MAX_GROUPS = 50;

/** Measured values of one device in one message, at least two. Switches and meters are left to themselves. */
export function groupsOf(signals: readonly NamedSignal[]): readonly ProposedGroup[] {
  const series = new Set(signals.map(({ name }) => name));
  const together = new Map<string, NamedSignal[]>();
  for (const signal of signals) {
    if (!measures(signal)) continue;
    const key = JSON.stringify([signal.topic.topic, signal.device]);
    const all = together.get(key);
    if (all === undefined) together.set(key, [signal]);
    else all.push(signal);
  }
  const groups = new Map<string, ProposedGroup>();
  for (const all of together.values()) {
    if (all.length < 2 || groups.size >= MAX_GROUPS) continue;
    const name = groupName(all[0].device, (candidate) => series.has(candidate) || groups.has(candidate));
    if (name !== null) groups.set(name, { name, series: all.map((signal) => signal.name) });
  }
  return [...groups.values()];
}

const measures = ({ wanted, values }: NamedSignal): boolean =>
  wanted.binary !== true && wanted.counter === undefined && !values.binary;

function groupName(device: string, taken: (name: string) => boolean): string | null {
  const base = slugify(device);
  // A name of the site file begins with a letter or digit, as every slug does.
  return [base, `${base}-together`].find((name) => name !== '' && name.length <= 64 && !taken(name)) ?? null;
}
