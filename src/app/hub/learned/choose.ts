import type { AssetClass } from '../../../config/hub/hub-schema.ts';
import type { LearnedRow } from '../../../io/hub/learned.ts';
import { compileGlobs } from '../../../stream/names/glob.ts';

export interface Wanted {
  /** The site that begins, and its series and groups. */
  readonly site: string;
  readonly streams: readonly string[];
  /** Only states of this site; null: of any. */
  readonly from: string | null;
  /** For a stream of the site the stream whose state it gets, as `stream` or `site/stream`. */
  readonly map: Readonly<Record<string, string>>;
}

/** What a stream begins with; null where nothing is stored for it. */
export interface Choice {
  readonly stream: string;
  readonly donor: LearnedRow | null;
}

/**
 * Chooses for each stream among the newest states of all sites, in this order: the one that `map` names; one with the same name; one of a
 * class of like assets to which the stream belongs. Of several the one that has learned from the most samples. States of the site itself
 * come only with `from`: it has learned them already.
 */
export function choose(
  { site, streams, from, map }: Wanted,
  stored: readonly LearnedRow[],
  classes: readonly AssetClass[],
): readonly Choice[] {
  const newest = new Map<string, LearnedRow>();
  for (const row of stored) {
    const known = newest.get(subjectOf(row));
    if (from === null ? row.site === site : row.site !== from) continue;
    if (known === undefined || known.stored_at < row.stored_at) newest.set(subjectOf(row), row);
  }
  const byStream = new Map<string, LearnedRow[]>();
  for (const row of newest.values()) byStream.set(row.stream, [...(byStream.get(row.stream) ?? []), row]);
  const members = classes.map(({ series }) => {
    const matches = compileGlobs(series);
    return { matches, best: best([...newest.values()].filter((row) => matches(subjectOf(row)))) };
  });
  return streams.map((stream) => {
    const named = Object.hasOwn(map, stream) ? map[stream] : null;
    if (named !== null)
      return { stream, donor: named.includes('/') ? (newest.get(named) ?? null) : best(byStream.get(named) ?? []) };
    const alike = best(byStream.get(stream) ?? []);
    const like = members.find(({ matches, best: found }) => found !== null && matches(`${site}/${stream}`));
    return { stream, donor: alike ?? like?.best ?? null };
  });
}

const subjectOf = ({ site, stream }: LearnedRow): string => `${site}/${stream}`;

const best = (rows: readonly LearnedRow[]): LearnedRow | null =>
  rows.reduce<LearnedRow | null>((most, row) => (most === null || row.samples > most.samples ? row : most), null);
