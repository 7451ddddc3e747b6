import type { Habit } from '../../../detect/episode/habit.ts';
import { known } from '../../../math/known.ts';
import type { Database } from '../database.ts';

/** A habit as it is stored: without its display name. A value that is not finite is null. */
export interface StoredHabit extends Omit<Habit, 'label' | 'from' | 'to'> {
  readonly from: number | null;
  readonly to: number | null;
}

/** The habits of all streams, one row each. */
export class HabitTable {
  readonly #statements: ReturnType<typeof statements>;
  readonly #replace: (stream: string, habits: readonly Habit[]) => void;

  constructor(db: Database) {
    const { upsert, removeOthers } = (this.#statements = statements(db));
    this.#replace = db.transaction((stream: string, habits: readonly Habit[]) => {
      for (const habit of habits) upsert.run({ ...toRow(habit), announced: 0 });
      removeOthers.run({ stream, ids: JSON.stringify(habits.map(({ id }) => id)) });
    });
  }

  /** Writes a new habit. */
  record(habit: Habit): void {
    this.#statements.upsert.run({ ...toRow(habit), announced: 1 });
  }

  /** Writes the habits of a stream, and deletes its other rows. A row that exists keeps the time at which it became a habit. */
  replace(stream: string, habits: readonly Habit[]): void {
    this.#replace(stream, habits);
  }

  /** In order of series and age; those of one series only, if it is given. */
  list(series?: string): StoredHabit[] {
    return this.#statements.list.all({ series: series ?? null }).map(fromRow);
  }
}

interface HabitRow {
  readonly id: string;
  readonly stream: string;
  readonly series: string;
  readonly at: number;
  readonly since: number;
  readonly last_at: number;
  readonly from_value: number | null;
  readonly to_value: number | null;
  readonly length_ms: number;
  readonly per_week: number;
  readonly unit: string;
  readonly reason: string;
}

const COLUMNS = 'id, stream, series, at, since, last_at, from_value, to_value, length_ms, per_week, unit, reason';

const statements = (db: Database) => ({
  upsert: db.prepare<HabitRow & { readonly announced: 0 | 1 }>(`
    INSERT INTO habit (${COLUMNS}) VALUES (${COLUMNS.replace(/\w+/g, ':$&')})
    ON CONFLICT (id) DO UPDATE SET
      at = iif(:announced, excluded.at, at), stream = excluded.stream, last_at = excluded.last_at, from_value = excluded.from_value, to_value = excluded.to_value,
      length_ms = excluded.length_ms, per_week = excluded.per_week, unit = excluded.unit, reason = excluded.reason
  `),
  removeOthers: db.prepare<{ stream: string; ids: string }>(
    'DELETE FROM habit WHERE stream = :stream AND id NOT IN (SELECT value FROM json_each(:ids))',
  ),
  list: db.prepare<{ series: string | null }, HabitRow>(
    `SELECT ${COLUMNS} FROM habit WHERE :series IS NULL OR series = :series ORDER BY series, since, id`,
  ),
});

const toRow = (habit: Habit): HabitRow => ({
  id: habit.id,
  stream: habit.stream,
  series: habit.series,
  at: Math.round(habit.at),
  since: Math.round(habit.since),
  last_at: Math.round(habit.lastAt),
  from_value: known(habit.from),
  to_value: known(habit.to),
  length_ms: habit.lengthMs,
  per_week: habit.perWeek,
  unit: habit.unit,
  reason: habit.reason,
});

const fromRow = (row: HabitRow): StoredHabit => ({
  id: row.id,
  stream: row.stream,
  series: row.series,
  at: row.at,
  since: row.since,
  lastAt: row.last_at,
  from: row.from_value,
  to: row.to_value,
  lengthMs: row.length_ms,
  perWeek: row.per_week,
  unit: row.unit,
  reason: row.reason,
});
