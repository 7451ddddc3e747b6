import { WEEK_MS } from '../../../math/time.ts';
import { known } from '../../../math/known.ts';
import type { Habit } from '../../../detect/episode/habit.ts';
import type { PipelineView } from '../../pipeline/view.ts';
import type { NowHabit } from '../contract/now.ts';

/** Habits that are shown, those that are due first. */
const MOST = 100;

/** When a habit is due: its mean time after it came last. It says nothing of the hour at which it usually comes. */
export const dueOf = ({ lastAt, perWeek }: Pick<Habit, 'lastAt' | 'perWeek'>): number => lastAt + WEEK_MS / perWeek;

/** The habits of all streams, in order of the time at which they are due. */
export const habitsOf = (view: PipelineView): readonly NowHabit[] =>
  view
    .streams()
    .flatMap(({ habits }) => habits)
    .filter(({ perWeek }) => perWeek > 0)
    .map((habit): NowHabit => {
      const { id, stream, series, unit, lengthMs, lastAt } = habit;
      return {
        ...{ id, stream, series, unit, lengthMs, lastAt },
        from: known(habit.from),
        to: known(habit.to),
        everyMs: WEEK_MS / habit.perWeek,
        dueAt: dueOf(habit),
      };
    })
    .toSorted((a, b) => a.dueAt - b.dueAt)
    .slice(0, MOST);
