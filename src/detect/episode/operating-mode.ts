import { WEEK_MS } from '../../math/time.ts';
import { CONSTANTS } from '../constants.ts';
import type { KnownMode } from '../evidence/level/mean-shift.ts';
import type { EarlierMode, Mode } from '../evidence/level/modes.ts';
import type { Calendar } from '../forecast/calendar.ts';
import type { SeriesInfo } from '../reading.ts';
import { namesOf, type Notice } from './notice.ts';
import { returnReason } from './reason.ts';

/** A level at which a series stays, one of several. */
export interface OperatingMode {
  readonly stream: string;
  readonly series: string;
  readonly unit: string;
  /** Its mean, and the deviation of means over twelve readings. */
  readonly level: number;
  readonly spread: number;
  /** Since when it counts as normal, epoch ms; NaN where that is not known. */
  readonly since: number;
  /** How many times the series has come to it. */
  readonly times: number;
  /** When the series was in it last, epoch ms; NaN where that is not known. */
  readonly lastAt: number;
  /** Whether it is the present one. */
  readonly present: boolean;
}

/** The modes of a series, the present one first; none where it has had one only. `now`: the last reading, epoch ms. */
export function operatingModes(
  stream: string,
  { slug, unit }: Pick<SeriesInfo, 'slug' | 'unit'>,
  present: Mode,
  earlier: readonly EarlierMode[],
  now: number,
): OperatingMode[] {
  if (earlier.length === 0) return [];
  const of = ({ mean, spread, since, times }: Mode, lastAt: number): OperatingMode => ({
    stream,
    series: slug,
    unit,
    level: mean,
    spread,
    since,
    times,
    lastAt,
    present: false,
  });
  return [{ ...of(present, now), present: true }, ...earlier.map((mode) => of(mode, mode.leftAt))];
}

/** A series has come back to a level at which it stayed before, and no alarm ended with it. Its id is `<series>-m<at>`. */
export interface ModeReturn extends Notice {
  /** The level that the series left, and the level that it has reached: means. */
  readonly from: number;
  readonly level: number;
  /** Since when the level counts as normal, epoch ms; NaN where that is not known. */
  readonly since: number;
  /** When the series left it before, epoch ms; NaN where that is not known. */
  readonly lastAt: number;
  /** How many times it has come to it, this time included. */
  readonly times: number;
}

const { RECURS } = CONSTANTS;

/**
 * Whether a return at `at` to a level is published. From the third time on it is not, if the series comes to the level more often than
 * `alarmsPerWeek`: as with habits (recurrence/recurrence.ts), so that a pump that switches between two speeds gives no event for each switch.
 */
export const isNews = (mode: Pick<Mode, 'times' | 'since'>, at: number, alarmsPerWeek: number): boolean =>
  mode.times < RECURS || mode.times * WEEK_MS < alarmsPerWeek * (at - mode.since);

/** The return of series `info` to `level` from the mean `from`. */
export function toModeReturn(
  stream: string,
  info: SeriesInfo,
  level: KnownMode,
  from: number,
  calendar: Calendar,
): ModeReturn {
  const { mean, since, leftAt, returnedAt, times } = level;
  return {
    ...namesOf(stream, info, 'm', returnedAt),
    at: returnedAt,
    from,
    level: mean,
    since,
    lastAt: leftAt,
    times,
    reason: returnReason(level, info, calendar),
  };
}
