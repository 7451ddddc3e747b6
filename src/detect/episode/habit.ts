import { log10 } from '../../math/elementary.ts';
import type { SeriesInfo } from '../reading.ts';
import type { Signature } from '../recurrence/signature-slots.ts';
import { namesOf, type Notice } from './notice.ts';
import { durationInWords, formatOf, nameOf } from './reason.ts';

/** An event that comes so often that it is normal: no alarm from now on. Its id is `<series>-h<since>`; `at` is when it became a habit. */
export interface Habit extends Notice {
  /** When it came first, and last, epoch ms. */
  readonly since: number;
  readonly lastAt: number;
  /** The value before it, and its farthest value. */
  readonly from: number;
  readonly to: number;
  /** How long it lasts, ms. */
  readonly lengthMs: number;
  /** How often it comes. */
  readonly perWeek: number;
}

const HOURS_A_WEEK = 168;
const DAYS_A_WEEK = 7;

/** 4 times an hour, 8 times a day, once a week, once in 3 weeks. */
export const rateInWords = (perWeek: number): string => {
  if (perWeek < 0.7) return `once in ${Math.round(1 / perWeek)} weeks`;
  const [count, unit] =
    perWeek >= 2 * HOURS_A_WEEK
      ? [perWeek / HOURS_A_WEEK, 'an hour']
      : perWeek >= 0.93 * DAYS_A_WEEK
        ? [perWeek / DAYS_A_WEEK, 'a day']
        : [perWeek, 'a week'];
  return count < 1.5 ? `once ${unit}` : `${Math.round(count)} times ${unit}`;
};

/** Both values of a movement with their unit, to a fiftieth of their difference or less. */
export function movementInWords(from: number, to: number, unit: string): readonly [string, string] {
  const { quantity } = formatOf(unit, Math.abs(to - from));
  const digit = Number(`1e${Math.floor(log10(Math.abs(to - from) / 20))}`);
  const round = (x: number): number => (digit > 0 && digit < Infinity ? Math.round(x / digit) * digit : x);
  return [quantity(round(from)), quantity(round(to))];
}

/** To whole minutes, below ten of them to whole seconds. */
const round = (ms: number): number => {
  const unit = ms < 600_000 ? 1000 : 60_000;
  return unit * Math.round(ms / unit);
};

/** A signature of series `info` that has become a habit at `at`, epoch ms. `intervalMs`: the usual interval of its readings. */
export function toHabit(
  stream: string,
  info: SeriesInfo,
  signature: Signature & { readonly perWeek: number },
  at: number,
  intervalMs: number,
): Habit {
  const { from, to, awayMs, perWeek, firstAt, lastAt } = signature;
  const [before, far] = movementInWords(from, to, info.unit);
  const moves = before === far ? 'is unusual near' : `${to < from ? 'drops' : 'rises'} from ${before} to`;
  const lasts = awayMs > 2 * intervalMs ? ` for about ${durationInWords(round(awayMs))}` : '';
  return {
    ...namesOf(stream, info, 'h', firstAt),
    at,
    since: firstAt,
    lastAt,
    from,
    to,
    lengthMs: awayMs,
    perWeek,
    reason:
      `${nameOf(info)} ${moves} ${far}${lasts} about ${rateInWords(perWeek)}; ` +
      'zankyo treats this as normal from now on.',
  };
}
