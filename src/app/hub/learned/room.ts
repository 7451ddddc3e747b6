import type { LearnedRow } from '../../../io/hub/learned.ts';

type Stored = Pick<LearnedRow, 'site' | 'stream' | 'stored_at' | 'size'>;

export interface RoomLimits {
  /** States of one stream. */
  readonly versions: number;
  /** Bytes of one site. */
  readonly bytes: number;
}

/**
 * Which states of a site make room for a new one: of its own stream those beyond `versions`, the oldest first; then, until the site has
 * room, the oldest states that are not the newest of their stream. Null where that is not enough: the new one is not stored.
 */
export function roomFor(
  incoming: Pick<Stored, 'stream' | 'size'>,
  stored: readonly Stored[],
  { versions, bytes }: RoomLimits,
): readonly Stored[] | null {
  const byAge = stored.toSorted((a, b) => a.stored_at - b.stored_at);
  const own = byAge.filter(({ stream }) => stream === incoming.stream);
  const drop = new Set(own.slice(0, Math.max(0, own.length - versions + 1)));
  const newest = new Map(byAge.map((row) => [row.stream, row]));
  newest.delete(incoming.stream);
  let used = incoming.size + stored.reduce((sum, row) => sum + (drop.has(row) ? 0 : row.size), 0);
  for (const row of byAge) {
    if (used <= bytes) break;
    if (drop.has(row) || newest.get(row.stream) === row) continue;
    drop.add(row);
    used -= row.size;
  }
  return used <= bytes ? [...drop] : null;
}
