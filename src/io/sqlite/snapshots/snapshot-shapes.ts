import type { Database } from '../database.ts';

/** A stream went on with another network, or its group with other series. */
export interface ShapeChange {
  readonly stream: string;
  /** The change is from after `after` and not later than `at`, epoch ms: past states are sparser the older they are. */
  readonly after: number;
  readonly at: number;
  readonly from: string;
  readonly to: string;
}

/** The last change of the shape of each stream that its saved states of up to 30 days still show, from `since` on, the newest first. */
export function shapeChanges(db: Database, since: number): readonly ShapeChange[] {
  const rows = db
    .prepare<[], { readonly stream: string; readonly at: number; readonly shape: string }>(
      `SELECT stream, at, shape FROM snapshot UNION SELECT stream, at, shape FROM snapshot_history ORDER BY stream, at, shape`,
    )
    .all();
  const changes = new Map<string, ShapeChange>();
  rows.forEach(({ stream, at, shape }, i) => {
    const before = rows.at(i - 1);
    if (i > 0 && before?.stream === stream && before.shape !== shape)
      changes.set(stream, { stream, after: before.at, at, from: before.shape, to: shape });
  });
  return [...changes.values()].filter(({ at }) => at >= since).toSorted((a, b) => b.at - a.at);
}
