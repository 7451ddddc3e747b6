import { movementInWords, rateInWords } from '../../detect/episode/habit.ts';
import { formatOf } from '../../detect/episode/reason.ts';
import type { Calendar } from '../../detect/forecast/calendar.ts';
import { HabitTable, type StoredHabit } from '../../io/sqlite/tables/habit-table.ts';
import { ModeTable, type StoredMode } from '../../io/sqlite/tables/mode-table.ts';
import { EXIT } from '../exit-codes.ts';
import { jsonLine, minute, shortDuration, table } from '../terminal/format.ts';
import { readDatabase, type DatabaseOptions } from '../read-database.ts';

export interface HabitsOptions extends DatabaseOptions {
  readonly series?: string;
  readonly json: boolean;
}

/**
 * `zankyo habits`: lists the stored habits, by series, and the operating modes of series that have more than one. Only reads; the
 * service may be running.
 */
export function habits({ series, json, ...options }: HabitsOptions): number {
  return readDatabase(options, (db, calendar) => {
    const found = new HabitTable(db).list(series);
    const modes = new ModeTable(db).list(series);
    if (json) for (const row of [...found, ...modes]) console.log(jsonLine(row));
    else {
      console.log(found.length === 0 ? 'No habits.' : habitTable(found, calendar));
      if (modes.length > 0) console.log(`\n${modeTable(modes, calendar)}`);
    }
    return EXIT.ok;
  });
}

const habitTable = (habits: readonly StoredHabit[], calendar: Calendar): string => {
  const rows = habits.map(({ series, from, to, unit, lengthMs, perWeek, since, lastAt }) => {
    const movement = movementInWords(from ?? NaN, to ?? NaN, unit);
    return [
      series,
      ...movement,
      shortDuration(lengthMs),
      rateInWords(perWeek),
      minute(since, calendar),
      minute(lastAt, calendar),
    ];
  });
  return table(['series', 'from', 'to', 'lasts', 'comes about', 'since', 'last'], rows, [1, 2, 3]);
};

const modeTable = (modes: readonly StoredMode[], calendar: Calendar): string => {
  const time = (at: number | null): string => (at === null ? '–' : minute(at, calendar));
  const rows = modes.map(({ series, level, spread, unit, times, since, lastAt, present }) => {
    const { quantity } = formatOf(unit, spread);
    return [series, quantity(level), String(times), time(since), present ? 'now' : time(lastAt)];
  });
  return table(['series', 'stays near', 'times', 'since', 'last'], rows, [1, 2]);
};
