import { movementInWords, rateInWords } from '../detect/episode/habit.ts';
import type { Calendar } from '../detect/forecast/calendar.ts';
import { HabitTable, type StoredHabit } from '../io/sqlite/habit-table.ts';
import { EXIT } from './exit-codes.ts';
import { jsonLine, shortDuration, table } from './format.ts';
import { readDatabase, type DatabaseOptions } from './read-database.ts';

export interface HabitsOptions extends DatabaseOptions {
  readonly series?: string;
  readonly json: boolean;
}

/** `zankyo habits`: lists the stored habits, by series. Only reads; the service may be running. */
export function habits({ series, json, ...options }: HabitsOptions): number {
  return readDatabase(options, (db, calendar) => {
    const found = new HabitTable(db).list(series);
    if (json) for (const habit of found) console.log(jsonLine(habit));
    else console.log(found.length === 0 ? 'No habits.' : habitTable(found, calendar));
    return EXIT.ok;
  });
}

const habitTable = (habits: readonly StoredHabit[], calendar: Calendar): string => {
  const minute = (at: number): string => calendar.text(at).slice(0, 16);
  const rows = habits.map(({ series, from, to, unit, lengthMs, perWeek, since, lastAt }) => {
    const movement = movementInWords(from ?? NaN, to ?? NaN, unit);
    return [series, ...movement, shortDuration(lengthMs), rateInWords(perWeek), minute(since), minute(lastAt)];
  });
  return table(['series', 'from', 'to', 'lasts', 'comes about', 'since', 'last'], rows, [1, 2, 3]);
};
