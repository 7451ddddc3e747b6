import type { Habit } from '../src/detect/episode/habit.ts';

export const habit = (rest: Partial<Habit> = {}): Habit => ({
  id: 'sump-level-hmk1',
  stream: 'sump',
  series: 'sump-level',
  unit: '%',
  at: Date.UTC(2026, 10, 24, 9, 30),
  since: Date.UTC(2026, 10, 21, 6),
  lastAt: Date.UTC(2026, 10, 24, 9),
  from: 80,
  to: 20,
  lengthMs: 1_500_000,
  perWeek: 56,
  reason:
    'sump-level drops from 80 % to 20 % for about 25 min about 8 times a day; zankyo treats this as normal from now on.',
  ...rest,
});
