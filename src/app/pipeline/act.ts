import type { Mark, StreamAction } from '../../stream/ports/ports.ts';
import type { Stream } from './stream.ts';

/** The changes of an action; for a mark the mark before, and when the signature came first (null: it is still open). */
export interface ActionResult {
  readonly before: Mark;
  readonly firstAt: number | null;
}

const CHANGED: ActionResult = { before: null, firstAt: null };

/**
 * Carries out an action on its stream, at `at`, epoch ms: the same for a command and for the replay of the journal. Null where it
 * changes nothing, or its series has left the stream.
 */
export function act({ series, status, operator }: Stream, action: StreamAction, at: number): ActionResult | null {
  const indexOf = (name: string): number => series.findIndex(({ slug }) => slug === name);
  switch (action.do) {
    case 'freeze':
    case 'resume':
      if (status.frozen === (action.do === 'freeze')) return null;
      operator[action.do]();
      return CHANGED;
    case 'sensitivity':
      operator.setSensitivity(action.value);
      return CHANGED;
    case 'accept':
      operator.acceptAsNormal(at);
      return CHANGED;
    case 'accept_drift':
      operator.acceptDrift(at);
      return CHANGED;
    case 'reset': {
      const d = action.series === null ? undefined : indexOf(action.series);
      if (d === -1) return null;
      operator.reset(at, d);
      return CHANGED;
    }
    case 'maintenance': {
      const changed = series.flatMap(({ slug }, d) =>
        status.inMaintenance(d) === action.series.includes(slug) ? [] : [d],
      );
      for (const d of changed) operator.setMaintenance(d, action.series.includes(series[d].slug), at);
      return changed.length === 0 ? null : CHANGED;
    }
    case 'availability': {
      const changed = series.flatMap(({ slug }, d) =>
        action.series.includes(slug) && status.isLost(d) === action.online ? [d] : [],
      );
      for (const d of changed) operator.setAvailability(d, action.online, at);
      return changed.length === 0 ? null : CHANGED;
    }
    case 'mark': {
      const { event } = action;
      const d = indexOf(action.series);
      const past = 'firstAt' in event ? event : { ...event, value: event.value ?? NaN };
      return d < 0 ? null : operator.mark(d, past, action.mark);
    }
  }
}
