import type { NowChange, NowRow, NowState } from '../../app/dashboard/contract/now.ts';
import type { LiveEvent } from '../api.ts';

/** What the page shows: rows by their stream, so that a change replaces only its rows. */
export interface Shown extends Omit<NowState, 'rows'> {
  readonly rows: ReadonlyMap<string, NowRow>;
}

/** The state after an event; null before the first whole one. */
export const merged = (before: Shown | null, event: LiveEvent<NowState> | LiveEvent<NowChange>): Shown | null => {
  if (event.whole === true) {
    const whole = event as LiveEvent<NowState>;
    return { ...whole, rows: new Map(whole.rows.map((row) => [row.stream, row])) };
  }
  if (before === null) return null;
  const { rows: changed, gone = [], ...lists } = event as LiveEvent<NowChange>;
  if (changed.length + gone.length === 0) return { ...before, ...lists };
  const rows = new Map(before.rows);
  for (const stream of gone) rows.delete(stream);
  for (const row of changed) rows.set(row.stream, row);
  return { ...before, ...lists, rows };
};

/** States from the first that a person looks at. */
export const ORDER = ['alarm', 'sensor', 'silent', 'stopped', 'drift', 'learning', 'ready'] as const;

/** By state, then by score in steps of a tenth, then by name. */
export const inOrder = (rows: readonly NowRow[]): readonly NowRow[] => {
  const rank = ({ state }: NowRow): number => ORDER.indexOf(state);
  const step = ({ score }: NowRow): number => Math.floor(10 * Math.min(score ?? 0, 100));
  return rows.toSorted((a, b) => rank(a) - rank(b) || step(b) - step(a) || (a.stream < b.stream ? -1 : 1));
};
